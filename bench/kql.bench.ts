// KQL beside SQL written by hand for the same answer, over ten million raw flows.
//     npm run bench -- kql [--quick], or node bench/kql.bench.ts [ROWS] [RUNS] [PART OF A NAME…]
// Both statements run by turns in one process, on one engine, over the same files; answers are compared before anything
// is timed. Prints one line of JSON per measurement, and fails where a ratio or a time is over its bar.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { setUpConnection } from '#server/kql/index.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { openStore } from '#server/store/index.ts';
import { QUESTIONS } from './kql-questions.ts';
import { storeRawFlows } from './raw-flows.ts';
import { measureTranslation } from './translation.ts';

const args = process.argv.slice(2);
const [rows, runs] = args.filter((arg) => /^\d+$/.test(arg));
const wanted = args.filter((arg) => !/^(\d+$|--)/.test(arg));
const ROWS = Number(rows ?? (args.includes('--quick') ? 1_000_000 : 10_000_000));
const RUNS = Number(runs ?? 7);
/** How much longer KQL may take than SQL by hand: the median run of each. */
const MAX_RATIO = 1.15;
/** Milliseconds that translation may take at the median, warm: our own part, and with parsing and binding. */
const MAX_OWN_MS = 5;
const MAX_WHOLE_MS = 20;
/** How much longer a light query may take beside a heavy one than alone. */
const MAX_BESIDE = 2;
const LIGHT = `Flows | where TimeGenerated between (datetime(2026-03-04T10:00:00Z) .. 10m) | summarize Records = count(), Bytes = sum(BytesSrcToDest) by AclRule`;
const HEAVY = `Flows | summarize Pairs = dcount(strcat(SrcIp, DestIp, SrcPort)) by AclRule`;

const print = (line: object) => console.log(JSON.stringify(line));
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const round = (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Rows as one text whatever their order; lists that are JSON as sets, reals to twelve digits. */
function canonical(found: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'number')
      return Number.isInteger(value) ? String(value) : value.toPrecision(12);
    if (typeof value === 'string' && value.startsWith('[')) {
      const list: unknown = JSON.parse(value);
      return Array.isArray(list) ? list.map(cell).sort() : value;
    }
    return typeof value === 'object' && value !== null && 'micros' in value
      ? String(value.micros)
      : value;
  };
  return found
    .map((row) => JSON.stringify(row.map(cell)))
    .sort()
    .join('\n');
}

interface Cost {
  readonly ms: number;
  /** Of every thread of the engine: what other work on the machine hardly changes. */
  readonly cpuMs: number;
}

async function timed(engine: Duckdb, sql: string): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await engine.run(sql);
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

/** Each of two statements `RUNS` times, by turns: who goes first alternates. */
async function byTurns(engine: Duckdb, a: string, b: string) {
  const costs = { a: [] as Cost[], b: [] as Cost[] };
  for (let run = 0; run < RUNS; run++)
    for (const which of run % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const))
      costs[which].push(await timed(engine, which === 'a' ? a : b));
  const [ours, theirs] = [costs.a, costs.b].map((list) => ({
    ms: median(list.map((c) => c.ms)),
    cpuMs: median(list.map((c) => c.cpuMs)),
  }));
  return { ours: ours!, theirs: theirs! };
}

/** Milliseconds of the light query, at the median of many. */
async function timeLight(service: QueryService): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5 * RUNS; run++) {
    const startedAt = performance.now();
    await service.query({ text: LIGHT, user: 'light' });
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

/** The light query alone, and while another user's heavy ones run without a pause. */
async function besideHeavy(service: QueryService) {
  await timeLight(service);
  const alone = await timeLight(service);
  let isOver = false;
  const heavy = (async () => {
    let count = 0;
    for (; !isOver; count++) await service.query({ text: HEAVY, user: 'heavy' });
    return count;
  })();
  // The second worker is warm after this.
  await timeLight(service);
  const beside = await timeLight(service);
  isOver = true;
  return { aloneMs: round(alone, 1), besideMs: round(beside, 1), heavyQueries: await heavy };
}

const folder = mkdtempSync(join(tmpdir(), 'weir-kql-'));
const clock = () => Date.now() * 1000;
const store = await openStore({ folder, clock });
const queries = createQueryService({ store, clock, limits: { cacheBytes: 0 } });
const engine = await openDuckdb({
  threads: 2,
  memoryLimitBytes: 2e9,
  spillFolder: join(folder, 'spill'),
});
let failed = 0;
try {
  await storeRawFlows(store, ROWS);
  await setUpConnection(engine);
  const files = store.segments({ table: 'Flows' }).map((s) => `'${s.path}'`);
  const flows = `read_parquet([${files.join(', ')}])`;
  const ratios: number[] = [];
  for (const { name, kql, sql } of QUESTIONS) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const statements = (await queries.explain({ text: kql })).sql;
    const own = statements.join(';\n');
    const byHand = sql(flows);
    const [found, expected] = [await engine.run(own), await engine.run(byHand)];
    const isEqual = canonical(found.rows) === canonical(expected.rows);
    const { ours, theirs } = await byTurns(engine, own, byHand);
    const ratio = round(ours.ms / theirs.ms, 2);
    ratios.push(ratio);
    if (!isEqual || ratio > MAX_RATIO) failed++;
    print({
      what: name,
      kqlMs: round(ours.ms),
      sqlMs: round(theirs.ms),
      ratio,
      bar: MAX_RATIO,
      cpuRatio: round(ours.cpuMs / theirs.cpuMs, 2),
      rows: found.rows.length,
      isEqual,
    });
    if (!isEqual && args.includes('--show'))
      print({
        kql: found.rows.slice(0, 3).map(String),
        sql: expected.rows.slice(0, 3).map(String),
      });
  }
  print({ what: 'KQL beside SQL', questions: ratios.length, medianRatio: median(ratios) });
  if (wanted.length === 0) {
    const { aloneMs, besideMs, heavyQueries } = await besideHeavy(queries);
    const ratio = round(besideMs / aloneMs, 2);
    if (ratio > MAX_BESIDE) failed++;
    print({ what: 'light beside heavy', aloneMs, besideMs, ratio, bar: MAX_BESIDE, heavyQueries });
    for (const { what, queries, ownMs, wholeMs } of measureTranslation(
      QUESTIONS.map((q) => q.kql),
    )) {
      if (ownMs > MAX_OWN_MS || wholeMs > MAX_WHOLE_MS) failed++;
      print({
        what,
        queries,
        ownMs: round(ownMs, 2),
        ownBar: MAX_OWN_MS,
        wholeMs: round(wholeMs, 2),
        wholeBar: MAX_WHOLE_MS,
      });
    }
  }
} finally {
  await queries.stop();
  engine.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
