import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const numbers = 'range n from 1 to 4 step 1 | extend odd = n % 2 == 1';

describe('queries with several results', () => {
  it('gives one for each expression', async () =>
    expect(await bench.tables('print 1; let x = 2; print x; print x + 1')).toEqual([
      [[1]],
      [[2]],
      [[3]],
    ]));

  it('gives one for each branch of a fork', async () =>
    expect(
      await bench.tables(
        `${numbers} | fork (where odd | project n) all = (count) (top 1 by n desc)`,
      ),
    ).toEqual([[[1], [3]], [[4]], [[4, false]]]));

  it('gives the rows of facet, then its counts', async () => {
    const query = `${numbers} | extend half = n <= 2 | facet by odd, half with (where n > 3)`;
    const [rows, odd, half] = await bench.tables(query);
    expect(rows).toEqual([[4, false, false]]);
    expect(odd).toHaveLength(2);
    expect(half).toEqual(
      expect.arrayContaining([
        [true, 2],
        [false, 2],
      ]),
    );
    expect(await bench.columns(query)).toEqual(['half:bool', 'count_half:long']);
    expect(await bench.tables(`${numbers} | facet by odd`)).toHaveLength(1);
  });

  it('gives some rows and their count for preview', async () => {
    const [rows, count] = await bench.tables(`${numbers} | where odd | evaluate preview(1)`);
    expect(rows).toHaveLength(1);
    expect(count).toEqual([[2]]);
  });

  it('gives nodes and edges, or lets later statements name them', async () => {
    const graph = 'datatable(a:string, b:string)["x", "y"] | make-graph a --> b with_node_id=n';
    const [nodes = [], edges] = await bench.tables(
      `${graph} | graph-to-table nodes as N, edges as E`,
    );
    // Nodes have no order.
    expect(nodes.flat().toSorted()).toEqual(['x', 'y']);
    expect(edges).toEqual([['x', 'y']]);
    expect(
      await bench.tables(`${graph} | graph-to-table nodes as N, edges as E; N | count; E`),
    ).toEqual([[[2]], [['x', 'y']]]);
  });

  it.each([
    `${numbers} | join (${numbers} | fork (take 2) (take 1)) on n`,
    `let f = ${numbers} | facet by n; f`,
    `${numbers} | where n in ((${numbers} | evaluate preview(2)))`,
  ])('%s is refused', (query) =>
    expect(bench.refusal(query).message).toMatch(
      /several tables: it may only stand last|group|both sides/,
    ),
  );
});
