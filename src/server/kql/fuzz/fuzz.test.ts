import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tape } from '../oracle/tape.ts';
import { randomQuery } from './grammar.ts';
import { DEEP, mutated } from './mutate.ts';
import { openWatch, type Watch } from './watch.ts';

/** More: `WEIR_FUZZ_RUNS=20000 WEIR_FUZZ_SEED=7 vitest run src/server/kql/fuzz`. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 150);
const SEED = Number(process.env['WEIR_FUZZ_SEED'] ?? 1);
const LIMIT_MS = 30_000 + RUNS * 300;

let watch: Watch;
beforeAll(async () => {
  watch = await openWatch();
});
afterAll(async () => {
  expect(await watch.inspect()).toEqual([]);
  watch.close();
});

const choices = fc.noBias(fc.array(fc.nat(0xffff), { minLength: 100, maxLength: 100 }));

/** Every query ends in rows, in a refusal at a place inside of it, or in an error that its values are to blame for. */
async function fuzz(make: (tape: Tape) => string): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  const property = fc.asyncProperty(choices, async (numbers) => {
    const query = make(new Tape(numbers));
    const { kind, detail } = await watch.run(query);
    seen[kind] = (seen[kind] ?? 0) + 1;
    if (kind === 'problem') throw new Error(`${query}\n\n${detail}`);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  return seen;
}

describe('query text', () => {
  it(
    `right in grammar, hostile in what it names (${RUNS}, seed ${SEED})`,
    async () => {
      const seen = await fuzz(randomQuery);
      expect(seen['rows'] ?? 0).toBeGreaterThan(RUNS / 4);
    },
    LIMIT_MS,
  );

  it(
    `cut, doubled, swapped and littered (${RUNS}, seed ${SEED})`,
    async () => {
      const seen = await fuzz((tape) => mutated(randomQuery(tape), tape));
      expect(seen['refused'] ?? 0).toBeGreaterThan(RUNS / 4);
    },
    LIMIT_MS,
  );

  it.each(Object.entries(DEEP))('very deep or long: %s', async (_name, make) => {
    for (const depth of [20, 1500])
      expect(await watch.run(make(depth))).not.toHaveProperty('kind', 'problem');
  });

  it('what is touched is seen', async () => {
    const one = await openWatch();
    await one.damage();
    expect(await one.inspect()).toEqual(['the canary changed']);
    one.close();
  });
});
