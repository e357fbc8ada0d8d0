import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, ROUTES } from '#core/contract/index.ts';
import type { ServerAddress } from '#server/store/index.ts';
import { CommandError } from '../command.ts';
import { callServer } from '../server-call.ts';
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
  const { id } = await callServer(server, ROUTES.ingestPaths, {
    paths: work.paths.map((path) => resolve(path)),
    ...(work.format === undefined ? {} : { format: work.format }),
  });
  for (;;) {
    await sleep(POLL_MS, undefined, { signal: work.signal });
    const job = await callServer(server, ROUTES.job, { id });
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
