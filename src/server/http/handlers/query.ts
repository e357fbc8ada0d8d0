import type { PastQuery, QueryInput, RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { type Call, callerOf, type Handlers } from '../call.ts';
import type { Asker, HttpDeps, QueryAnswer } from '../deps.ts';
import { disposition } from '../disposition.ts';
import { printParts, streamBody } from '../json-answer.ts';

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
        const answer = await queries.run(input, 'rows', askerOf(call));
        noteAnswer(call, answer);
        keep('done', answer.rows);
        const { columns, render, stats, warnings, body } = answer;
        const head = JSON.stringify({ columns, render, stats, warnings });
        return await printParts([`${head.slice(0, -1)},"rows":[`, body, ']}'], call.encoding);
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
        await file.body.discard();
        throw new Refused('query-limit', file.truncated, {
          hint: 'Ask for a shorter time range or fewer columns, or summarize.',
        });
      }
      return new Response(streamBody(file.body), {
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

export function noteAnswer(call: Call, { rows, stats }: QueryAnswer): void {
  call.note({ rows, elapsedMs: Math.round(stats.elapsedMs) });
}

export function askerOf(call: Call): Asker {
  return { user: callerOf(call).name, signal: call.signal };
}
