import { describe, expect, test } from 'vitest';
import type { DuckDBValue } from '#server/duckdb/index.ts';
import { printCell } from './value.ts';

/** A timestamp as the engine's client gives it. */
const at = (micros: bigint) => ({ micros }) as unknown as DuckDBValue;

describe('cells', () => {
  test.each([
    [0n, '1970-01-01T00:00:00Z'],
    [1n, '1970-01-01T00:00:00.000001Z'],
    [-1n, '1969-12-31T23:59:59.999999Z'],
    [1_772_341_567_120_000n, '2026-03-01T05:06:07.12Z'],
    [1_772_341_567_000_000n, '2026-03-01T05:06:07Z'],
    [-62_135_596_800_000_000n, '0001-01-01T00:00:00Z'],
    [253_402_300_799_999_999n, '9999-12-31T23:59:59.999999Z'],
  ])('the instant %d µs', (micros, text) => {
    expect(printCell(at(micros), 'datetime')).toBe(text);
  });

  test.each([
    [7, 'int', 7],
    [7n, 'long', 7],
    [2n ** 53n - 1n, 'long', Number.MAX_SAFE_INTEGER],
    [2n ** 53n, 'long', '9007199254740992'],
    [-(2n ** 63n), 'long', '-9223372036854775808'],
    [null, 'long', null],
    [null, 'string', ''],
  ] as const)('%s as %s', (value, type, cell) => {
    expect(printCell(value, type)).toBe(cell);
  });
});
