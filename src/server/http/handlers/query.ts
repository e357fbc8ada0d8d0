import type { PastQuery, QueryInput, RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { type Call, callerOf, type Handlers } from '../call.ts';
import type { Asker, HttpDeps } from '../deps.ts';
import { disposition } from '../disposition.ts';

export const queryIds = [
  'query',
  'schema',
  'kqlCheck',
  'kqlComplete',
  'kqlHover',
  'kqlSignature',
  'kqlFormat',
  'exportQuery',
] as const satisfies readonly RouteId[];

export function queryHandlers({
  queries,
  schema,
  history,
  now,
}: HttpDeps): Handlers<(typeof queryIds)[number]> {
  return {
    async query({ isKept, ...input }, call) {
      noteQuery(call, input);
      const startedAt = now();
      const keep = (outcome: PastQuery['outcome'], rows: number | null) => {
        if (!isKept) return;
        const elapsedMs = now() - startedAt;
        history.add(callerOf(call).name, { query: input.query, outcome, elapsedMs, rows });
      };
      try {
        const result = await queries.run(input, askerOf(call));
        call.note({ rows: result.rows.length, elapsedMs: Math.round(result.stats.elapsedMs) });
        keep('done', result.rows.length);
        return result;
      } catch (error) {
        keep(call.signal.aborted ? 'cancelled' : 'failed', null);
        throw error;
      }
    },
    schema: () => schema(),
    kqlCheck: async ({ query }) => ({ diagnostics: [...(await queries.check(query))] }),
    kqlComplete: async ({ query, position }) => {
      const { start, length, items } = await queries.complete(query, position);
      return { start, length, items: [...items] };
    },
    kqlHover: async ({ query, position }) => ({ hover: await queries.hover(query, position) }),
    kqlSignature: async ({ query, position }) => ({
      signature: await queries.signature(query, position),
    }),
    kqlFormat: async ({ query }) => ({ query: await queries.format(query) }),
    async exportQuery({ format, name, ...input }, call) {
      noteQuery(call, input);
      const file = await queries.export(input, format, askerOf(call));
      call.note({ format, rows: file.rows });
      if (file.truncated !== undefined) {
        await file.body.cancel();
        throw new Refused('query-limit', file.truncated, {
          hint: 'Ask for a shorter time range or fewer columns, or summarize.',
        });
      }
      return new Response(file.body, {
        headers: {
          'Content-Type': file.mediaType,
          'Content-Disposition': disposition(`${name || 'weir'}.${format}`),
        },
      });
    },
  };
}

export function noteQuery(call: Call, { query, timespan }: QueryInput): void {
  call.note({ query, ...(timespan === undefined ? {} : { timespan }) });
}

export function askerOf(call: Call): Asker {
  return { user: callerOf(call).name, signal: call.signal };
}
