import { createRequire } from 'node:module';
import { WATCHLIST_DATABASE } from '#core/kql/index.ts';

/**
 * The one file that imports `@kusto/language-service-next` (C# compiled to JavaScript by Bridge.NET): loads it, declares
 * the catalog, parses and binds, and shows its tree through `SyntaxNode`, a small typed window. What it tells editors is
 * in `assist.ts`. The two scripts set globals, so there is one copy per process.
 */

/** A value of Kusto's own: looked into with `member`, `path` and `call` only. */
type Raw = { readonly [member: string]: unknown };

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  /** What it means, for those who write queries. */
  readonly description?: string;
}

export interface CatalogTable {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  /** Columns that are not declared bind as `unknown` instead of failing. */
  readonly isOpen?: boolean;
  /** Nothing fills it: `union *` and `search` pass over it. */
  readonly isUnfilled?: boolean;
  /** What one row is. */
  readonly description?: string;
}

/** A stored function or a view (no parameters). */
export interface CatalogFunction {
  readonly name: string;
  /** As KQL writes them: `(starttime:datetime=datetime(null), pack:bool=false)`. */
  readonly parameters: string;
  readonly body: string;
  readonly description?: string;
}

export interface Catalog {
  readonly tables: readonly CatalogTable[];
  readonly functions: readonly CatalogFunction[];
  /** Tables of the database `watchlists`, by alias. */
  readonly watchlists?: readonly CatalogTable[];
  /** Hosts that externaldata may read from; see isAllowedUrl. */
  readonly externalHosts?: readonly string[];
}

export interface Diagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'suggestion' | 'information';
  readonly message: string;
  readonly start: number;
  readonly length: number;
}

export interface TypeInfo {
  readonly kind: 'scalar' | 'table' | 'tuple' | 'other';
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  readonly isOpen: boolean;
}

export interface SymbolInfo {
  readonly kind: string;
  readonly name: string;
}

export interface ParameterInfo {
  readonly name: string;
  /** A scalar type, or '' for a table. */
  readonly type: string;
  readonly fallback: SyntaxNode | null;
}

/** A node of the bound tree. `slot` is the role it plays in its parent (`Condition`, `Left`). */
export interface SyntaxNode {
  readonly kind: string;
  readonly slot: string;
  readonly start: number;
  readonly length: number;
  readonly isToken: boolean;
  text(): string;
  /** A child by role. */
  get(slot: string): SyntaxNode | null;
  need(slot: string): SyntaxNode;
  /** The elements of a list child, without separators. */
  list(slot: string): readonly SyntaxNode[];
  /** The elements of this node, when it is a list. */
  elements(): readonly SyntaxNode[];
  /** The value of a string-valued token or member, e.g. `SimpleName` of a name. */
  member(name: string): string;
  readonly type: TypeInfo | null;
  readonly symbol: SymbolInfo | null;
  readonly isLiteral: boolean;
  /** The literal's value as text, '' for an empty string, null for a typed null. Booleans are `true` and `false`. */
  readonly literal: string | null;
  /** The bound body of the user function that this call calls. */
  calledBody(): SyntaxNode | null;
  /** The parameters of the overload that this call chose. */
  parameters(): readonly ParameterInfo[];
  /** Every overload of what this calls, as the service's own signatures. */
  overloads(): readonly unknown[];
  /** The name that a projection of this expression gets; '' when there is no rule. */
  resultName(): string;
}

export function isObject(value: unknown): value is Raw {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

export function member(of: unknown, name: string): unknown {
  return isObject(of) ? of[name] : undefined;
}

export function path(of: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((at, name) => member(at, name), of);
}

export function call(of: unknown, name: string, ...args: readonly unknown[]): unknown {
  const method = member(of, name);
  if (typeof method !== 'function') throw new Error(`the Kusto language service has no ${name}`);
  return Reflect.apply(method, of, args);
}

export function construct(of: unknown, ...args: readonly unknown[]): unknown {
  if (typeof of !== 'function')
    throw new Error('the Kusto language service changed its constructors');
  return Reflect.construct(of, args);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function num(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** A Bridge list as an array. */
export function array(list: unknown): readonly unknown[] {
  if (list === null || list === undefined) return [];
  const made = call(globals().bridge, 'toArray', list);
  return Array.isArray(made) ? made : [];
}

export interface Globals {
  readonly bridge: unknown;
  readonly system: unknown;
  readonly kusto: unknown;
}

let loaded: Globals | null = null;

/** The service's own name spaces, loaded when first asked for. */
export function globals(): Globals {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  loaded = {
    bridge: Reflect.get(globalThis, 'Bridge'),
    system: Reflect.get(globalThis, 'System'),
    kusto: path(Reflect.get(globalThis, 'Kusto'), 'Language'),
  };
  return loaded;
}

const kindNames = new Map<number, string>();

function kindName(kind: unknown): string {
  const number = num(kind);
  let name = kindNames.get(number);
  if (name === undefined) {
    const { system, kusto } = globals();
    name = text(
      call(path(system, 'Enum'), 'toString', path(kusto, 'Syntax', 'SyntaxKind'), number),
    );
    kindNames.set(number, name);
  }
  return name;
}

function columnsOf(type: unknown): readonly CatalogColumn[] {
  return array(member(type, 'Columns')).map((column) => ({
    name: text(member(column, 'Name')),
    type: text(path(column, 'Type', 'Name')),
  }));
}

function typeInfo(type: unknown): TypeInfo | null {
  if (!isObject(type)) return null;
  const isTabular = member(type, 'IsTabular') === true;
  const hasColumns = isObject(member(type, 'Columns'));
  return {
    kind: isTabular
      ? 'table'
      : hasColumns
        ? 'tuple'
        : member(type, 'IsScalar') === true
          ? 'scalar'
          : 'other',
    name: text(member(type, 'Name')),
    columns: hasColumns ? columnsOf(type) : [],
    isOpen: member(type, 'IsOpen') === true,
  };
}

const nodes = new WeakMap<object, SyntaxNode>();

function wrap(raw: unknown): SyntaxNode | null {
  if (!isObject(raw)) return null;
  let node = nodes.get(raw);
  if (!node) {
    node = makeNode(raw);
    nodes.set(raw, node);
  }
  return node;
}

function unwrapElement(raw: unknown): unknown {
  return member(raw, 'Element$1') ?? member(raw, 'Element') ?? raw;
}

function elementsOf(list: unknown): readonly SyntaxNode[] {
  const out: SyntaxNode[] = [];
  const count = num(member(list, 'ChildCount'));
  for (let i = 0; i < count; i++) {
    const node = wrap(unwrapElement(call(list, 'GetChild', i)));
    if (node) out.push(node);
  }
  return out;
}

function literalText(raw: Raw): string | null {
  const value = raw['LiteralValue'];
  if (value === null || value === undefined) return null;
  const ticks = member(value, 'ticks');
  if (isObject(ticks) && kindName(raw['Kind']) === 'TimespanLiteralExpression')
    return String(ticks);
  return typeof value === 'string' ? value : String(value);
}

function makeNode(raw: Raw): SyntaxNode {
  const { kusto } = globals();
  const node: SyntaxNode = {
    kind: kindName(raw['Kind']),
    slot: text(raw['NameInParent']),
    get start() {
      return num(raw['TextStart']);
    },
    get length() {
      return num(raw['Width']);
    },
    isToken: raw['IsToken'] === true,
    text: () =>
      text(call(raw, 'ToString', path(kusto, 'Syntax', 'IncludeTrivia', 'Interior'))).trim(),
    get: (slot) => wrap(raw[slot]),
    need: (slot) => {
      const found = wrap(raw[slot]);
      if (!found) throw new Error(`${kindName(raw['Kind'])} has no ${slot}`);
      return found;
    },
    list: (slot) => elementsOf(raw[slot]),
    elements: () => elementsOf(raw),
    member: (name) => text(raw[name]),
    get type() {
      return typeInfo(raw['ResultType']);
    },
    get symbol() {
      const symbol = raw['ReferencedSymbol'];
      if (!isObject(symbol)) return null;
      const kind = num(symbol['Kind']);
      const { system } = globals();
      return {
        kind: text(
          call(path(system, 'Enum'), 'toString', path(kusto, 'Symbols', 'SymbolKind'), kind),
        ),
        name: text(symbol['Name']),
      };
    },
    get isLiteral() {
      return raw['IsLiteral'] === true;
    },
    get literal() {
      return literalText(raw);
    },
    calledBody: () => wrap(call(raw, 'GetCalledFunctionBody')),
    parameters: () =>
      array(path(raw, 'ReferencedSignature', 'Parameters')).map((parameter) => {
        const types = array(member(parameter, 'DeclaredTypes'));
        const type = typeInfo(types[0]);
        return {
          name: text(member(parameter, 'Name')),
          type: type?.kind === 'scalar' ? type.name : '',
          fallback: wrap(member(parameter, 'DefaultValue')),
        };
      }),
    overloads: () => array(path(raw, 'ReferencedSymbol', 'Signatures')),
    resultName: () =>
      text(call(path(kusto, 'KustoFacts'), 'GetExpressionResultName', raw, null, null)),
  };
  return node;
}

/** A catalog as the language service holds it; make it once per schema version. */
export interface Schema {
  readonly raw: unknown;
}

export function declareSchema(catalog: Catalog): Schema {
  const { kusto } = globals();
  const symbols = path(kusto, 'Symbols');
  const scalar = path(symbols, 'ScalarTypes');
  const dynamicType = call(scalar, 'GetSymbol', 'dynamic');
  const column = (c: CatalogColumn) =>
    construct(
      member(symbols, 'ColumnSymbol'),
      c.name,
      call(scalar, 'GetSymbol', c.type) ?? dynamicType,
      c.description ?? null,
      null,
      null,
      null,
    );
  const table = (t: CatalogTable) => {
    const made = construct(
      path(symbols, 'TableSymbol', '$ctor6'),
      t.name,
      t.columns.map(column),
      t.description ?? null,
    );
    return t.isOpen ? call(made, 'WithIsOpen', true) : made;
  };
  const tables = catalog.tables.map(table);
  const functions = catalog.functions.map((f) =>
    construct(
      path(symbols, 'FunctionSymbol', '$ctor16'),
      f.name,
      f.parameters,
      `{ ${f.body}\n}`,
      f.description ?? '',
    ),
  );
  const database = construct(path(symbols, 'DatabaseSymbol', 'ctor'), 'weir', [
    ...tables,
    ...functions,
  ]);
  const watchlists = construct(
    path(symbols, 'DatabaseSymbol', 'ctor'),
    WATCHLIST_DATABASE,
    (catalog.watchlists ?? []).map(table),
  );
  const cluster = construct(path(symbols, 'ClusterSymbol', 'ctor'), 'weir', [database, watchlists]);
  const state = call(path(kusto, 'GlobalState', 'Default'), 'WithCluster', cluster);
  return { raw: call(state, 'WithDatabase', database) };
}

export interface Analysis {
  readonly text: string;
  readonly kind: 'query' | 'command';
  readonly root: SyntaxNode;
  readonly diagnostics: readonly Diagnostic[];
  readonly syntaxErrors: readonly Diagnostic[];
  readonly result: TypeInfo | null;
}

/** A diagnostic as the service gives it. */
export function readDiagnostic(raw: unknown): Diagnostic {
  const severity = text(member(raw, 'Severity')).toLowerCase();
  return {
    code: text(member(raw, 'Code')),
    severity:
      severity === 'error' || severity === 'warning' || severity === 'suggestion'
        ? severity
        : 'information',
    message: text(member(raw, 'Message')),
    start: num(member(raw, 'Start')),
    length: num(member(raw, 'Length')),
  };
}

function withTexts(schema: Schema, names: readonly string[]): unknown {
  const symbols = path(globals().kusto, 'Symbols');
  const string = call(path(symbols, 'ScalarTypes'), 'GetSymbol', 'string');
  const parameters = names.map((n) => construct(path(symbols, 'ParameterSymbol'), n, string, null));
  return call(schema.raw, 'WithParameters', parameters);
}

/** Parses and binds one query; `texts` are names that stand for texts. Throws only where the language service itself fails. */
export function analyze(query: string, schema: Schema, texts: readonly string[] = []): Analysis {
  const { kusto } = globals();
  const declared = texts.length > 0 ? withTexts(schema, texts) : schema.raw;
  const code = call(path(kusto, 'KustoCode'), 'ParseAndAnalyze', query, declared);
  const root = wrap(member(code, 'Syntax'));
  if (!root) throw new Error('the Kusto language service gave no tree');
  return {
    text: query,
    kind: text(member(code, 'Kind')) === 'Command' ? 'command' : 'query',
    root,
    diagnostics: array(call(code, 'GetDiagnostics')).map(readDiagnostic),
    syntaxErrors: array(call(code, 'GetSyntaxDiagnostics')).map(readDiagnostic),
    result: typeInfo(member(code, 'ResultType')),
  };
}

/** Every name that the language knows of a kind, without those that are its own (two underscores). */
export function languageNames(): Readonly<
  Record<'function' | 'aggregate' | 'plugin', readonly string[]>
> {
  const { kusto } = globals();
  const of = (list: string) =>
    array(path(kusto, list, 'All'))
      .map((symbol) => text(member(symbol, 'Name')))
      .filter((name) => !name.startsWith('__'))
      .sort();
  return { function: of('Functions'), aggregate: of('Aggregates'), plugin: of('PlugIns') };
}

/** Loads the scripts and runs one query, so that the first real one does not pay for it (about a second). */
export function warmUp(): void {
  analyze('print 1', declareSchema({ tables: [], functions: [] }));
}

/** A parameter of a built-in function: what the language service lets stand there. */
export interface BuiltInParameter {
  /** A scalar type, or a class of types (`Number`, `DynamicArray`, …) by the language service's name. */
  readonly takes: string;
  readonly least: number;
  readonly most: number;
  /** A literal, or what folds to one. */
  readonly isConstant: boolean;
}

export interface BuiltIn {
  readonly kind: 'function' | 'aggregate' | 'plugin';
  readonly name: string;
  /** Old spellings and internals, which editors do not offer. */
  readonly isHidden: boolean;
  readonly signatures: readonly (readonly BuiltInParameter[])[];
}

function builtInParameter(raw: unknown): BuiltInParameter {
  const { system, kusto } = globals();
  const named = (type: string, value: unknown) =>
    text(call(path(system, 'Enum'), 'toString', path(kusto, 'Symbols', type), num(value)));
  const kind = named('ParameterTypeKind', member(raw, 'TypeKind'));
  const declared = typeInfo(array(member(raw, 'DeclaredTypes'))[0]);
  return {
    takes: kind === 'Declared' ? (declared?.name ?? kind) : kind,
    least: num(member(raw, 'MinOccurring')),
    most: num(member(raw, 'MaxOccurring')),
    isConstant: /Constant|Literal/.test(named('ArgumentKind', member(raw, 'ArgumentKind'))),
  };
}

/** Everything that can be called, as the language service declares it. */
export function builtIns(): BuiltIn[] {
  const { kusto } = globals();
  const of = (list: string, kind: BuiltIn['kind']) =>
    array(path(kusto, list, 'All')).map((raw) => ({
      kind,
      name: text(member(raw, 'Name')),
      isHidden: member(raw, 'IsHidden') === true,
      signatures: array(member(raw, 'Signatures')).map((s) =>
        array(member(s, 'Parameters')).map(builtInParameter),
      ),
    }));
  return [
    ...of('Functions', 'function'),
    ...of('Aggregates', 'aggregate'),
    ...of('PlugIns', 'plugin'),
  ];
}

/** Kinds of nodes that are operators of tables (`FilterOperator`), and operators between values as they are written. */
export function operators(): { readonly tabular: string[]; readonly scalar: string[] } {
  const { kusto } = globals();
  const facts = path(kusto, 'Syntax', 'SyntaxFacts');
  const kinds = array(call(facts, 'GetKindsWithFixedText'));
  const names = Object.keys(path(kusto, 'Syntax', 'SyntaxKind') ?? {});
  return {
    tabular: names.filter((name) => /^(?!Bad).*Operator$/.test(name)),
    scalar: kinds
      .filter((kind) => num(call(facts, 'GetOperatorKind', kind)) !== 0)
      .map((kind) => text(call(facts, 'GetText', kind))),
  };
}
