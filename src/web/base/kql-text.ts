/** A query inside a text that may hold several: [start, end), without the blank lines around it. */
export interface QueryText {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const PIECES =
  /```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|\/\/[^\n]*|[hH]?@"(?:[^"]|"")*"?|[hH]?@'(?:[^']|'')*'?|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\n[ \t\r]*(?=\n)|[^\s]/g;

type Piece =
  | { readonly kind: 'blank'; readonly at: number }
  | { readonly kind: 'comment'; readonly at: number }
  | { readonly kind: 'code'; readonly at: number; readonly text: string };

/** Characters of code, and strings as a whole; comments; blank lines. */
function* piecesOf(text: string): Generator<Piece> {
  for (const match of text.matchAll(PIECES)) {
    const [piece] = match;
    const at = match.index;
    if (piece.startsWith('\n')) yield { kind: 'blank', at };
    else if (piece.startsWith('//')) yield { kind: 'comment', at };
    else yield { kind: 'code', at, text: piece };
  }
}

const OPENS = '([{';
const CLOSES = ')]}';

/**
 * The queries of a text, which blank lines separate. A blank line that cannot end a query does not: one inside brackets or
 * strings, behind `;` or an operator, before `|`, or under a comment that stands alone.
 */
export function splitQueries(text: string): readonly QueryText[] {
  const found: QueryText[] = [];
  let start = -1;
  let depth = 0;
  let last = '';
  let isCut = false;
  const end = (at: number) => {
    if (start < 0 || last === '') return;
    const body = text.slice(start, at).trimEnd();
    found.push({ start, end: start + body.length, text: body });
    start = -1;
    depth = 0;
    last = '';
  };
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'blank') {
      isCut = true;
      continue;
    }
    const first = piece.kind === 'code' ? (piece.text[0] ?? '') : '/';
    const goesOn = depth > 0 || ';|,=([{'.includes(last || ';') || `|,;${CLOSES}`.includes(first);
    if (isCut && !goesOn) end(piece.at);
    isCut = false;
    if (start < 0) start = piece.at;
    if (piece.kind === 'comment') continue;
    last = piece.text;
    if (OPENS.includes(piece.text)) depth++;
    else if (CLOSES.includes(piece.text)) depth = Math.max(0, depth - 1);
  }
  end(text.length);
  return found;
}

/** The query at an offset, else the one before it, else the first. */
export function queryAt(queries: readonly QueryText[], offset: number): QueryText | undefined {
  return queries.findLast((query) => query.start <= offset) ?? queries[0];
}

/** Where the last operator of the pipe begins, and its name. */
function lastOperator(query: string): { readonly at: number; readonly name: string } | undefined {
  let depth = 0;
  let found: number | undefined;
  for (const piece of piecesOf(query)) {
    if (piece.kind !== 'code') continue;
    if (OPENS.includes(piece.text)) depth++;
    else if (CLOSES.includes(piece.text)) depth--;
    else if (piece.text === ';') found = undefined;
    else if (piece.text === '|' && depth === 0) found = piece.at;
  }
  if (found === undefined) return undefined;
  return { at: found, name: /^\|\s*([\w-]+)/.exec(query.slice(found))?.[1] ?? '' };
}

/** The query with an operator more at its end; `render` stays the last. */
export function addOperator(query: string, operator: string): string {
  const last = lastOperator(query);
  const isDrawn = last?.name === 'render';
  const head = isDrawn ? query.slice(0, last.at) : query;
  const body = head.trimEnd().replace(/;$/, '').trimEnd();
  return `${body}\n| ${operator}${isDrawn ? `\n${query.slice(last.at)}` : ''}`;
}
