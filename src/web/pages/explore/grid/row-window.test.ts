import { describe, expect, test } from 'vitest';
import { scrollTo, windowOf } from './row-window.ts';

const ROW = 25;
const VIEW = 400;
const COUNTS = [1, 10, 16, 17, 1000, 319_999, 320_001, 1_000_000, 5_000_000];

/** The pixel at which a row is drawn within the view, when it is drawn. */
function seen(count: number, scroll: number, row: number): number | undefined {
  const window = windowOf(count, ROW, VIEW, scroll);
  if (row < window.first || row >= window.end) return undefined;
  return (
    window.top + (row - window.first) * ROW - Math.min(scroll, Math.max(1, window.height - VIEW))
  );
}

describe.each(COUNTS)('a window on %d rows', (count) => {
  test('begins with the first row and ends with the last', () => {
    const { height } = windowOf(count, ROW, VIEW, 0);
    expect(height).toBeLessThanOrEqual(8_000_000);
    expect(seen(count, 0, 0)).toBe(0);
    if (height > VIEW) expect(seen(count, height - VIEW, count - 1)).toBeCloseTo(VIEW - ROW, 3);
  });

  test('every row can be brought into sight, wherever one is', () => {
    const { height } = windowOf(count, ROW, VIEW, 0);
    for (const row of [0, 1, Math.floor(count / 3), Math.floor(count / 2), count - 1]) {
      if (row >= count) continue;
      for (const from of [0, height / 2, Math.max(0, height - VIEW)]) {
        const at = seen(count, scrollTo(row, count, ROW, VIEW, from), row);
        expect(at).toBeGreaterThanOrEqual(-0.01);
        expect(at).toBeLessThanOrEqual(VIEW - ROW + 0.01);
      }
    }
  });

  test('few rows are drawn', () => {
    for (const scroll of [0, 1e5, 1e7]) {
      const { first, end } = windowOf(count, ROW, VIEW, scroll);
      expect(end - first).toBeLessThanOrEqual(Math.min(count, VIEW / ROW + 26));
    }
  });
});

test('a row in sight stays where it is', () => {
  expect(scrollTo(4, 1000, ROW, VIEW, 50)).toBe(50);
});
