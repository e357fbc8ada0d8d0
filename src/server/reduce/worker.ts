// The process that reduces: apart, so that its memory is given back and nothing it does can stop ingestion.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Enricher } from '#core/enrich/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { loadEnricher } from '#server/enrich/index.ts';
import type { Answer, ChildSetup, Reply, Request } from './messages.ts';
import { reduceHours } from './reduce-hours.ts';
import { countHours } from './sql/count.ts';

interface Ready {
  readonly engine: Duckdb;
  readonly enricher: Enricher;
  readonly scratch: string;
}

let ready: Ready | undefined;

async function setUp(setup: ChildSetup): Promise<Ready> {
  mkdirSync(setup.scratchFolder, { recursive: true });
  const engine = await openDuckdb({
    memoryLimitBytes: setup.memoryLimitBytes,
    threads: setup.threads,
    spillFolder: join(setup.scratchFolder, 'spill'),
  });
  return {
    engine,
    enricher: loadEnricher(setup.enrichment),
    scratch: join(setup.scratchFolder, `job-${process.pid}`),
  };
}

async function answer(request: Request): Promise<Answer> {
  if (request.kind === 'setup') {
    ready = await setUp(request.setup);
    return { kind: 'ready' };
  }
  if (!ready) throw new Error('the reducing process was asked before it was set up');
  if (request.kind === 'count')
    return { kind: 'counts', counts: await countHours(ready.engine, request.files) };
  return {
    kind: 'reduced',
    result: await reduceHours(ready.engine, ready.enricher, request.job, ready.scratch),
  };
}

const describe = (error: unknown): string => {
  const parts: string[] = [];
  for (let e: unknown = error; e !== undefined; e = e instanceof Error ? e.cause : undefined)
    parts.push(e instanceof Error ? e.message : String(e));
  return parts.join(': ');
};

process.on('message', ({ id, request }: { id: number; request: Request }) => {
  answer(request)
    .then((value): Reply => ({ id, answer: value }))
    .catch((error: unknown): Reply => ({ id, error: describe(error) }))
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
