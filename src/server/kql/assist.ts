import { nearMiss } from '#core/base/index.ts';
import {
  analyze,
  array,
  call,
  construct,
  type Diagnostic,
  globals,
  isObject,
  member,
  num,
  path,
  readDiagnostic,
  type Schema,
  type SyntaxNode,
  text,
} from './kusto.ts';
import { MANUAL } from './manual/index.ts';
import { fitsParser } from './read/limits.ts';

/** What the language service tells an editor. Offsets and lengths count UTF-16 units. */

export interface CompletionItem {
  readonly label: string;
  readonly kind: string;
  /** Text to put before and after the caret in place of `start..start+length`. */
  readonly before: string;
  readonly after: string;
  /** What it does, as a sentence or two; '' where nobody wrote it down. */
  readonly says: string;
}

export interface Completion {
  readonly start: number;
  readonly length: number;
  readonly items: readonly CompletionItem[];
}

export interface Hover {
  readonly start: number;
  readonly length: number;
  /** Signature or type, on one line. */
  readonly title: string;
  readonly says: string;
}

/** The call around an offset. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    /** Types it takes, `|` between them; '' for any. */
    readonly type: string;
    readonly isOptional: boolean;
    readonly isRepeated: boolean;
  }[];
  /** Index of the parameter that the offset stands in; -1 when the call takes none there. */
  readonly active: number;
  readonly returns: string;
  readonly says: string;
}

/** A change that would mend a diagnostic. */
export interface Fix {
  readonly title: string;
  readonly start: number;
  readonly length: number;
  readonly insert: string;
}

function service(query: string, schema: Schema): unknown {
  return construct(
    path(globals().kusto, 'Editor', 'KustoCodeService', '$ctor1'),
    query,
    schema.raw,
  );
}

/** Some calls give nothing, others throw, without a token. */
function noCancelling(): unknown {
  const { bridge, kusto } = globals();
  return call(bridge, 'getDefaultValue', path(kusto, 'Utils', 'CancellationToken'));
}

function enumName(space: string, type: string, value: unknown): string {
  const { system, kusto } = globals();
  return text(call(path(system, 'Enum'), 'toString', path(kusto, space, type), num(value)));
}

/** `strcat(arg, ...)` → `strcat`. */
const nameOf = (label: string): string => label.replace(/\(.*$/s, '').trim();

/** What can be typed at an offset. */
export function complete(query: string, offset: number, schema: Schema): Completion {
  if (!fitsParser(query)) return { start: offset, length: 0, items: [] };
  const info = call(service(query, schema), 'GetCompletionItems', offset, null, noCancelling());
  return {
    start: num(member(info, 'EditStart')),
    length: num(member(info, 'EditLength')),
    items: array(member(info, 'Items')).map((item) => {
      const label = text(member(item, 'DisplayText'));
      return {
        label,
        kind: enumName('Editor', 'CompletionKind', member(item, 'Kind')),
        before: text(member(item, 'BeforeText')) || text(member(item, 'EditText')),
        after: text(member(item, 'AfterText')),
        says: MANUAL.get(nameOf(label)) ?? '',
      };
    }),
  };
}

/** The word of KQL around an offset; operators may hold hyphens (`mv-expand`). */
function wordAround(query: string, offset: number): { start: number; length: number } {
  const before = /[\p{L}\p{N}_$-]*$/u.exec(query.slice(0, offset))?.[0].length ?? 0;
  const after = /^[\p{L}\p{N}_$-]*/u.exec(query.slice(offset))?.[0].length ?? 0;
  const start = offset - before;
  const word = query.slice(start, offset + after);
  if (MANUAL.has(word)) return { start, length: word.length };
  const plainBefore = /[\p{L}\p{N}_$]*$/u.exec(query.slice(0, offset))?.[0].length ?? 0;
  const plainAfter = /^[\p{L}\p{N}_$]*/u.exec(query.slice(offset))?.[0].length ?? 0;
  return { start: offset - plainBefore, length: plainBefore + plainAfter };
}

const FINDINGS: ReadonlySet<string> = new Set(['Error', 'Warning', 'Suggestion']);

/** What stands at an offset: signature or type, and what it means; null where there is nothing to say. */
export function hover(query: string, offset: number, schema: Schema): Hover | null {
  const place = wordAround(query, offset);
  if (place.length === 0 || !fitsParser(query)) return null;
  const word = query.slice(place.start, place.start + place.length);
  const info = call(service(query, schema), 'GetQuickInfo', offset, null, noCancelling());
  const kindOf = (item: unknown) => enumName('Editor', 'QuickInfoKind', member(item, 'Kind'));
  const told = array(member(info, 'Items')).find((item) => !FINDINGS.has(kindOf(item)));
  // Its first paragraph is the signature, the rest a description, where the catalog has one.
  const [title = '', ...rest] = text(member(told, 'Text')).split('\n\n');
  const written = MANUAL.get(word) ?? '';
  if (title === '' && written === '') return null;
  // Operators are called by the service's own names for them: `Has: bool`.
  const isNamed = title !== '' && kindOf(told) !== 'Operator';
  return { ...place, title: isNamed ? title : word, says: rest.join('\n\n').trim() || written };
}

interface Call {
  readonly node: SyntaxNode;
  readonly open: number;
  readonly args: readonly SyntaxNode[];
}

/** The innermost call whose parentheses hold the offset. */
function callAround(node: SyntaxNode, offset: number): Call | undefined {
  let found: Call | undefined;
  const visit = (at: SyntaxNode) => {
    if (offset < at.start || offset > at.start + at.length + TRAILING) return;
    if (at.kind === 'FunctionCallExpression') {
      const list = at.get('ArgumentList');
      const open = list?.get('OpenParen');
      const close = list?.get('CloseParen');
      const begins = open && open.length > 0 && open.start + open.length <= offset;
      // A parenthesis that is still to be typed has no length: the call goes on to the end.
      if (list && begins && (!close || close.length === 0 || offset <= close.start))
        found = { node: at, open: open.start + open.length, args: list.list('Expressions') };
    }
    for (const child of at.elements()) visit(child);
  };
  visit(node);
  return found;
}
/** White space behind the last token belongs to no node, and one may stand in it. */
const TRAILING = 1000;

/** Commas between `from` and `offset` outside nested brackets and texts. */
function commasBetween(query: string, from: number, offset: number): number {
  let depth = 0;
  let commas = 0;
  const tokens = query
    .slice(from, offset)
    .matchAll(/"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\/\/[^\n]*|[()[\]{},]/g);
  for (const [token] of tokens) {
    if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) depth--;
    else if (token === ',' && depth === 0) commas++;
  }
  return commas;
}

const ANY_TYPE: ReadonlySet<string> = new Set(['Declared', 'Scalar', 'Custom']);

function typeOf(parameter: unknown): string {
  const declared = array(member(parameter, 'DeclaredTypes')).map((type) =>
    member(type, 'IsTabular') === true ? 'table' : text(member(type, 'Name')),
  );
  if (declared.length > 0) return declared.join('|');
  const kind = enumName('Symbols', 'ParameterTypeKind', member(parameter, 'TypeKind'));
  if (ANY_TYPE.has(kind) || /^(Parameter\d|Common)/.test(kind)) return '';
  return kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function isHidden(overload: unknown): boolean {
  return member(overload, 'IsHidden') === true;
}

/**
 * The signature of the call that an offset stands in; of several overloads the first that takes as many arguments. Null
 * outside of calls, and where what is called is not known.
 */
export function signature(query: string, offset: number, schema: Schema): Signature | null {
  if (!fitsParser(query)) return null;
  const found = callAround(analyze(query, schema).root, offset);
  const overloads = found?.node.overloads().filter((overload) => !isHidden(overload)) ?? [];
  if (!found || overloads.length === 0) return null;
  const typed = Math.max(commasBetween(query, found.open, offset) + 1, found.args.length);
  const readings = overloads.map((overload) =>
    array(member(overload, 'Parameters')).map((parameter) => ({
      name: text(member(parameter, 'Name')),
      type: typeOf(parameter),
      isOptional: num(member(parameter, 'MinOccurring')) === 0,
      isRepeated: num(member(parameter, 'MaxOccurring')) > 1,
    })),
  );
  const fits = (reading: Signature['parameters']) =>
    reading.length >= typed || reading.at(-1)?.isRepeated === true;
  const parameters = readings.find(fits) ?? readings[0] ?? [];
  const name = found.node.need('Name').text();
  const last = parameters.length - 1;
  const at = commasBetween(query, found.open, offset);
  return {
    name,
    parameters,
    active: at <= last ? at : parameters[last]?.isRepeated ? last : -1,
    returns: found.node.type?.kind === 'scalar' ? found.node.type.name : '',
    says: MANUAL.get(name) ?? '',
  };
}

/** The query laid out as the service's formatter does it; as it is where it cannot be parsed. */
export function format(query: string, schema: Schema): string {
  if (!fitsParser(query)) return query;
  const analysis = analyze(query, schema);
  if (analysis.syntaxErrors.some((d) => d.severity === 'error')) return query;
  const editor = path(globals().kusto, 'Editor');
  // Every operator of the pipe on a line of its own, also in short queries.
  const style = path(editor, 'PlacementStyle', 'NewLine');
  const options = call(
    path(editor, 'FormattingOptions', 'Default'),
    'WithPipeOperatorStyle',
    style,
  );
  const formatted = call(service(query, schema), 'GetFormattedText', options, 0, noCancelling());
  return text(member(formatted, 'Text')).replaceAll('\r\n', '\n').trimEnd() || query;
}

/** What the service would write differently, beside what is wrong. */
export function suggestions(query: string, schema: Schema): readonly Diagnostic[] {
  const found = call(service(query, schema), 'GetAnalyzerDiagnostics', true, noCancelling());
  return array(found).map(readDiagnostic);
}

/** Names that nothing has: the service's codes for columns, tables, functions and operators. */
const UNKNOWN_NAMES: ReadonlySet<string> = new Set(['KS142', 'KS204', 'KS210', 'KS211', 'KS176']);

/** Changes that would mend a diagnostic: the service's own, and a name that is nearly the one written. */
export function fixes(query: string, found: Diagnostic, schema: Schema): readonly Fix[] {
  if (UNKNOWN_NAMES.has(found.code)) {
    const written = query.slice(found.start, found.start + found.length);
    const { items } = complete(query, found.start, schema);
    const isCall = /^\s*\(/.test(query.slice(found.start + found.length));
    const known = items.filter((item) => isCall === item.label.includes('('));
    const names = (isCall ? known : items).map((item) => nameOf(item.label));
    const near = nearMiss(written, names);
    // Nothing is near: perhaps it is the beginning of a longer name.
    const begun = written.length < SHORTEST_PART ? [] : names.filter((n) => n.startsWith(written));
    return (near === undefined ? begun.slice(0, MOST_GUESSES) : [near])
      .filter((name) => name !== written)
      .map((insert) => ({
        title: `Change to ${insert}`,
        start: found.start,
        length: found.length,
        insert,
      }));
  }
  const open = service(query, schema);
  const { start, length } = found;
  const info = call(
    open,
    'GetCodeActions',
    start,
    start,
    length,
    null,
    true,
    FIXER,
    noCancelling(),
  );
  const changes: Fix[] = [];
  const visit = (action: unknown) => {
    const inner = member(action, 'Actions');
    if (isObject(inner)) return array(inner).forEach(visit);
    const result = call(open, 'ApplyCodeAction', action, start, null, noCancelling());
    const changed = array(member(result, 'Actions'))
      .map((part) => text(member(part, 'ChangedText')))
      .find((part) => part !== '');
    if (changed === undefined || changed === query) return;
    changes.push({ title: text(member(action, 'Title')), ...difference(query, changed) });
  };
  array(member(info, 'Actions')).forEach(visit);
  return changes;
}
const SHORTEST_PART = 3;
const MOST_GUESSES = 3;
const FIXER = 'DiagnosticFixActor';

/** The one stretch in which two texts differ. */
function difference(from: string, to: string): Pick<Fix, 'start' | 'length' | 'insert'> {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < shorter - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  return {
    start: head,
    length: from.length - tail - head,
    insert: to.slice(head, to.length - tail),
  };
}
