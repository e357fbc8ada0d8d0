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

  it('starts its dictionaries anew once their texts are heavy, with rows or without', () => {
    const batches: Batch[] = [];
    const builder = new TableBuilder(flows, (batch) => batches.push(batch));
    let resets = 0;
    builder.onReset(() => resets++);
    const text = builder.text('AdditionalFields');
    const long = 'x'.repeat(1 << 20);
    for (let n = 0; n < 20; n++) {
      expect(builder.isHeavy).toBe(n >= 16);
      text.set(builder.begin(), long + n);
    }
    builder.flush();
    expect([builder.isHeavy, resets]).toEqual([false, 1]);
    text.set(builder.begin(), 'y');
    builder.flush();
    expect([batches.length, resets]).toEqual([2, 1]);
    const [first, second] = batches as [Batch, Batch];
    expect(valueAt(first.columns.get('AdditionalFields')!, 19)).toBe(`${long}19`);
    expect(second.columns.get('AdditionalFields')).toEqual({ kind: 'constant', value: 'y' });
    // Texts of records that turned out to be damaged.
    for (let n = 0; n < 17; n++) text.intern(long + n);
    builder.flush();
    expect([batches.length, builder.isHeavy, resets]).toEqual([2, false, 2]);
  });
});
