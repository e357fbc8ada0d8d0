import type { Enricher } from '#core/enrich/index.ts';
import { hostHours, pairHours } from '#core/schema/index.ts';
import type { Duckdb } from '#server/duckdb/index.ts';
import {
  CHECK_HASHES,
  CHOOSE,
  observeStatements,
  orient,
  orientNothing,
  SIGHT,
  segments,
  type WrittenTable,
  writeTable,
} from '#server/observe/index.ts';
import { loadEnds } from './ends.ts';
import type { HoursJob, JobResult } from './job.ts';
import {
  earlierOf,
  FRESH,
  HOST_HOURS,
  HOST_ORDER,
  HOSTS_OF_PART,
  HOURS,
  knownOf,
  MINUTES_OF_PART,
  PORTS_OF_PART,
  peaksOf,
  peersOf,
  slim,
} from './sql/hosts.ts';
import {
  LISTS,
  MOST_INITIATORS,
  MOST_SERVICES,
  PAIR_ORDER,
  pairHoursOf,
  pairsOf,
  trim,
} from './sql/pairs.ts';
import {
  choosePart,
  conversations,
  counted,
  moreColumns,
  type Sight,
  sightOf,
  splitRows,
} from './sql/rows.ts';

const CONTEXT = ['Source', 'Observer'] as const;
const POLICY = ['FlowStatus', 'L4Protocol'] as const;
const TEN_MINUTES = 600_000_000;

/** Tables that stay from job to job. */
const KEPT: ReadonlySet<string> = new Set(['known', 'known_ends']);

/** What a worker keeps from job to job. */
export interface Memory {
  /** Which segments of PairDays the table `known` was made of. */
  knownFiles: string;
}

/**
 * Counts hours of Flows as PairHours and HostHours. Rows are counted part by part, so that memory is bounded by the
 * engine's limit however many pairs there are; a part holds all rows of a pair of addresses.
 */
export async function countHours(
  engine: Duckdb,
  enricher: Enricher,
  job: HoursJob,
  { scratch, memory }: { scratch: string; memory: Memory },
): Promise<Omit<JobResult, 'usage'>> {
  await dropTemporary(engine);
  await engine.run('SET preserve_insertion_order = false');
  const { parts } = job;
  const sight = await readSight(engine, segments(job.rawFiles));
  const more = moreColumns(parts, sight);
  const observation = {
    rawFiles: job.rawFiles,
    hours: job.hours,
    intervalMicros: TEN_MINUTES,
    context: CONTEXT,
    policy: POLICY,
    more,
  };
  for (const sql of observeStatements(observation)) await engine.run(sql);
  const clash = (await engine.run(CHECK_HASHES)).rows[0];
  if (clash)
    throw new Error(
      `two values of ${String(clash[0])} share the hash ${String(clash[1])}: the hours cannot be counted`,
    );
  const counts = await engine.run('SELECT hr, count(*) FROM seen GROUP BY hr ORDER BY hr');
  const rows = counts.rows.map(([hour, n]) => [Number(hour), Number(n)] as const);
  const hasOneWay = (await engine.run('SELECT 1 FROM seen WHERE one_way LIMIT 1')).rows.length > 0;

  for (const sql of SIGHT) await engine.run(sql);
  for (const sql of splitRows(parts)) await engine.run(sql);
  const kept = job.pairFiles.length > 0 ? segments(job.pairFiles) : undefined;
  await loadEnds(engine, enricher, `${scratch}.ends`, kept);
  await recall(engine, job, memory);
  for (let part = 0; part < parts; part++)
    await countPart(engine, { hasOneWay, kept, part, parts, sight, more: Object.keys(more) });
  if (job.hostFiles.length > 0)
    await engine.run(`INSERT INTO minutes ${peaksOf(segments(job.hostFiles))}`);

  const written = await writeHours(
    engine,
    job,
    rows.map(([hour]) => hour),
  );
  await dropTemporary(engine);
  return { written, rows };
}

/** Who met before: of the day in `earlier`, of the 30 days before it in `known`, which stays for the jobs that follow. */
async function recall(engine: Duckdb, job: HoursJob, memory: Memory): Promise<void> {
  await engine.run(
    `CREATE TEMP TABLE earlier AS ${
      job.earlierFiles.length > 0
        ? earlierOf(segments(job.earlierFiles))
        : 'SELECT 0::BIGINT AS hr, 0::UBIGINT AS pair WHERE false'
    }`,
  );
  const files = job.knownFiles.join('\n');
  if (memory.knownFiles === files) return;
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE known AS ${
      job.knownFiles.length > 0
        ? knownOf(segments(job.knownFiles))
        : 'SELECT 0::UBIGINT AS pair WHERE false'
    }`,
  );
  memory.knownFiles = files;
}

async function readSight(engine: Duckdb, files: string): Promise<Sight> {
  const described = await engine.run(`DESCRIBE SELECT * FROM ${files}`);
  const held = new Set(described.rows.map(([name]) => String(name)));
  const [row = []] = (await engine.run(sightOf(files, held))).rows;
  return { hasWindows: row[0] === true, hasRates: row[1] === true };
}

interface Part {
  readonly part: number;
  readonly parts: number;
  readonly hasOneWay: boolean;
  readonly sight: Sight;
  /** Names of the further columns of raw rows. */
  readonly more: readonly string[];
  /** A relation of PairHours that stay. */
  readonly kept: string | undefined;
}

async function countPart(
  engine: Duckdb,
  { part, parts, hasOneWay, sight, more, kept }: Part,
): Promise<void> {
  for (const sql of choosePart(part)) await engine.run(sql);
  for (const name of ['VIEW counted', 'VIEW oriented', 'TABLE oriented_rows', 'TABLE turned'])
    await engine.run(`DROP ${name.replace(' ', ' IF EXISTS ')}`);
  for (const sql of hasOneWay ? orient(more) : [orientNothing(more)]) await engine.run(sql);
  for (const name of ['chosen', 'known_pairs', 'repeats'])
    await engine.run(`DROP TABLE IF EXISTS ${name}`);
  for (const sql of CHOOSE) await engine.run(sql);
  const hasRepeats = (await engine.run('SELECT 1 FROM repeats LIMIT 1')).rows.length > 0;
  await engine.run(counted(hasRepeats, sight));
  await engine.run(conversations(sight));
  await engine.run(`CREATE OR REPLACE TEMP TABLE part_pairs AS ${pairsOf(hasOneWay)}`);
  await engine.run(slim(kept, part, parts));
  await engine.run(peersOf(kept !== undefined));
  await engine.run(FRESH);
  await addTo(engine, 'pairs', 'SELECT * FROM part_pairs', part);
  await addTo(engine, 'lists', LISTS, part);
  await addTo(engine, 'hosts', HOSTS_OF_PART, part);
  await addTo(engine, 'ports', PORTS_OF_PART, part);
  await addTo(engine, 'minutes', MINUTES_OF_PART, part);
}

const addTo = (engine: Duckdb, table: string, select: string, part: number) =>
  engine.run(
    part === 0 ? `CREATE TEMP TABLE ${table} AS ${select}` : `INSERT INTO ${table} ${select}`,
  );

/** One file an hour and table. */
async function writeHours(
  engine: Duckdb,
  job: HoursJob,
  hours: readonly number[],
): Promise<readonly WrittenTable[]> {
  await engine.run(`CREATE TEMP TABLE big AS SELECT hr, h, role FROM hosts GROUP BY hr, h, role
    HAVING sum(services) > CASE role WHEN 's' THEN ${MOST_SERVICES} ELSE ${MOST_INITIATORS} END`);
  const big = new Set(
    (await engine.run('SELECT DISTINCT hr FROM big')).rows.map(([hour]) => Number(hour)),
  );
  await engine.run(HOURS);
  const written: WrittenTable[] = [];
  for (const [i, hour] of hours.entries()) {
    const pairs = await writeTable(
      engine,
      pairHours,
      pairHoursOf(trim(hour, big.has(hour))),
      `${job.output}-p${i}`,
      PAIR_ORDER,
    );
    const hosts = await writeTable(
      engine,
      hostHours,
      `${HOST_HOURS} WHERE hr = ${hour}`,
      `${job.output}-h${i}`,
      HOST_ORDER,
    );
    for (const one of [pairs, hosts]) if (one) written.push(one);
  }
  return written;
}

async function dropTemporary(engine: Duckdb): Promise<void> {
  const views = await engine.run('SELECT view_name FROM duckdb_views() WHERE NOT internal');
  for (const [name] of views.rows) await engine.run(`DROP VIEW ${String(name)}`);
  const tables = await engine.run('SELECT table_name FROM duckdb_tables()');
  for (const [name] of tables.rows)
    if (!KEPT.has(String(name))) await engine.run(`DROP TABLE ${String(name)}`);
}
