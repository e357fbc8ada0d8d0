import { RefusalError, type Span } from '#core/kql/index.ts';

/** Bounds on what one query may ask of the parser and the translator, whose cost is more than linear past them. */

/** Brackets within brackets. The language service's own limit is near. */
const MAX_NESTING = 500;
/** Operators in a row (`a or b or c`, `T | x | y`): a tree as deep as they are many. */
const MAX_CHAIN = 1000;
/** Arguments of case(), which the binder compares with each other. */
const MAX_CASES = 400;
/** Statements; each may be named by all that follow. */
const MAX_STATEMENTS = 1000;
/** Expressions, once variables and functions stand where they are named. */
const MAX_EXPRESSIONS = 200_000;

/** What is neither code nor counts: comments and texts. A text that does not end is the parser's to refuse. */
const SKIPPED =
  /\/\/[^\n]*|```[\s\S]*?```|~~~[\s\S]*?~~~|@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;
const CONNECTOR = /and\b|or\b|[|+*/%.-]/y;

/** Times that variables stand in each other, all told: the binder walks into every one. */
const MAX_REPEATED = 50_000;

interface Level {
  /** Inside the parentheses of case(). */
  readonly isCase: boolean;
  pipes: number;
  connectors: number;
  commas: number;
}

const levelOf = (isCase: boolean): Level => ({ isCase, pipes: 0, connectors: 0, commas: 0 });

function tooComplex(message: string, start: number): never {
  throw new RefusalError('too-complex', message, { start, length: 1 });
}

const TOKEN =
  /\/\/[^\n]*|```[\s\S]*?```|~~~[\s\S]*?~~~|\[\s*@?("|')(?:(?!\1)[^\\]|\\.)*\1\s*\]|@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_]\w*|[;()[\]{}]/g;

/** A let statement that is being read: how many variables stand in it, with those that stand in them. */
interface Let {
  readonly name: string;
  readonly level: number;
  size: number;
}

/** Refuses variables that name each other so often that they double and double again. */
function checkLets(query: string): void {
  const sizes = new Map<string, number>();
  const open: Let[] = [{ name: '', level: Number.NaN, size: 0 }];
  let [level, isNamed] = [0, false];
  for (const { 0: token, index } of query.matchAll(TOKEN)) {
    const at = open.at(-1)!;
    if (token === 'let') isNamed = true;
    else if (isNamed) {
      open.push({ name: bareName(token), level, size: 1 });
      isNamed = false;
    } else if ('([{'.includes(token)) level++;
    else if (')]}'.includes(token)) level--;
    else if (token === ';' && at.level === level) {
      open.pop();
      sizes.set(at.name, at.size);
      // A function's own variables count where it is named.
      if (open.length > 1) open.at(-1)!.size += at.size;
    } else {
      at.size += sizes.get(bareName(token)) ?? 0;
      if (at.size > MAX_REPEATED)
        tooComplex('Variables name each other too often. Let each name the others once.', index);
    }
  }
}

const bareName = (token: string) => token.replace(/^\[\s*@?["']|["']\s*\]$/g, '');

/** Refuses texts that would keep the parser busy for seconds only to be refused by it. */
export function checkShape(query: string): void {
  checkLets(query);
  const levels: Level[] = [levelOf(false)];
  let statements = 0;
  for (let i = 0; i < query.length; i++) {
    const c = query[i]!;
    const at = levels.at(-1)!;
    SKIPPED.lastIndex = CONNECTOR.lastIndex = i;
    if (SKIPPED.test(query)) i = SKIPPED.lastIndex - 1;
    else if (c === '(' || c === '[' || c === '{') {
      if (levels.length > MAX_NESTING)
        tooComplex(`The query is nested more than ${MAX_NESTING} deep.`, i);
      levels.push(levelOf(/\bcase\s*$/.test(query.slice(Math.max(0, i - 20), i))));
    } else if (c === ')' || c === ']' || c === '}') {
      if (levels.length > 1) levels.pop();
    } else if (c === ',' || c === ';') {
      at.connectors = 0;
      if (c === ',' && at.isCase && ++at.commas > MAX_CASES)
        tooComplex(`case() has more than ${MAX_CASES} arguments. Use lookup with a table.`, i);
    } else if (CONNECTOR.test(query)) {
      if (c === '|') at.connectors = 0;
      const count = c === '|' ? ++at.pipes : ++at.connectors;
      if (count > MAX_CHAIN)
        tooComplex(`More than ${MAX_CHAIN} operators follow each other. Use in (…) or a table.`, i);
    }
    if (c !== ';') continue;
    at.pipes = 0;
    if (++statements > MAX_STATEMENTS)
      tooComplex(`The query has more than ${MAX_STATEMENTS} statements.`, i);
  }
}

/** Whether an editor may ask the parser about a text. */
export function fitsParser(query: string): boolean {
  try {
    checkShape(query);
    return true;
  } catch (error) {
    if (error instanceof RefusalError) return false;
    throw error;
  }
}

const sizes = new WeakMap<object, number>();

/** How many objects a bound expression is made of, those named twice counted twice. */
function sizeOf(value: object): number {
  let size = sizes.get(value);
  if (size === undefined) {
    size = 1;
    for (const inner of Object.values(value))
      if (typeof inner === 'object' && inner !== null) size += sizeOf(inner);
    sizes.set(value, size);
  }
  return size;
}

/** Counts what is read; `value` is put in whole. Refuses when variables or functions have multiplied it too often. */
export function spend(reading: { size: number }, at: () => Span, value?: object): void {
  reading.size += value ? sizeOf(value) : 1;
  if (reading.size > MAX_EXPRESSIONS)
    throw new RefusalError(
      'too-complex',
      `With variables and functions in their places the query has more than ${MAX_EXPRESSIONS} expressions.`,
      at(),
    );
}
