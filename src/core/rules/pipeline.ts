/** What a rule's query says of itself as text: where its operators are, which rows it can be about. */

/** An operator of a pipeline as written, without the bar before it. */
interface Operator {
  readonly name: string;
  readonly text: string;
  /** Without comments and without what stands in literals. */
  readonly plain: string;
}

interface Pipeline {
  /** A table, or a name that the query gives. */
  readonly source: string;
  readonly operators: readonly Operator[];
}

interface Statements {
  readonly lets: ReadonlyMap<string, Part>;
  readonly last: Part;
}

interface Part {
  readonly text: string;
  readonly plain: string;
}

const TOKENS =
  /\/\/[^\n]*|[hH]?@"(?:[^"]|"")*"|[hH]?@'(?:[^']|'')*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|```[\s\S]*?```|~~~[\s\S]*?~~~/g;

/** The text with blanks in place of comments and of what stands in literals: as long, and safe to look for words in. */
function withoutLiterals(text: string): string {
  return text.replace(TOKENS, (token) =>
    token.startsWith('//') ? ' '.repeat(token.length) : `"${' '.repeat(token.length - 2)}"`,
  );
}

/** Cuts at separators that stand in no bracket. */
function cut({ text, plain }: Part, separator: RegExp): Part[] {
  const parts: Part[] = [];
  let depth = 0;
  let start = 0;
  const marks = new RegExp(`[([{]|[)\\]}]|${separator.source}`, 'g');
  for (const { 0: mark, index } of plain.matchAll(marks)) {
    if ('([{'.includes(mark)) depth++;
    else if (')]}'.includes(mark)) depth--;
    else if (depth === 0) {
      parts.push({ text: text.slice(start, index), plain: plain.slice(start, index) });
      start = index + mark.length;
    }
  }
  return [...parts, { text: text.slice(start), plain: plain.slice(start) }];
}

/** undefined when there is something else than `let` before the last statement. */
function statementsOf(query: string): Statements | undefined {
  const text = query.replace(TOKENS, (token) =>
    token.startsWith('//') ? ' '.repeat(token.length) : token,
  );
  const parts = cut({ text, plain: withoutLiterals(query) }, /;/).filter(
    ({ plain }) => plain.trim() !== '',
  );
  const last = parts.pop();
  if (!last) return undefined;
  const lets = new Map<string, Part>();
  for (const { text, plain } of parts) {
    const begins = /^\s*let\s+(\w+)\s*=/.exec(plain);
    if (!begins) return undefined;
    const from = begins[0].length;
    lets.set(begins[1]!, { text: text.slice(from), plain: plain.slice(from) });
  }
  return { lets, last };
}

/** undefined when it does not begin with a name. */
function pipelineOf(part: Part): Pipeline | undefined {
  const [head, ...rest] = cut(part, /\|/);
  const source = head?.plain.trim() ?? '';
  if (!/^\w+$/.test(source)) return undefined;
  return {
    source,
    operators: rest.map(({ text, plain }) => ({
      name: /^\s*([a-z][\w-]*)/.exec(plain)?.[1] ?? '',
      text,
      plain,
    })),
  };
}

const MAX_NAMES = 8;

/** The pipeline of the last statement, what names stand for put in their place. */
function wholePipeline({ lets, last }: Statements): Pipeline | undefined {
  let found = pipelineOf(last);
  for (let i = 0; found && lets.has(found.source); i++) {
    const inner = pipelineOf(lets.get(found.source)!);
    if (!inner || i >= MAX_NAMES) return undefined;
    found = { source: inner.source, operators: [...inner.operators, ...found.operators] };
  }
  return found;
}

/** What depends on when it is asked, on other rows, or on chance. */
const NOT_OF_THE_ROW =
  /\b(?:ago|now|ingestion_time|current_\w+|rand|new_guid|prev|next|row_\w+|toscalar|materialize|table|_GetWatchlist|externaldata)\s*\(|\|/;
/** What makes an answer depend on more than the rows of its pipeline. */
const BEYOND =
  /\b(?:ago|now|ingestion_time|current_\w+|rand|new_guid|toscalar|materialize|table|_GetWatchlist|externaldata)\s*\(|\|/;

const ROW_BY_ROW = new Set([
  'where',
  'filter',
  'extend',
  'parse',
  'parse-where',
  'project-away',
  'project-reorder',
]);

/** Operators that make nothing of nothing. */
const FROM_NOTHING_NOTHING = new Set([
  ...ROW_BY_ROW,
  'project',
  'project-rename',
  'project-keep',
  'distinct',
  'top',
  'take',
  'limit',
  'sort',
  'order',
  'serialize',
  'mv-expand',
  'mvexpand',
  'lookup',
  'render',
]);

function makesNothing({ name, plain }: Operator): boolean {
  if (name === 'summarize' || name === 'make-series') {
    const bare = cut({ text: plain, plain }, /\bby\b/);
    return bare.length > 1 && bare.at(-1)!.plain.trim() !== '';
  }
  if (name === 'join') return !/\bkind\s*=\s*(?:rightouter|fullouter|rightanti)\b/.test(plain);
  return FROM_NOTHING_NOTHING.has(name);
}

/** Names that stand for a literal: a number, a text, a list. */
const isLiteral = ({ plain }: Part) =>
  /^\s*(?:"|-?[\d.]+[a-z]*\s*$|(?:dynamic|datetime|timespan|long|int|real)\s*\(|true\b|false\b)/.test(
    plain,
  ) && !/\||\b(?:ago|now)\b/.test(plain);

/** The conditions of a filter that can be told of each row by itself; the others are left out, which lets more rows pass. */
function ownConditions({ text, plain }: Operator, lets: Statements['lets']): string | undefined {
  const from = /^\s*(?:where|filter)\b/.exec(plain)?.[0].length ?? 0;
  const body = { text: text.slice(from), plain: plain.slice(from) };
  const hasAlternative = cut(body, /\bor\b/).length > 1;
  const conditions = hasAlternative ? [body] : cut(body, /\band\b/);
  const own = conditions.filter((condition) => isOwn(condition.plain, lets));
  return own.length === 0 ? undefined : own.map((c) => `(${c.text.trim()})`).join(' and ');
}

/** A name where a list is expected: of a table, unless the query says what it is. */
const LIST = /\b(?:in~?|has_any\w*|has_all)\s*\(\s*\(?\s*([A-Za-z_]\w*)\s*\)/g;

function isOwn(plain: string, lets: Statements['lets']): boolean {
  if (NOT_OF_THE_ROW.test(plain)) return false;
  const names = plain.match(/\b[A-Za-z_]\w*\b/g) ?? [];
  const lists = [...plain.matchAll(LIST)].map((m) => m[1]!);
  return (
    names.every((name) => !lets.has(name) || isLiteral(lets.get(name)!)) &&
    lists.every((name) => lets.has(name))
  );
}

/** The rows that a query is about: where there are none of them, its answer is empty. */
export interface Subject {
  readonly table: string;
  /** The table and filters of single rows, in KQL. */
  readonly kql: string;
  /** They are all that the answer depends on: where they are the same, it is. */
  readonly isAll: boolean;
  /** The sources of rows (the column Source) that it is limited to; undefined when it takes any. */
  readonly sources: readonly string[] | undefined;
}

/**
 * What a query is about, as far as its text tells; undefined when it could have an answer where its table has no rows, or
 * is written in a way that this does not understand.
 */
export function subjectOf(query: string): Subject | undefined {
  const statements = statementsOf(query);
  const pipeline = statements && wholePipeline(statements);
  if (!statements || !pipeline?.operators.every(makesNothing)) return undefined;
  const { lets } = statements;
  const lines = [pipeline.source];
  for (const operator of pipeline.operators) {
    const { name, text, plain } = operator;
    if (name === 'where' || name === 'filter') {
      const own = ownConditions(operator, lets);
      if (own !== undefined) lines.push(`where ${own}`);
      continue;
    }
    if (!ROW_BY_ROW.has(name) || !isOwn(plain, lets) || /\bTimeGenerated\s*=[^=~]/.test(plain))
      break;
    lines.push(text.trim());
  }
  const literals = [...lets].filter(([, part]) => isLiteral(part));
  const before = literals.map(([name, { text }]) => `let ${name} =${text};\n`).join('');
  return {
    table: pipeline.source,
    kql: before + lines.join('\n| '),
    sources: sourcesOf(lines),
    isAll:
      literals.length === lets.size &&
      pipeline.operators.every(
        ({ name, plain }) =>
          name !== 'join' &&
          name !== 'lookup' &&
          !BEYOND.test(plain) &&
          [...plain.matchAll(LIST)].every((m) => lets.has(m[1]!)),
      ),
  };
}

const SOURCES =
  /(?:^where | and )\(Source\s*(?:==|=~|in~?)\s*(\(?\s*"[^"]*"(?:\s*,\s*"[^"]*")*\s*\)?)\)/;

function sourcesOf(lines: readonly string[]): readonly string[] | undefined {
  const found = lines.flatMap((line) => SOURCES.exec(line)?.[1] ?? [])[0];
  return found?.match(/[^"]+(?="\s*(?:,|\)|$))/g) ?? undefined;
}

/** Whether each row of the answer comes of one row, whatever else is in the window and whenever it runs. */
export function isRowWise(query: string): boolean {
  const statements = statementsOf(query);
  const pipeline = statements && statements.lets.size === 0 && pipelineOf(statements.last);
  if (!pipeline) return false;
  return pipeline.operators.every(
    ({ name, plain }) => ROW_BY_ROW.has(name) && isOwn(plain, statements.lets),
  );
}
