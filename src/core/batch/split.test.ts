import { describe, expect, it } from 'vitest';
import { flows } from '../schema/tables/flows.ts';
import { type Batch, splitByDay, TableBuilder, valueAt } from './index.ts';

const DAY = 86_400_000_000;

function batchOf(times: readonly (number | null)[]): Batch {
  let taken: Batch | undefined;
  const builder = new TableBuilder(flows, (batch) => {
    taken = batch;
  });
  for (const [i, time] of times.entries()) {
    const row = builder.begin();
    if (time !== null) builder.number('TimeGenerated').set(row, time);
    builder.text('SrcIp').set(row, `10.0.0.${i}`);
    builder.bool('IsFlowStart').set(row, i % 2 === 0);
  }
  builder.flush();
  return taken!;
}

const texts = (batch: Batch) =>
  Array.from({ length: batch.rows }, (_, i) => valueAt(batch.columns.get('SrcIp')!, i));

describe('splitByDay', () => {
  it('gives a batch of one day back as it is', () => {
    const batch = batchOf([DAY, 2 * DAY - 1]);
    expect(splitByDay(batch, 'TimeGenerated')).toEqual([{ day: '1970-01-02', batch }]);
  });

  it('cuts at midnight and keeps the order of rows', () => {
    const parts = splitByDay(batchOf([DAY - 1, DAY, 3 * DAY, DAY + 5, 0]), 'TimeGenerated');
    expect(parts.map((p) => [p.day, texts(p.batch)])).toEqual([
      ['1970-01-01', ['10.0.0.0', '10.0.0.4']],
      ['1970-01-02', ['10.0.0.1', '10.0.0.3']],
      ['1970-01-04', ['10.0.0.2']],
    ]);
    expect(valueAt(parts[1]!.batch.columns.get('TimeGenerated')!, 1)).toBe(DAY + 5);
    expect(valueAt(parts[1]!.batch.columns.get('IsFlowStart')!, 0)).toBe(false);
  });

  it('puts rows without time where they can be found', () => {
    const parts = splitByDay(batchOf([5 * DAY, null]), 'TimeGenerated');
    expect(parts.map((p) => [p.day, texts(p.batch)])).toEqual([
      ['1970-01-06', ['10.0.0.0']],
      ['1970-01-01', ['10.0.0.1']],
    ]);
    expect(splitByDay(batchOf([null, null]), 'TimeGenerated').map((p) => p.day)).toEqual([
      '1970-01-01',
    ]);
  });
});
