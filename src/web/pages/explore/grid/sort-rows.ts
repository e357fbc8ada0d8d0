import { type Row, toText } from '#web/query/index.ts';

/**
 * The rows by one column: numbers by value, everything else by its text, nulls first; equal rows keep their order. A
 * million rows take about a second.
 */
export function sortRows(rows: readonly Row[], column: number, isDown: boolean): readonly Row[] {
  // Longs past 2^53 come as text among numbers: text that is a number counts as one.
  const numbers = new Float64Array(rows.length);
  const texts = new Array<string>(rows.length);
  rows.forEach((row, i) => {
    const cell = row[column];
    if (cell === null || cell === undefined) {
      numbers[i] = Number.NEGATIVE_INFINITY;
      texts[i] = '';
      return;
    }
    if (typeof cell === 'number') {
      numbers[i] = cell;
      return;
    }
    const text = toText(cell);
    texts[i] = text;
    numbers[i] = text.trim() === '' ? Number.NaN : Number(text);
  });
  const compare = (a: number, b: number): number => {
    const [x, y] = [numbers[a] ?? 0, numbers[b] ?? 0];
    // Numbers stand before texts.
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(y) ? -1 : 1;
    if (!Number.isNaN(x)) return x < y ? -1 : x > y ? 1 : 0;
    const [s, t] = [texts[a] ?? '', texts[b] ?? ''];
    return s < t ? -1 : s > t ? 1 : 0;
  };
  const order = Uint32Array.from(rows.keys());
  const sign = isDown ? -1 : 1;
  order.sort((a, b) => sign * compare(a, b) || a - b);
  return Array.from(order, (i) => rows[i] ?? []);
}
