import { expect, it, onTestFinished } from 'vitest';
import { DENIED, STARTED } from './flows.ts';
import { Fold } from './fold.ts';
import { startFoldThread } from './fold-thread.ts';
import type { Folded } from './folded.ts';
import { foldHere } from './folder.ts';
import { Rows } from './rows.ts';

const BASE = Date.UTC(2026, 2, 4) * 1000;
const SECOND = 1_000_000;

interface Row {
  readonly hour: number;
  readonly at: number;
  readonly source: number;
  readonly dest: number;
  readonly sourcePort: number;
  readonly port: number;
  readonly flags: number;
  readonly packets: number;
  readonly bytes: number;
}

/** Rows that are the same each time; many hosts, so that tables grow, and some that are busy. */
function makeRows(count: number): readonly Row[] {
  let state = 12_345;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, () => ({
    hour: random(2),
    at: random(3600) * SECOND + random(SECOND),
    source: random(3) === 0 ? random(5) : random(6000),
    dest: 10_000 + (random(3) === 0 ? random(5) : random(6000)),
    sourcePort: 50_000 + random(3),
    port: [22, 443, -1][random(3)]!,
    flags: (random(2) && STARTED) | (random(4) === 0 ? DENIED : 0),
    packets: random(9),
    bytes: random(9000),
  }));
}

/** Rows as the engine gives them: in chunks. */
function fill(into: Rows, rows: readonly Row[]): Rows {
  into.count = 0;
  for (let from = 0; from < rows.length; from += 2000)
    addChunk(into, rows.slice(from, from + 2000));
  return into;
}

function addChunk(into: Rows, rows: readonly Row[]): void {
  const number = (pick: (row: Row) => number) => Float64Array.from(rows, pick);
  const address = (pick: (row: Row) => number) =>
    BigUint64Array.from(rows, (row) => BigInt(pick(row)) * 0x1_0000_0001n);
  into.add({
    rows: rows.length,
    columns: [
      Uint8Array.from(rows, (r) => r.hour),
      Uint32Array.from(rows, (r) => r.at),
      address((r) => r.source),
      address((r) => r.dest),
      Int32Array.from(rows, (r) => r.sourcePort),
      Int32Array.from(rows, (r) => r.port),
      new Uint16Array(rows.length),
      Uint8Array.from(rows, (r) => r.flags),
      number((r) => r.packets),
      number((r) => r.bytes),
      number(() => 0),
      number(() => 0),
    ],
  });
}

/** Sums of some columns by a key of others. */
function sums({ rows, columns }: Folded, key: readonly number[], values: readonly number[]) {
  const found = new Map<string, readonly number[]>();
  for (let row = 0; row < rows; row++) {
    const name = key.map((i) => String(columns[i]![row])).join(' ');
    found.set(
      name,
      values.map((i) => Number(columns[i]![row])),
    );
  }
  expect(found.size).toBe(rows);
  return found;
}

function sumsOf(
  rows: readonly Row[],
  key: (row: Row) => string,
  values: (row: Row) => readonly number[],
) {
  const found = new Map<string, number[]>();
  for (const row of rows) {
    const before = found.get(key(row));
    const now = values(row);
    found.set(key(row), before ? before.map((n, i) => n + now[i]!) : [...now]);
  }
  return found;
}

const id = (n: number) => BigInt(n) * 0x1_0000_0001n;
const minute = (r: Row) => Math.floor(r.at / (60 * SECOND));
const starts = (r: Row) => (r.flags & STARTED ? 1 : 0);

it('adds rows up by service and by minute, bucket by bucket', () => {
  const rows = makeRows(40_000);
  const fold = new Fold({ rows: rows.length, base: BASE, hasMore: false });
  const { pairs } = fold.fold(fill(new Rows(rows.length, false), rows));
  // Columns 5 and 6 are allowed and denied flows, 9 records, 10 and 11 packets and bytes.
  expect(sums(pairs, [0, 1, 2, 3], [5, 6, 9, 10, 11])).toEqual(
    sumsOf(
      rows,
      (r) => `${r.hour} ${id(r.source)} ${id(r.dest)} ${r.port}`,
      (r) => [
        r.flags & DENIED ? 0 : starts(r),
        r.flags & DENIED ? starts(r) : 0,
        1,
        r.packets,
        r.bytes,
      ],
    ),
  );
  const ends = rows.flatMap((r) => [
    { r, name: `${r.hour} ${id(r.source)} 0` },
    { r, name: `${r.hour} ${id(r.dest)} 1` },
  ]);
  const expected = new Map<string, number[]>();
  for (const { r, name } of ends) {
    const key = `${name} ${minute(r)}`;
    const [a = 0, b = 0, c = 0] = expected.get(key) ?? [];
    expected.set(key, [a + starts(r), b + r.packets, c + r.bytes]);
  }
  expect(sums(fold.hosts(true), [0, 1, 2, 3], [4, 5, 6])).toEqual(expected);

  const peaks = new Map<string, number[]>();
  for (const [key, [flows = 0, packets = 0, bytes = 0]] of expected) {
    const [hour, host, role, at] = key.split(' ');
    const name = `${hour} ${host} ${role}`;
    const best = peaks.get(name) ?? [0, -1, -1, -1, -1];
    const order = flows - best[1]! || packets - best[4]! || best[0]! - Number(at);
    const [when, own] = order > 0 ? [Number(at), packets] : [best[0]!, best[4]!];
    peaks.set(name, [
      when,
      Math.max(flows, best[1]!),
      Math.max(packets, best[2]!),
      Math.max(bytes, best[3]!),
      own,
    ]);
  }
  expect(sums(fold.hosts(false), [0, 1, 2], [3, 4, 5, 6])).toEqual(
    new Map([...peaks].map(([name, values]) => [name, values.slice(0, 4)])),
  );
});

it('keeps what hosts did while it forgets pairs', () => {
  const rows = makeRows(3000);
  const fold = new Fold({ rows: 1500, base: BASE, hasMore: false });
  const part = new Rows(1500, false);
  fold.fold(fill(part, rows.slice(0, 1500)));
  const second = fold.fold(fill(part, rows.slice(1500))).pairs;
  expect(second.rows).toBeLessThanOrEqual(1500);
  const total = fold.hosts(true);
  let records = 0;
  for (let row = 0; row < total.rows; row++) records += Number(total.columns[4]![row]);
  expect(records).toBe(2 * rows.filter((r) => starts(r)).length);
});

it('folds the same in a thread of its own, job after job, and says that it ended', async () => {
  const rows = makeRows(9000);
  const own = startFoldThread();
  onTestFinished(() => own.close());
  for (const [base, size] of [
    [BASE, 3000],
    [BASE + 3600 * SECOND, 3000],
    [BASE, 4500],
  ] as const) {
    const input = { rows: size, base, hasMore: false };
    const [here, thread] = [foldHere(input), own.open(input)];
    for (let from = 0; from < rows.length; from += size) {
      const of = rows.slice(from, from + size);
      fill(await thread.rows(), of);
      const folding = thread.fold();
      fill(await here.rows(), of);
      const { pairs } = await here.fold();
      // Rows are taken before they are folded: they may be filled again.
      fill(await thread.rows(), rows.slice(0, 100));
      const cut = pairs.columns.map((column) => column.slice(0, pairs.rows));
      expect((await folding).pairs).toEqual({ rows: pairs.rows, columns: cut });
    }
    expect(await thread.hosts(true)).toEqual(await here.hosts(true));
  }
  const ended = own.open({ rows: 1, base: BASE, hasMore: false });
  own.close();
  await expect(ended.fold()).rejects.toThrow('the thread that folds rows ended');
});
