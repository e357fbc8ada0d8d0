// Small real stores for tests: rows of Flows, encoded and committed as the pipeline does it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { MICROS_PER_DAY, printDay } from '#core/base/index.ts';
import { TableBuilder } from '#core/batch/index.ts';
import { ParquetWriter } from '#core/parquet/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import { openStore, type SegmentDraft, type Store } from '#server/store/index.ts';

/** 2026-03-04T00:00:00Z, µs. */
export const DAY_0 = Date.UTC(2026, 2, 4) * 1000;
export const HOUR = 3_600_000_000;

export type FlowRow = Readonly<Record<string, string | number | boolean>>;

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-query-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openFlowStore(folder = temporaryFolder()): Promise<Store> {
  const store = await openStore({ folder, clock: () => Date.now() * 1000 });
  onTestFinished(() => store.close());
  return store;
}

/** A segment of Flows (or another table) of one day; rows without a TimeGenerated get the day's noon. */
export function flowSegment(rows: readonly FlowRow[], day = 0, tableName = 'Flows'): SegmentDraft {
  const table = tablesByName.get(tableName)!;
  const writer = new ParquetWriter(table, { compress: (bytes) => zstdCompressSync(bytes) });
  const builder = new TableBuilder(table, (batch) => writer.add(batch));
  for (const row of rows) {
    const at = builder.begin();
    const values = { TimeGenerated: DAY_0 + day * MICROS_PER_DAY + 12 * HOUR, ...row };
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === 'string') builder.text(name).set(at, value);
      else if (typeof value === 'number') builder.number(name).set(at, value);
      else builder.bool(name).set(at, value);
    }
  }
  builder.flush();
  const { bytes, rows: count, ranges } = writer.finish();
  return {
    table: tableName,
    day: printDay(DAY_0 + day * MICROS_PER_DAY),
    rows: count,
    ranges,
    isSorted: false,
    content: { bytes },
  };
}
