import { describe, expect, it } from 'vitest';
import { defineColumns, defineTable } from '#core/schema/index.ts';
import { wrongSamples } from '#server/kql/index.ts';
import { printTables, stalePages } from './docs.ts';

describe('the reference pages', () => {
  it('are what the declarations say', () => {
    expect(stalePages(), 'run `npm run docs` and commit').toEqual([]);
  }, 120_000);

  it('tell of every operator by a query that holds it', () => {
    expect(wrongSamples()).toEqual([]);
  });

  it('show every column with type, unit and meaning, and cannot be broken by a | in a text', () => {
    const table = defineTable({
      name: 'T',
      kind: 'view',
      row: 'One a | b.',
      origin: 'Weir',
      timeColumn: '',
      kql: 'Flows | take 1',
      columns: defineColumns([
        ['A', 'long', 'How many.', { unit: 'bytes', source: 'reduction' }],
        ['B', 'bool', 'Whether.', { isComputed: true }],
      ]),
    });
    const page = printTables([table]);
    expect(page).toContain('| [T](#t) | One a \\| b. | view | Weir |');
    expect(page).toContain('| A | long | bytes | How many. Source: reduction. |');
    expect(page).toContain('| B | bool |  | Whether. Computed when read. |');
    expect(page).toContain('```kusto\nFlows | take 1\n```');
  });
});
