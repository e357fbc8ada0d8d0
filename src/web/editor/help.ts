import type { Diagnostic } from '#core/contract/index.ts';
import { type QueryText, queryAt, splitQueries } from '#web/base/kql-text.ts';
import { call, RequestFailed } from '#web/query/index.ts';
import type { EditorHelp } from './types.ts';

/** Of one text; the server checks them one by one. */
const MOST_CHECKED = 24;
const MOST_REMEMBERED = 200;

/** Asks the server; without an answer there is simply no help while typing, and running the query tells. */
async function tryAsk<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (error instanceof RequestFailed) return undefined;
    throw error;
  }
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return {
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
  };
}

/** Help for a text of several queries: the server is asked about one query at a time, places are moved to and fro. */
export function createHelp(): EditorHelp {
  const checked = new Map<string, Promise<readonly Diagnostic[] | undefined>>();

  function checkOne(query: string): Promise<readonly Diagnostic[] | undefined> {
    const known = checked.get(query);
    if (known) return known;
    const asked = tryAsk(call('kqlCheck', { query })).then((answer) => answer?.diagnostics);
    checked.set(query, asked);
    void asked.then((found) => !found && checked.delete(query));
    if (checked.size > MOST_REMEMBERED)
      for (const oldest of checked.keys()) {
        checked.delete(oldest);
        break;
      }
    return asked;
  }

  /** The query at a position, blanks behind it included: that is where people type. */
  function around(text: string, position: number): QueryText | undefined {
    const queries = splitQueries(text);
    const query = queryAt(queries, position);
    if (!query || query.start > position) return undefined;
    if (position <= query.end) return query;
    const between = text.slice(query.end, position);
    if (/\n\s*\n/.test(between)) return undefined;
    return { start: query.start, end: position, text: text.slice(query.start, position) };
  }

  return {
    async check(text) {
      const queries = splitQueries(text).slice(0, MOST_CHECKED);
      const found = await Promise.all(queries.map((query) => checkOne(query.text)));
      return queries.flatMap(({ start }, i) =>
        (found[i] ?? []).map((d) => ({
          ...d,
          ...lineAndColumn(text, d.start + start),
          start: d.start + start,
          fixes: d.fixes.map((fix) => ({ ...fix, start: fix.start + start })),
        })),
      );
    },
    async complete(text, position) {
      const query = around(text, position) ?? { start: position, text: '' };
      const at = position - query.start;
      const answer = await tryAsk(call('kqlComplete', { query: query.text, position: at }));
      return answer && { ...answer, start: answer.start + query.start };
    },
    async hover(text, position) {
      const query = around(text, position);
      if (!query) return undefined;
      const at = position - query.start;
      const answer = await tryAsk(call('kqlHover', { query: query.text, position: at }));
      return answer?.hover
        ? { ...answer.hover, start: answer.hover.start + query.start }
        : undefined;
    },
    async signature(text, position) {
      const query = around(text, position);
      if (!query) return undefined;
      const at = position - query.start;
      const answer = await tryAsk(call('kqlSignature', { query: query.text, position: at }));
      return answer?.signature ?? undefined;
    },
    async format(text, position) {
      const query = queryAt(splitQueries(text), position);
      const answer = query && (await tryAsk(call('kqlFormat', { query: query.text })));
      if (!answer || answer.query === query.text) return undefined;
      return { start: query.start, end: query.end, text: answer.query };
    },
  };
}
