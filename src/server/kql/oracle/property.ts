import fc from 'fast-check';
import type { Engine } from './engine.ts';
import { type Case, comparable, expectedAnswer, makeCase, type Numbers } from './pipeline.ts';

export interface PropertyOptions {
  readonly runs: number;
  /** The same seed gives the same queries; fast-check prints it when one fails. */
  readonly seed?: number;
}

const TABLE_CELLS = 110;
const STEP_CHOICES = 40;

const choices = (count: number) =>
  fc.noBias(fc.array(fc.nat(0xffff), { minLength: count, maxLength: count }));

const numbers: fc.Arbitrary<Numbers> = fc.record({
  tables: choices(TABLE_CELLS),
  steps: fc.array(choices(STEP_CHOICES), { minLength: 1, maxLength: 5 }),
});

/** What differs between an engine's answer and the evaluator's; '' where nothing does. */
export async function differenceOf(test: Case, engine: Engine): Promise<string> {
  const [want, answer] = [expectedAnswer(test), await engine.run(test)];
  if (!answer) return '';
  const got = { columns: answer.columns, rows: comparable(answer.rows, test.expected.isOrdered) };
  if (JSON.stringify(got) === JSON.stringify(want)) return '';
  return `${test.query}\n\nexpected ${JSON.stringify(want, null, 1)}\nbut got ${JSON.stringify(got, null, 1)}`;
}

/** Random pipelines over random tables: the engine answers as the slow evaluator does. Rejects with the smallest that differs. */
export async function checkEngine(engine: Engine, options: PropertyOptions): Promise<void> {
  const property = fc.asyncProperty(numbers, async (n) => {
    const test = makeCase(n);
    const difference = await differenceOf(test, engine).catch(
      (error: unknown) => `${test.query}\n\n${String(error)}`,
    );
    if (difference) throw new Error(difference);
  });
  const { runs, seed } = options;
  await fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
}
