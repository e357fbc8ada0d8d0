import { randomUUID } from 'node:crypto';
import type { QueryInput, QueryResult, RouteId } from '#core/contract/index.ts';
import type { Call, Handlers } from '../call.ts';
import { parseTimespan } from '../clients/iso-timespan.ts';
import { type KustoMoment, printKustoV1, printKustoV2 } from '../clients/kusto.ts';
import { answerCommand } from '../clients/kusto-commands.ts';
import { printLogAnalytics } from '../clients/log-analytics.ts';
import type { HttpDeps } from '../deps.ts';
import { askerOf, noteQuery } from './query.ts';

export const clientIds = [
  'logAnalyticsQuery',
  'kustoQueryV1',
  'kustoQueryV2',
  'kustoManagement',
] as const satisfies readonly RouteId[];

/** Routes in the shapes that clients of Log Analytics and Kusto speak; all of them run the same queries. */
export function clientHandlers({
  queries,
  schema,
  version,
  now,
}: HttpDeps): Handlers<(typeof clientIds)[number]> {
  async function run(input: QueryInput, call: Call): Promise<QueryResult> {
    noteQuery(call, input);
    const result = await queries.run(input, askerOf(call));
    call.note({ rows: result.rows.length, elapsedMs: Math.round(result.stats.elapsedMs) });
    return result;
  }
  const moment = (call: Call): KustoMoment => ({
    at: new Date(now()).toISOString(),
    clientRequestId: clientRequestId(call.request) ?? randomUUID(),
    activityId: randomUUID(),
  });
  /** Kusto's clients look for both headers, also to report problems by. */
  const answer = (body: unknown, { clientRequestId: id, activityId }: KustoMoment) =>
    new Response(JSON.stringify(body), {
      headers: {
        'Content-Type': 'application/json',
        'x-ms-client-request-id': id,
        'x-ms-activity-id': activityId,
      },
    });
  return {
    async logAnalyticsQuery({ query, timespan }, call) {
      const span = timespan ? { timespan: parseTimespan(timespan, now()) } : {};
      const result = await run({ query, ...span }, call);
      return printLogAnalytics(result, call.request.headers.get('prefer'));
    },
    async kustoQueryV1({ csl }, call) {
      const at = moment(call);
      // Clients send management commands to either address.
      const body = csl.trimStart().startsWith('.')
        ? answerCommand(csl, { schema: schema(), version })
        : printKustoV1(await run({ query: csl }, call), at);
      return answer(body, at);
    },
    async kustoQueryV2({ csl }, call) {
      const at = moment(call);
      return answer(printKustoV2(await run({ query: csl }, call), at), at);
    },
    kustoManagement: ({ csl }, call) =>
      answer(answerCommand(csl, { schema: schema(), version }), moment(call)),
  };
}

/** Echoed in a header, so only what a header may hold. */
function clientRequestId(request: Request): string | undefined {
  const given = request.headers.get('x-ms-client-request-id');
  return given !== null && /^[\x21-\x7e]{1,200}$/.test(given) ? given : undefined;
}
