import { rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import type { Store } from '#server/store/index.ts';
import { COMPUTED, findComputed } from './computed.ts';
import { createFileFacts, type LearntFacts } from './file-facts.ts';
import { literal, printRelation } from './relation.ts';
import { resolveScans, type ScanRequest } from './scan.ts';
import { DAY_0, type FlowRow, flowSegment, HOUR, openFlowStore } from './testdata/flow-store.ts';

async function openEngine(): Promise<Duckdb> {
  const engine = await openDuckdb({ threads: 1 });
  onTestFinished(() => engine.close());
  return engine;
}

function scanOf(
  columns: readonly string[],
  ranges: ScanRequest['ranges'] = [],
  table = 'Flows',
): ScanRequest {
  const declared = TABLES.find((t) => t.name === table)?.columns ?? [];
  return {
    name: 's',
    table,
    ranges,
    columns: columns.map((name) => ({
      name,
      type: declared.find((c) => c.name === name)?.type ?? 'string',
    })),
  };
}

const factsOf = (engine: Duckdb) =>
  createFileFacts(async (file) => {
    const { rows } = await engine.run('SELECT name, duckdb_type FROM parquet_schema($1)', [file]);
    return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  });
const noFacts = () => createFileFacts(async () => []);

async function read(
  engine: Duckdb,
  store: Store,
  request: ScanRequest,
  facts: LearntFacts = noFacts(),
  timespan = {},
) {
  const { scans, cost } = resolveScans([request], store, timespan);
  const { from, where = [], computed } = printRelation(scans[0]!, facts);
  const items = request.columns.map(
    ({ name }) => `${computed?.get(name) ?? `"${name}"`} AS "${name}"`,
  );
  const conditions = where.map((condition) => ` WHERE ${condition}`);
  const result = await engine.run(
    `SELECT ${items.join(', ')} FROM ${from}${conditions.join('')} ORDER BY ALL`,
  );
  return { rows: result.rows, types: result.columns.map((c) => c.type), cost };
}

describe('a relation', () => {
  it('has the declared columns, in the order asked for, with the declared types', async () => {
    const engine = await openEngine();
    const store = await openFlowStore();
    await store.commit({
      segments: [
        flowSegment([{ SrcIp: '10.0.0.1', BytesSrcToDest: 7, DestPort: 443, IsFlowStart: true }]),
      ],
    });
    const names = [
      'IsFlowStart',
      'SrcIp',
      'BytesSrcToDest',
      'DestPort',
      'SamplingRate',
      'TimeGenerated',
      'DestIp',
    ];
    const { rows, types } = await read(engine, store, scanOf(names));
    expect(types).toEqual([
      'BOOLEAN',
      'VARCHAR',
      'BIGINT',
      'INTEGER',
      'DOUBLE',
      'TIMESTAMP',
      'VARCHAR',
    ]);
    expect(rows[0]!.slice(0, 5)).toEqual([true, '10.0.0.1', 7n, 443, null]);
    expect(rows[0]![6]).toBe('');
  });

  it('is empty and typed for a table without segments, declared or not', async () => {
    const engine = await openEngine();
    const store = await openFlowStore();
    expect((await read(engine, store, scanOf(['SrcIp', 'BytesSrcToDest']))).types).toEqual([
      'VARCHAR',
      'BIGINT',
    ]);
    const unknown = await read(engine, store, scanOf(['Anything'], [], 'Nowhere_CL'));
    expect(unknown).toEqual({
      rows: [],
      types: ['VARCHAR'],
      cost: { rows: 0, bytes: 0, segments: 0 },
    });
  });

  it('opens only the segments that the ranges touch, and cuts rows to the timespan', async () => {
    const engine = await openEngine();
    const store = await openFlowStore();
    await store.commit({
      segments: [0, 1, 2].map((day) =>
        flowSegment(
          [
            { SrcIp: `10.0.0.${day}` },
            { SrcIp: 'later', TimeGenerated: DAY_0 + day * MICROS_PER_DAY + 13 * HOUR },
          ],
          day,
        ),
      ),
    });
    const noon = DAY_0 + MICROS_PER_DAY + 12 * HOUR;
    const pruned = await read(
      engine,
      store,
      scanOf(['SrcIp'], [{ column: 'TimeGenerated', from: noon, to: noon }]),
    );
    expect(pruned.cost).toMatchObject({ segments: 1, rows: 2 });
    const cut = await read(engine, store, scanOf(['SrcIp']), noFacts(), {
      from: noon,
      to: noon + HOUR,
    });
    expect(cut.rows).toEqual([['10.0.0.1']]);
    expect(cut.cost.segments).toBe(1);
    expect((await read(engine, store, scanOf(['SrcIp']), noFacts(), { to: DAY_0 })).rows).toEqual(
      [],
    );
  });

  it('reads around missing and damaged files, and gives a missing column its empty value', async () => {
    const engine = await openEngine();
    const store = await openFlowStore();
    const [kept, gone, broken, old] = await store.commit({
      segments: ['kept', 'gone', 'broken', 'old'].map((SrcIp) =>
        flowSegment([{ SrcIp, BytesSrcToDest: 1 }]),
      ),
    });
    rmSync(gone!.path);
    writeFileSync(broken!.path, 'PAR1 not any more PAR1');
    await engine.run(
      `COPY (SELECT 'old' AS "SrcIp", 5::INTEGER AS "BytesSrcToDest") TO ${literal(old!.path)} (FORMAT parquet)`,
    );
    const facts = factsOf(engine);
    const scan = scanOf(['SrcIp', 'DestIp', 'BytesSrcToDest', 'BytesDestToSrc']);
    const files = store.segments({ table: 'Flows' }).map((s) => s.path);
    for (let attempt = 0; ; attempt++) {
      try {
        const [first] = files.filter((file) => !facts.isUnreadable(file));
        await facts.inspect(first!);
        const { rows } = await read(engine, store, scan, facts);
        expect(rows).toEqual([
          ['kept', '', 1n, null],
          ['old', '', 5n, null],
        ]);
        break;
      } catch (error) {
        expect(attempt).toBeLessThan(6);
        expect(await facts.learn((error as Error).message, files)).toBe(true);
      }
    }
    expect([...facts.unreadable.keys()].sort()).toEqual([gone!.path, broken!.path].sort());
    expect(files).toContain(kept!.path);
    expect(await facts.learn('Conversion Error: of a value', files)).toBe(false);
  });

  it('leaves files that are as declared to the engine, one that was written otherwise not', async () => {
    const engine = await openEngine();
    const store = await openFlowStore();
    const rows = [{ SrcIp: 'a', BytesSrcToDest: 1 }];
    const [first, second] = await store.commit({
      segments: [flowSegment(rows), flowSegment(rows)],
    });
    const facts = factsOf(engine);
    const scan = scanOf(['SrcIp', 'BytesSrcToDest']);
    const told = () =>
      printRelation(resolveScans([scan], store, undefined).scans[0]!, facts).from.includes(
        'schema =',
      );
    expect(told()).toBe(true);
    await facts.inspect(first!.path);
    expect(told()).toBe(false);
    await engine.run(
      `COPY (SELECT 7::BIGINT AS "BytesSrcToDest") TO ${literal(second!.path)} (FORMAT parquet)`,
    );
    const files = [first!.path, second!.path];
    const failed = read(engine, store, scan, facts).catch((error: Error) => error.message);
    expect(await facts.learn(String(await failed), files)).toBe(true);
    expect(told()).toBe(true);
    expect((await read(engine, store, scan, facts)).rows).toEqual([
      ['', 7n],
      ['a', 1n],
    ]);
  });
});

describe('computed columns', () => {
  it('has an expression for each that is declared, and no other', () => {
    const declared = TABLES.flatMap((t) =>
      t.columns.filter((c) => c.isComputed).map((c) => `${t.name}.${c.name}`),
    );
    expect(COMPUTED.map((c) => `${c.table}.${c.column}`).sort()).toEqual(declared.sort());
    for (const name of declared)
      expect(() => findComputed(name.split('.')[0]!, name.split('.')[1]!)).not.toThrow();
  });

  it('Flows.IsPrimary is false for what repeats another observer in the same hour', async () => {
    const engine = await openEngine();
    const store = await openFlowStore();
    const both = { SrcIp: '10.0.0.1', DestIp: '10.0.0.2', Source: 'azure-vnet' };
    const sent = { ...both, Observer: 'A', FlowDirection: 'Outbound' };
    const received = { ...both, Observer: 'B', FlowDirection: 'Inbound' };
    await store.commit({
      segments: [flowSegment([sent, received, { ...received, TimeGenerated: DAY_0 + 14 * HOUR }])],
    });
    const scan = scanOf(['Observer', 'IsPrimary']);
    expect((await read(engine, store, scan)).rows).toEqual([
      ['A', true],
      ['B', true],
      ['B', true],
    ]);
    const before = resolveScans([scan], store, undefined).versions;
    await store.commit({ segments: [flowSegment([received], 0, 'RepeatedObservations')] });
    expect(resolveScans([scan], store, undefined).versions).not.toBe(before);
    expect((await read(engine, store, scan)).rows).toEqual([
      ['A', true],
      ['B', false],
      ['B', true],
    ]);
    expect((await read(engine, store, scanOf(['Observer']))).cost.segments).toBe(1);
  });

  it('Flows.IsPrimary is what looking at every repetition for every row says', async () => {
    const engine = await openEngine();
    const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1', '');
    const key = fc.record({
      TimeGenerated: fc.integer({ min: 0, max: 7 }).map((half) => DAY_0 + (half * HOUR) / 2),
      SrcIp: address,
      DestIp: address,
      Source: fc.constantFrom('azure-vnet', 'azure-nsg'),
      Observer: fc.constantFrom('A', 'B', ''),
      FlowDirection: fc.constantFrom('Inbound', 'Outbound', ''),
    });
    const hourOf = (time: number) => Math.floor(time / HOUR) * HOUR;
    const text = (row: FlowRow) => JSON.stringify([...PAIR.map((name) => row[name])]);
    const PAIR = ['TimeGenerated', 'SrcIp', 'DestIp', 'Source', 'Observer', 'FlowDirection'];
    const inHour = (row: FlowRow) => ({
      ...row,
      TimeGenerated: hourOf(Number(row['TimeGenerated'])),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { minLength: 1, maxLength: 60 }),
        fc.array(key, { maxLength: 30 }),
        fc.option(fc.integer({ min: 0, max: 3 })),
        async (flows, repeated, hour) => {
          const store = await openFlowStore();
          const repeats = new Map(repeated.map((r) => [text(inHour(r)), inHour(r)]));
          const numbered = flows.map((f, i) => ({ ...f, SourceOffset: i }));
          await store.commit({
            segments: [
              ...[0, 1].map((half) => numbered.filter((_, i) => i % 2 === half)),
              [...repeats.values()],
            ].flatMap((rows, i) =>
              rows.length > 0
                ? [flowSegment(rows, 0, i < 2 ? 'Flows' : 'RepeatedObservations')]
                : [],
            ),
          });
          const timespan =
            hour === null ? {} : { from: DAY_0 + hour * HOUR, to: DAY_0 + (hour + 1) * HOUR };
          const scan = scanOf(['SourceOffset', 'IsPrimary']);
          const { rows } = await read(engine, store, scan, noFacts(), timespan);
          const expected = numbered
            .filter(({ TimeGenerated: t }) => hour === null || hourOf(t) === DAY_0 + hour * HOUR)
            .map((f) => [BigInt(f.SourceOffset), !repeats.has(text(inHour(f)))]);
          expect(rows).toEqual(expected);
          const only = await read(engine, store, scanOf(['IsPrimary']), noFacts(), timespan);
          expect(only.rows).toHaveLength(expected.length);
          await store.close();
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);
});
