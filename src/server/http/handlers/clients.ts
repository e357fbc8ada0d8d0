import type { QueryInput, RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import type { Call, Handlers } from '../call.ts';
import { parseTimespan } from '../clients/iso-timespan.ts';
import { type KustoMoment, printKustoV1, printKustoV2 } from '../clients/kusto.ts';
import { answerCommand, isCommand } from '../clients/kusto-commands.ts';
import { printLogAnalytics, readPrefer, waitOf } from '../clients/log-analytics.ts';
import { describeWorkspace } from '../clients/log-analytics-metadata.ts';
import { clientRequestId } from '../clients/request-id.ts';
import { readProperties } from '../clients/request-properties.ts';
import type { Body, HttpDeps, QueryAnswer, RowForm } from '../deps.ts';
import { failureBody, failureOf } from '../failure.ts';
import { printParts } from '../json-answer.ts';
import { askerOf, noteQuery } from './query.ts';

export const clientIds = [
  'logAnalyticsQuery',
  'logAnalyticsGet',
  'logAnalyticsResource',
  'logAnalyticsMetadata',
  'logAnalyticsMetadataPost',
  'logAnalyticsBatch',
  'kustoMetadata',
  'kustoQueryV1',
  'kustoQueryV2',
  'kustoManagement',
] as const satisfies readonly RouteId[];

/** Queries of a batch that run at once; the rest of a user's queue is for others. */
const AT_ONCE = 4;

/** Where clients of the public cloud log in: they insist on an answer, though with an API token they never go there. */
const PUBLIC_CLOUD = {
  AzureAD: {
    LoginEndpoint: 'https://login.microsoftonline.com',
    LoginMfaRequired: false,
    KustoClientAppId: 'db662dc1-0cfe-4e1c-a843-19a68e65be58',
    KustoClientRedirectUri: 'https://microsoft/kustoclient',
    KustoServiceResourceId: 'https://kusto.kusto.windows.net',
    FirstPartyAuthorityUrl:
      'https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  },
};

type LogAnalyticsRequest = {
  readonly query: string;
  readonly timespan?: string | null | undefined;
};

/** Routes in the shapes that clients of Log Analytics and Kusto speak; all of them run the same queries. */
export function clientHandlers(deps: HttpDeps): Handlers<(typeof clientIds)[number]> {
  const { queries, now } = deps;

  /** Every result of a query that may have several. */
  async function run(input: QueryInput, form: RowForm, call: Call): Promise<QueryAnswer[]> {
    const answers: QueryAnswer[] = [];
    try {
      do answers.push(await queries.run(input, form, askerOf(call), answers.length));
      while (answers.length < (answers[0]?.results ?? 1));
      return answers;
    } catch (error) {
      for (const { body } of answers) await body.discard();
      throw error;
    }
  }

  async function runNoted(input: QueryInput, form: RowForm, call: Call): Promise<QueryAnswer[]> {
    const app = call.request.headers.get('x-ms-app')?.slice(0, 100);
    noteQuery(call, input);
    const answers = await run(input, form, call);
    const total = (of: (a: QueryAnswer) => number) => answers.reduce((n, a) => n + of(a), 0);
    call.note({
      rows: total((a) => a.rows),
      elapsedMs: total((a) => Math.round(a.stats.elapsedMs)),
      ...(app ? { app } : {}),
    });
    return answers;
  }

  const inputOf = ({ query, timespan }: LogAnalyticsRequest, timeMs?: number): QueryInput => ({
    query,
    ...(timespan ? { timespan: parseTimespan(timespan, now()) } : {}),
    ...(timeMs === undefined ? {} : { limits: { timeMs } }),
  });

  async function answerLogAnalytics(asked: LogAnalyticsRequest, call: Call): Promise<Response> {
    const prefer = readPrefer(call.request.headers.get('prefer'));
    const answers = await runNoted(inputOf(asked, waitOf(prefer)), 'log-analytics-rows', call);
    return printParts(printLogAnalytics(answers, prefer), call.encoding);
  }

  /** One request of a batch, answered or failed. */
  async function answerPart(
    { id, headers, body }: { id: string; headers?: unknown; body: LogAnalyticsRequest },
    call: Call,
  ): Promise<readonly (string | Body)[]> {
    const prefer = readPrefer(preferOf(headers));
    const head = (status: number) => `{"id":${JSON.stringify(id)},"status":${status},"body":`;
    try {
      const answers = await run(inputOf(body, waitOf(prefer)), 'log-analytics-rows', call);
      return [head(200), ...printLogAnalytics(answers, prefer), '}'];
    } catch (error) {
      const failure = failureOf(error, call.id);
      if (failure.isBug) deps.log.error('a query of a batch failed', { request: call.id, error });
      return [`${head(failure.status)}${JSON.stringify(failureBody(failure, 'log-analytics'))}}`];
    }
  }

  const moment = (call: Call): KustoMoment => ({
    at: new Date(now()).toISOString(),
    clientRequestId: clientRequestId(call.request.headers) ?? call.id,
    activityId: call.id,
  });

  interface KustoRequest {
    readonly csl: string;
    readonly properties?: unknown;
  }

  const runKusto = ({ csl, properties }: KustoRequest, call: Call) =>
    runNoted({ query: csl, ...readProperties(properties) }, 'kusto-rows', call);

  /** Clients send management commands to any of the addresses. */
  async function command({ csl }: KustoRequest, call: Call): Promise<Response> {
    const answer = await answerCommand(csl, {
      schema: deps.schema(),
      version: deps.version,
      functions: () => queries.functions(),
      stored: async () => (await deps.status.status({})).tables,
    });
    if (answer.kind === 'table') return printParts([JSON.stringify(answer.v1)], call.encoding);
    const answers = await run({ query: answer.query }, 'kusto-rows', call);
    return printParts(printKustoV1(answers, moment(call)), call.encoding);
  }

  const describe = async ({ id }: { readonly id: string }) =>
    describeWorkspace(id, deps.schema(), await queries.functions());

  return {
    logAnalyticsQuery: answerLogAnalytics,
    logAnalyticsGet: answerLogAnalytics,
    logAnalyticsResource: (asked, call) => {
      if (
        !/^microsoft\.operationalinsights$/i.test(asked.provider) ||
        !/^workspaces$/i.test(asked.type)
      )
        throw new Refused(
          'bad-request',
          'Weir answers for a workspace, not for a single resource.',
          {
            hint: 'Ask the workspace, and filter by TargetResourceId.',
          },
        );
      return answerLogAnalytics(asked, call);
    },
    logAnalyticsMetadata: describe,
    logAnalyticsMetadataPost: describe,
    async logAnalyticsBatch({ requests }, call) {
      noteQuery(call, { query: requests.map(({ body }) => body.query).join('\n;\n') });
      call.note({ queries: requests.length });
      const parts: (string | Body)[] = ['{"responses":['];
      for (let at = 0; at < requests.length; at += AT_ONCE) {
        const some = requests.slice(at, at + AT_ONCE);
        const answered = await Promise.all(some.map((request) => answerPart(request, call)));
        for (const [i, answer] of answered.entries())
          parts.push(...(at + i === 0 ? answer : [',', ...answer]));
      }
      return printParts([...parts, ']}'], call.encoding);
    },
    kustoMetadata: () => PUBLIC_CLOUD,
    async kustoQueryV1(input, call) {
      if (isCommand(input.csl)) return command(input, call);
      return printParts(printKustoV1(await runKusto(input, call), moment(call)), call.encoding);
    },
    async kustoQueryV2(input, call) {
      return printParts(printKustoV2(await runKusto(input, call), moment(call)), call.encoding);
    },
    kustoManagement: command,
  };
}

/** The `prefer` among the headers of one request of a batch. */
function preferOf(headers: unknown): string | undefined {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : [];
  const found = entries.find(([name]) => name.toLowerCase() === 'prefer')?.[1];
  return typeof found === 'string' ? found : undefined;
}
