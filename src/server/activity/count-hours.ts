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
import { type FoldThread, startFoldThread } from './fold/fold-thread.ts';
import type { Folded, FoldedPart } from './fold/folded.ts';
import { foldHere } from './fold/folder.ts';
import type { Rows } from './fold/rows.ts';
import type { HoursJob, JobResult } from './job.ts';
import {
  FRESH,
  HOST_HOURS,
  HOST_ORDER,
  HOSTS,
  HOURS,
  knownOf,
  metWith,
  minutesFrom,
  PORTS,
  peersOf,
  START_MET,
  START_MINUTES,
  slim,
} from './sql/hosts.ts';
import {
  MOST_INITIATORS,
  MOST_SERVICES,
  PAIR_ORDER,
  pairHoursOf,
  pairsFrom,
  START_PAIRS,
  trim,
} from './sql/pairs.ts';
import {
  counted,
  hasMore,
  type Kind,
  largestOf,
  moreColumns,
  type Portion,
  rowsOf,
  SIZES,
  type Sight,
  sightOf,
  TWO_WAY,
  VERDICTS,
} from './sql/rows.ts';

const CONTEXT = ['Source', 'Observer'] as const;
const POLICY = ['FlowStatus', 'L4Protocol'] as const;
/** Tables that stay from job to job. */
const KEPT: ReadonlySet<string> = new Set(['known', 'known_ends', 'met']);

/** What a worker keeps from job to job. */
export interface Memory {
  /** Which segments of PairDays the table `known` was made of. */
  knownFiles: string;
  /** Which segments of PairHours the table `met` was made of; undefined before there is one. */
  metFiles?: ReadonlySet<string>;
  /** Folds jobs of several parts; started with the first. */
  foldThread?: FoldThread;
}

/**
 * Counts hours of Flows as PairHours and HostHours. Rows are folded part by part, so that memory is bounded however many
 * there are; a part holds all rows of a pair of addresses.
 */
export async function countHours(
  engine: Duckdb,
  enricher: Enricher,
  job: HoursJob,
  { scratch, memory }: { scratch: string; memory: Memory },
): Promise<Omit<JobResult, 'usage'>> {
  await dropTemporary(engine);
  await engine.run('SET preserve_insertion_order = false');
  const { rawFiles, hours, parts } = job;
  const sight = await readSight(engine, segments(rawFiles));
  const more = moreColumns(parts, sight);
  const observation = { rawFiles, hours, context: CONTEXT, policy: POLICY, more };
  for (const sql of observeStatements(observation)) await engine.run(sql);
  const clash = (await engine.run(CHECK_HASHES)).rows[0];
  if (clash)
    throw new Error(
      `two values of ${String(clash[0])} share the hash ${String(clash[1])}: the hours cannot be counted`,
    );
  const sizes = readSizes((await engine.run(SIZES)).rows);
  const { hasOneWay } = sizes;
  for (const sql of [...SIGHT, ...CHOOSE, ...VERDICTS, ...(hasOneWay ? [TWO_WAY] : [])])
    await engine.run(sql);
  const hasRepeats = (await engine.run('SELECT 1 FROM repeats LIMIT 1')).rows.length > 0;
  const kind: Kind = { ...sight, hasOneWay, hasRepeats, base: Math.min(...hours) };
  const portions = await cutParts(engine, sizes.byPart, job.mostPerPart);
  await foldRows(engine, kind, { job, ...portions, more: Object.keys(more), memory });

  const kept = job.pairFiles.length > 0 ? segments(job.pairFiles) : undefined;
  await loadEnds(engine, enricher, `${scratch}.ends`, kept);
  await recall(engine, job, memory);
  // A service may have several rows where some stay, or where a pair was cut.
  const isCut = kept !== undefined || portions.portions.some(({ splits }) => splits > 1);
  for (const sql of [slim(kept), peersOf(isCut), FRESH, HOSTS, PORTS, HOURS]) await engine.run(sql);
  const written = await writeHours(
    engine,
    job,
    sizes.rows.map(([hour]) => hour),
  );
  await dropTemporary(engine);
  return { written, rows: sizes.rows };
}

/** What SIZES found: rows by hour and by part, and whether any count one direction. */
function readSizes(found: readonly (readonly unknown[])[]) {
  const byHour = new Map<number, number>();
  const byPart = new Map<number, number>();
  for (const [hour, part, n] of found) {
    byHour.set(Number(hour), (byHour.get(Number(hour)) ?? 0) + Number(n));
    byPart.set(Number(part), (byPart.get(Number(part)) ?? 0) + Number(n));
  }
  return {
    rows: [...byHour].sort(([a], [b]) => a - b),
    byPart,
    hasOneWay: found.some(([, , , isOneWay]) => isOneWay === true),
  };
}

interface Portions {
  readonly portions: readonly Portion[];
  /** Most rows that one has. */
  readonly rows: number;
}

/** Parts are even unless one pair has very many rows, as in a flood: such a part is cut by ports, and the pair has several rows. */
async function cutParts(
  engine: Duckdb,
  byPart: ReadonlyMap<number, number>,
  most: number,
): Promise<Portions> {
  const portions: Portion[] = [];
  let rows = 0;
  for (const [part, size] of byPart) {
    const splits = size > most ? Math.ceil((2 * size) / most) : 1;
    for (let split = 0; split < splits; split++) portions.push({ part, split, splits });
    const largest = splits > 1 ? await engine.run(largestOf(part, splits)) : undefined;
    rows = Math.max(rows, largest ? Number(largest.rows[0]?.[0]) : size);
  }
  return { portions, rows };
}

/** `pairs` and `minutes`, of the rows that are `seen`. */
async function foldRows(
  engine: Duckdb,
  kind: Kind,
  {
    job,
    portions,
    rows,
    more,
    memory,
  }: Portions & { job: HoursJob; more: readonly string[]; memory: Memory },
): Promise<void> {
  const kept = job.hostFiles.length > 0 ? segments(job.hostFiles) : undefined;
  for (const sql of [
    START_PAIRS,
    START_MINUTES,
    pairsFrom(kind.base),
    minutesFrom(kind.base, kept),
  ])
    await engine.run(sql);
  const put = (table: string, { rows, columns }: Folded) => engine.append(table, rows, columns);
  /** True where what a host did in a minute is in several rows. */
  let isSplit = kept !== undefined;
  const putPart = async ({ pairs, minutes }: FoldedPart) => {
    await put('folded_pairs', pairs);
    if (!minutes) return;
    await put('folded_minutes', minutes);
    isSplit = true;
  };
  const input = { rows, base: kind.base, hasMore: hasMore(kind) };
  // Of one portion nothing can be read while it is folded.
  const folder = portions.length > 1 ? foldThreadOf(memory).open(input) : foldHere(input);
  let before: Promise<FoldedPart> | undefined;
  for (const portion of portions) {
    const seen = rowsOf(portion, job.parts);
    await readPortion(engine, kind, { seen, more }, await folder.rows());
    const folding = folder.fold();
    if (before) await putPart(await before);
    before = folding;
  }
  if (before) await putPart(await before);
  await put('folded_minutes', await folder.hosts(isSplit));
  await dropPortion(engine);
  await engine.run('DROP TABLE IF EXISTS seen');
}

function foldThreadOf(memory: Memory): FoldThread {
  memory.foldThread ??= startFoldThread();
  return memory.foldThread;
}

/** The rows of one portion that count, turned. */
async function readPortion(
  engine: Duckdb,
  kind: Kind,
  { seen, more }: { seen: string; more: readonly string[] },
  into: Rows,
): Promise<void> {
  await dropPortion(engine);
  for (const sql of kind.hasOneWay ? orient(more, seen) : [orientNothing(more, seen)])
    await engine.run(sql);
  for await (const chunk of engine.columns(counted(kind))) into.add(chunk);
}

async function dropPortion(engine: Duckdb): Promise<void> {
  for (const name of ['VIEW oriented', 'TABLE oriented_rows', 'TABLE turned'])
    await engine.run(`DROP ${name.replace(' ', ' IF EXISTS ')}`);
}

/** Who met before: of the day in `met`, of the 30 days before it in `known`. Both stay for the jobs that follow. */
async function recall(engine: Duckdb, job: HoursJob, memory: Memory): Promise<void> {
  const earlier = new Set(job.earlierFiles);
  const isMore = memory.metFiles?.isSubsetOf(earlier) ?? false;
  if (!isMore) await engine.run(START_MET);
  const added = [...(isMore ? earlier.difference(memory.metFiles!) : earlier)];
  // Should it fail half way, the next job begins anew.
  delete memory.metFiles;
  if (added.length > 0) await engine.run(metWith(segments(added)));
  memory.metFiles = earlier;
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
