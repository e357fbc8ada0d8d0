import { describe, expect, it } from 'vitest';
import { flows } from '../schema/tables/flows.ts';
import { type Batch, TableBuilder, valueAt } from './index.ts';

describe('TableBuilder', () => {
  it('hands over full batches, folds columns of one value, and starts clean', () => {
    const batches: Batch[] = [];
    const builder = new TableBuilder(flows, (batch) => batches.push(batch), { capacity: 2 });
    for (const [ip, bytes] of [
      ['10.0.0.1', 5],
      ['10.0.0.2', null],
      ['10.0.0.2', 7],
    ] as const) {
      const row = builder.begin();
      builder.text('SrcIp').set(row, ip);
      if (bytes !== null) builder.number('BytesSrcToDest').set(row, bytes);
      builder.bool('IsFlowStart').set(row, true);
    }
    builder.flush();
    expect(batches.map((b) => b.rows)).toEqual([2, 1]);
    const [first, second] = batches as [Batch, Batch];
    expect([0, 1].map((i) => valueAt(first.columns.get('SrcIp')!, i))).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ]);
    expect([0, 1].map((i) => valueAt(first.columns.get('BytesSrcToDest')!, i))).toEqual([5, null]);
    expect(first.columns.get('IsFlowStart')).toEqual({ kind: 'constant', value: true });
    expect(first.columns.get('DestIp')).toEqual({ kind: 'constant', value: '' });
    expect(second.columns.get('BytesSrcToDest')).toEqual({ kind: 'constant', value: 7 });
  });
});
