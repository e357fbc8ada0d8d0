import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Comparison, compareRows, type HashedRow } from './ledger.ts';

const rowOf = (subject: number, value: number): HashedRow => ({
  content: BigInt(subject * 1000 + value + 2),
  subject,
});

/** A receiver that keeps the last of each place. */
function receive(has: Map<number, HashedRow>, rows: readonly HashedRow[], told: Comparison): void {
  for (const { place, row } of told.corrections) {
    const now = row === undefined ? undefined : rows[row];
    if (now) has.set(place, now);
    else has.delete(place);
  }
}

const contents = (rows: Iterable<HashedRow>) =>
  [...rows].map(({ content }) => Number(content)).sort((a, b) => a - b);

describe('the ledger of a stretch', () => {
  it('tells of changed, new and missing rows only', () => {
    const before = [rowOf(1, 1), rowOf(2, 1), rowOf(3, 1)];
    const { after, corrections } = compareRows(new Uint8Array(), before);
    expect(corrections.map((one) => one.place)).toEqual([0, 1, 2]);
    expect(compareRows(after, before).corrections).toEqual([]);
    expect(compareRows(after, [rowOf(3, 1), rowOf(9, 5), rowOf(1, 2)]).corrections).toEqual([
      { place: 0, row: 2 },
      { place: 1, row: 1 },
    ]);
    const fewer = compareRows(after, [rowOf(2, 1)]);
    expect(fewer.corrections).toEqual([
      { place: 0, row: undefined },
      { place: 2, row: undefined },
    ]);
    // What is withdrawn is withdrawn once, and its place is used again.
    expect(compareRows(fewer.after, [rowOf(2, 1)]).corrections).toEqual([]);
    expect(compareRows(fewer.after, [rowOf(2, 1), rowOf(7, 7)]).corrections).toEqual([
      { place: 0, row: 1 },
    ]);
  });

  it('leaves a receiver with the rows there are, whatever was cut short on the way', () => {
    const answer = fc.array(
      fc.tuple(fc.nat(4), fc.nat(3)).map(([subject, value]) => rowOf(subject, value)),
      { maxLength: 12 },
    );
    const look = fc.record({ rows: answer, arrives: fc.option(fc.nat(12), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 6 }), answer, (looks, last) => {
        const has = new Map<number, HashedRow>();
        let ledger: Uint8Array = new Uint8Array();
        for (const { rows, arrives } of looks) {
          const told = compareRows(ledger, rows);
          const corrections = told.corrections.slice(0, arrives);
          receive(has, rows, { ...told, corrections });
          ledger = arrives === undefined ? told.after : told.during;
        }
        const told = compareRows(ledger, last);
        receive(has, last, told);
        expect(contents(has.values())).toEqual(contents(last));
        expect(compareRows(told.after, last).corrections).toEqual([]);
      }),
    );
  });
});
