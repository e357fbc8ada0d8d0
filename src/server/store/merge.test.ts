import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MICROS_PER_SECOND } from '#core/base/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { DAY_0, openTestStore, tempFolder } from './fixture.ts';
import { duckdbMerge } from './merge.ts';
import { mergeInProcess } from './merge-process.ts';
import type { Segment, Store, TimeRange } from './store.ts';

async function openTestEngine(): Promise<Duckdb> {
  const engine = await openDuckdb();
  onTestFinished(() => engine.close());
  return engine;
}

const MERGE = duckdbMerge({ threads: 1 });

/** Commits the result of a query as a segment of Flows. */
async function commitQuery(store: Store, engine: Duckdb, sql: string, times: TimeRange) {
  const file = store.temporaryFile();
  const { rowsChanged } = await engine.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
  const [segment] = await store.commit({
    segments: [
      {
        table: 'Flows',
        day: '2026-03-04',
        rows: rowsChanged,
        ranges: { TimeGenerated: times },
        isSorted: false,
        content: { file },
      },
    ],
  });
  return segment!;
}

const read = (segments: readonly Segment[]) =>
  `read_parquet([${segments.map((s) => `'${s.path}'`).join(', ')}], union_by_name = true, hive_partitioning = false)`;

const ROWS = (from: number, to: number, more = '') => `
  SELECT make_timestamp(${DAY_0} + ((i * 7919) % 1000) * ${MICROS_PER_SECOND} + i % 3) AS TimeGenerated,
    CASE WHEN i % 5 > 0 THEN make_timestamp(${DAY_0} + i) END AS FlowStartTime,
    'observer ' || (i % 4) AS Observer, CASE WHEN i % 3 = 0 THEN '' ELSE 'häuser' || chr(0) || '"''' || i END AS SrcIp,
    CASE WHEN i % 7 > 0 THEN i::INTEGER END AS SrcPort,
    CASE WHEN i % 2 = 0 THEN 9007199254740993 + i END AS BytesSrcToDest,
    CASE WHEN i % 11 > 0 THEN i % 2 = 0 END AS InitiatorKnown, i / 3.0::DOUBLE AS SamplingRate${more}
  FROM range(${from}, ${to}) t(i)`;

describe('mergeInProcess', () => {
  it('merges in another process, which says what went wrong and can be stopped', async () => {
    const store = await openTestStore(tempFolder());
    const engine = await openTestEngine();
    const times: TimeRange = [DAY_0, DAY_0 + 1000 * MICROS_PER_SECOND];
    const old = [
      await commitQuery(store, engine, ROWS(0, 100_000), times),
      await commitQuery(store, engine, ROWS(100_000, 200_000), times),
    ];
    const how = { sortBy: ['TimeGenerated'], temporaryFile: store.temporaryFile };
    const merge = mergeInProcess({ threads: 1 });
    const drafts = await merge(old, how);
    expect(drafts).toMatchObject([
      { rows: 200_000, isSorted: true, ranges: { TimeGenerated: times } },
    ]);
    await store.replace(
      old.map((s) => s.id),
      drafts,
    );
    const gone = { ...old[0]!, path: `${old[0]!.path}-gone` };
    await expect(merge([gone], how)).rejects.toThrow(/failed: .*No files found/);
    const stopping = new AbortController();
    const stopped = merge(old, { ...how, signal: stopping.signal });
    setTimeout(() => stopping.abort(), 150);
    await expect(stopped).rejects.toThrow('abort');
    expect(readdirSync(join(store.folder, 'tmp'))).toEqual([]);
  });
});

describe('duckdbMerge', () => {
  it('keeps every row, type and empty string, sorted by time and observer', async () => {
    const store = await openTestStore(tempFolder());
    const engine = await openTestEngine();
    const times: TimeRange = [DAY_0, DAY_0 + 1000 * MICROS_PER_SECOND];
    const old = [
      await commitQuery(store, engine, ROWS(0, 4000), times),
      await commitQuery(store, engine, ROWS(4000, 4100), times),
    ];
    const drafts = await MERGE(old, {
      sortBy: ['TimeGenerated', 'Observer'],
      temporaryFile: store.temporaryFile,
    });
    expect(drafts).toMatchObject([
      {
        table: 'Flows',
        day: '2026-03-04',
        rows: 4100,
        ranges: { TimeGenerated: times },
        isSorted: true,
      },
    ]);
    const fresh = await store.replace(
      old.map((s) => s.id),
      drafts,
    );
    const types = async (segments: readonly Segment[]) =>
      (await engine.run(`DESCRIBE SELECT * FROM ${read(segments)}`)).rows.map((r) => r.slice(0, 2));
    expect(await types(fresh)).toEqual(await types(old));
    const differing = await engine.run(
      `(FROM ${read(old)} EXCEPT ALL FROM ${read(fresh)}) UNION ALL
       (FROM ${read(fresh)} EXCEPT ALL FROM ${read(old)})`,
    );
    expect(differing.rows).toEqual([]);
    const nulls = await engine.run(`SELECT count(*) FROM ${read(fresh)} WHERE SrcIp IS NULL`);
    expect(nulls.rows).toEqual([[0n]]);
    const order = await engine.run(
      `SELECT count(*) FROM (SELECT (TimeGenerated, Observer) AS k, lag(k) OVER (ORDER BY file_row_number) AS before
        FROM read_parquet('${fresh[0]!.path}', file_row_number = true)) WHERE before > k`,
    );
    expect(order.rows).toEqual([[0n]]);
  });

  it('fills a text column that older segments lack with empty strings, other columns with null', async () => {
    const store = await openTestStore(tempFolder());
    const engine = await openTestEngine();
    const times: TimeRange = [DAY_0, DAY_0 + 1000 * MICROS_PER_SECOND];
    const old = [
      await commitQuery(store, engine, ROWS(0, 10), times),
      await commitQuery(
        store,
        engine,
        ROWS(10, 20, `, 'new' AS Region, 5::BIGINT AS Fresh`),
        times,
      ),
    ];
    const drafts = await MERGE(old, { sortBy: [], temporaryFile: store.temporaryFile });
    const fresh = await store.replace(
      old.map((s) => s.id),
      drafts,
    );
    const counts = await engine.run(
      `SELECT Region, Fresh, count(*) FROM ${read(fresh)} GROUP BY ALL ORDER BY Region`,
    );
    expect(counts.rows).toEqual([
      ['', null, 10n],
      ['new', 5n, 10n],
    ]);
  });

  it.each([
    ['times that are spread', '((i * 7919) % 86400) * 1000000'],
    ['most rows of one instant', 'CASE WHEN i % 10 > 0 THEN 5000000 ELSE i END'],
    ['all rows of one instant', '5000000'],
  ])('sorts more than fits its memory slice by slice: %s', async (_, micros) => {
    const store = await openTestStore(tempFolder());
    const engine = await openTestEngine();
    const rows = (from: number, to: number) => `
      SELECT make_timestamp((${DAY_0} + ${micros})::BIGINT) AS TimeGenerated, 'observer ' || (i % 4) AS Observer,
        md5(i::VARCHAR) AS SrcIp, i AS BytesSrcToDest FROM range(${from}, ${to}) t(i)`;
    const times: TimeRange = [DAY_0, DAY_0 + 86_399_999_999];
    const old = [
      await commitQuery(store, engine, rows(0, 150_000), times),
      await commitQuery(store, engine, rows(150_000, 300_000), times),
    ];
    const merge = duckdbMerge({ threads: 1, sliceRows: 40_000 });
    const drafts = await merge(old, {
      sortBy: ['TimeGenerated', 'Observer'],
      temporaryFile: store.temporaryFile,
    });
    expect(drafts).toMatchObject([{ rows: 300_000, isSorted: true }]);
    expect(readdirSync(join(store.folder, 'tmp'))).toHaveLength(1);
    const fresh = await store.replace(
      old.map((s) => s.id),
      drafts,
    );
    const facts = await engine.run(`
      SELECT count(*), count(DISTINCT BytesSrcToDest), sum(BytesSrcToDest)::BIGINT FROM ${read(fresh)}`);
    expect(facts.rows).toEqual([[300_000n, 300_000n, (299_999n * 300_000n) / 2n]]);
    const order = await engine.run(
      `SELECT count(*) FROM (SELECT TimeGenerated AS k, lag(k) OVER (ORDER BY file_row_number) AS before
        FROM read_parquet('${fresh[0]!.path}', file_row_number = true)) WHERE before > k`,
    );
    expect(order.rows).toEqual([[0n]]);
  });

  it('leaves no file behind when it is interrupted or an input is broken', async () => {
    const folder = tempFolder();
    const store = await openTestStore(folder);
    const engine = await openTestEngine();
    const times: TimeRange = [DAY_0, DAY_0 + 1000 * MICROS_PER_SECOND];
    const old = [await commitQuery(store, engine, ROWS(0, 200_000), times)];
    const how = { sortBy: ['TimeGenerated'], temporaryFile: store.temporaryFile };
    const stopping = new AbortController();
    const merged = MERGE(old, { ...how, signal: stopping.signal });
    setTimeout(() => stopping.abort(), 30);
    await expect(merged).rejects.toThrow('abort');
    const gone = { ...old[0]!, path: `${old[0]!.path}-gone` };
    await expect(MERGE([gone], how)).rejects.toThrow('merging 1 segments failed');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(existsSync(old[0]!.path)).toBe(true);
  });
});
