import { expect, it } from 'vitest';
import { LACKS } from './lacks.ts';

it('ClickHouse runs every function and aggregate that DuckDB runs', () => {
  expect([...LACKS]).toEqual([]);
});
