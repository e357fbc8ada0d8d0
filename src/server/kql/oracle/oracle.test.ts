import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openOracleDuckdb } from './engine.ts';
import { makeCase } from './pipeline.ts';
import { checkEngine, differenceOf } from './property.ts';

/** More: `WEIR_ORACLE_RUNS=20000 WEIR_ORACLE_SEED=7 vitest run src/server/kql/oracle`. */
const RUNS = Number(process.env['WEIR_ORACLE_RUNS'] ?? 400);
const SEED = Number(process.env['WEIR_ORACLE_SEED'] ?? 1);

let engine: Engine;
beforeAll(async () => {
  engine = await openOracleDuckdb();
});
afterAll(() => engine.close());

describe('random pipelines over random tables', () => {
  it(
    `answer as the slow evaluator does (${RUNS}, seed ${SEED})`,
    () => checkEngine(engine, { runs: RUNS, seed: SEED }),
    20_000 + RUNS * 200,
  );

  it('a wrong answer is seen', async () => {
    const test = makeCase({ tables: Array.from({ length: 110 }, (_, i) => i * 7), steps: [[8]] });
    expect(test.query).toBe('T\n| count');
    expect(await differenceOf(test, engine)).toBe('');
    const wrong: Engine = {
      run: async (t) => {
        const answer = await engine.run(t);
        return answer && { ...answer, rows: answer.rows.map(() => [-1]) };
      },
      close: () => {},
    };
    expect(await differenceOf(test, wrong)).toContain('[-1]');
  });
});
