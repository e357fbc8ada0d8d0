import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorBody, type Job, printPath, ROUTES, type z } from '#core/contract/index.ts';
import type { ServerAddress } from '#server/store/index.ts';
import { CommandError } from '../command.ts';
import type { IngestWork, Totals } from './here.ts';

const POLL_MS = 250;

/** Hands a load to the server that holds the data folder, and follows it to its end. */
export async function ingestOnServer(server: ServerAddress, work: IngestWork): Promise<Totals> {
  if (work.paths.includes('-'))
    throw new CommandError(
      `a server (process ${server.pid}) holds the data folder, and standard input cannot be handed to it`,
      'Write the log to a file and ingest that, or drop it on the page.',
    );
  const container = work.paths.find((path) => /^[a-z][a-z0-9+.-]+:\/\//i.test(path));
  if (container !== undefined)
    throw new CommandError(
      `a server (process ${server.pid}) holds the data folder, and ${container} cannot be handed to it`,
      'Name the container as a source in its configuration, or stop the server and load it then.',
    );
  const startedAt = performance.now();
  const { id } = await call(server, ROUTES.ingestPaths, {
    paths: work.paths.map((path) => resolve(path)),
    ...(work.format === undefined ? {} : { format: work.format }),
  });
  for (;;) {
    await sleep(POLL_MS, undefined, { signal: work.signal });
    const job = await call(server, ROUTES.job, { id });
    const totals = readTotals(job, (performance.now() - startedAt) / 1000);
    work.onProgress(totals);
    if (job.state === 'failed' || job.state === 'cancelled') {
      if (job.error) work.say([job.error.message, job.error.hint].filter(Boolean).join(' '));
      const isNothing = totals.stored + totals.known === 0;
      return { ...totals, objects: isNothing ? 0 : 1, failed: 1 };
    }
    if (job.state === 'done') return totals;
  }
}

/** The server tells records, not objects: what was handed over counts as one load. */
function readTotals(job: Job, seconds: number): Totals {
  return {
    objects: 1,
    records: job.records,
    stored: job.stored,
    known: job.known,
    quarantined: job.quarantined,
    refused: 0,
    failed: 0,
    bytes: job.bytesDone,
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

interface CalledRoute<Out extends z.ZodType> {
  readonly method: string;
  readonly path: string;
  readonly output: Out;
}

async function call<Out extends z.ZodType>(
  server: ServerAddress,
  route: CalledRoute<Out>,
  input: Readonly<Record<string, unknown>>,
): Promise<z.output<Out>> {
  const url = new URL(printPath(route.path, input), server.url);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, {
      method: route.method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      ...(route.method === 'GET' ? {} : { body: JSON.stringify(input) }),
    });
    body = await response.json();
  } catch (error) {
    throw new CommandError(
      `the server at ${server.url} (process ${server.pid}) holds the data folder but does not answer`,
      'See its log; stop it to load without it.',
      error,
    );
  }
  if (response.ok) return route.output.parse(body);
  const refused = errorBody.safeParse(body);
  throw new CommandError(
    refused.success
      ? refused.data.error.message
      : `the server at ${server.url} answered with status ${response.status}`,
    (refused.success && refused.data.error.hint) || 'See its log.',
  );
}
