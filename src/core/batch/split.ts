import { MICROS_PER_DAY, printDay } from '#core/base/index.ts';
import type { Batch, Vector } from './vector.ts';

/** The rows of a batch that belong to one day of its time column. */
export interface DayBatch {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly batch: Batch;
}

/** Rows of a vector by their indices, as a vector of its own. */
function gather(vector: Vector, rows: Uint32Array): Vector {
  if (vector.kind === 'constant') return vector;
  if (vector.kind === 'text')
    return {
      kind: 'text',
      codes: rows.map((i) => vector.codes[i]!),
      dictionary: vector.dictionary,
    };
  const nulls = vector.nulls && Uint8Array.from(rows, (i) => vector.nulls![i]!);
  if (vector.kind === 'bool')
    return { kind: 'bool', values: Uint8Array.from(rows, (i) => vector.values[i]!), nulls };
  return { kind: 'number', values: Float64Array.from(rows, (i) => vector.values[i]!), nulls };
}

/**
 * Splits a batch by the day of its time column; the batch itself when all rows are of one day. Rows keep their order.
 * Rows without time belong to 1970-01-01, where they can be found. Cost: nothing for one day, a copy otherwise.
 */
export function splitByDay(batch: Batch, timeColumn: string): readonly DayBatch[] {
  const time = batch.columns.get(timeColumn);
  if (time?.kind !== 'number') {
    const value = time?.kind === 'constant' && typeof time.value === 'number' ? time.value : 0;
    return [{ day: printDay(value), batch }];
  }
  const { values, nulls } = time;
  const dayOf = (i: number) => (nulls?.[i] ? 0 : Math.floor(values[i]! / MICROS_PER_DAY));
  const first = dayOf(0);
  const begin = first * MICROS_PER_DAY;
  let isOne = true;
  for (let i = 1; i < batch.rows && isOne; i++) {
    const value = nulls?.[i] ? 0 : values[i]!;
    isOne = value >= begin && value < begin + MICROS_PER_DAY;
  }
  if (isOne) return [{ day: printDay(begin), batch }];
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < batch.rows; i++) {
    const day = dayOf(i);
    const rows = rowsOf.get(day);
    if (rows) rows.push(i);
    else rowsOf.set(day, [i]);
  }
  return [...rowsOf].map(([day, list]) => {
    const rows = Uint32Array.from(list);
    const columns = new Map(
      [...batch.columns].map(([name, vector]) => [name, gather(vector, rows)]),
    );
    return {
      day: printDay(day * MICROS_PER_DAY),
      batch: { table: batch.table, rows: rows.length, columns },
    };
  });
}
