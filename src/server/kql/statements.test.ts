import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const VIEW = 'let Mine = view () { Events | where Host == "web-1" }; let Other = Events | take 1;';

describe('restrict access to', () => {
  it.each([
    [`${VIEW} restrict access to (Mine); Mine | count`, [[1]]],
    [`${VIEW} restrict access to (Mine); let f = () { Mine }; f() | count`, [[1]]],
    [`${VIEW} restrict access to (Mine); union withsource=t * | project t`, [['Mine']]],
    [`${VIEW} restrict access to (M*); search "web" | project $table`, [['Mine']]],
    ['restrict access to (Events); Events | count', [[3]]],
    ['restrict access to (database().Ev*, RecentEvents); RecentEvents() | count', [[2]]],
    [`${VIEW} restrict access to (Mine); union Ev*, Mine | count`, [[1]]],
    ['restrict access to (RecentEvents); RecentEvents(least = 20) | count', [[1]]],
  ])('%s', async (query, rows) => expect(await bench.rows(query)).toEqual(rows));

  it.each([
    'Events | count',
    'Other | count',
    'database("weir").Events',
    'table("Events")',
    'union Mine, Events',
    'let f = () { Events }; f()',
    'Mine | where Host in ((Events | project Host))',
    'print x = toscalar(Events | count)',
    'RecentEvents()',
    '_GetWatchlist("x")',
    'restrict access to (Events); Events',
    'let g = Mine | join Other on Host; g',
    'Events | make-graph Host --> Host with_node_id=x | graph-to-table nodes',
  ])('hides what it does not name: %s', (query) =>
    expect(bench.refusal(`${VIEW} restrict access to (Mine); ${query}`).message).toMatch(
      /may not be used here|does not refer to any/,
    ),
  );
});

describe('names of databases', () => {
  it.each([
    ['database("weir").Events | count', [[3]]],
    ['cluster("weir").database("weir").Events | count', [[3]]],
    ['database().RecentEvents(least = 20) | count', [[1]]],
    ['let Events = print 1; database().Events | count', [[3]]],
    ['alias database d = cluster("weir").database("weir"); database("d").Events | count', [[3]]],
    ['union database("weir").Events, Events | count', [[6]]],
    ['macro-expand entity_group [database("weir")] as X (X.Events | count)', [[3]]],
    [
      'let g = entity_group [cluster("weir").database("weir")]; macro-expand g as X (let least = 20; X.Events | where Bytes > least) | count',
      [[1]],
    ],
  ])('%s', async (query, rows) => expect(await bench.rows(query)).toEqual(rows));

  it.each([
    'cluster("other").database("weir").Events | count',
    'macro-expand entity_group [cluster("other").database("x")] as X (X.Events | count)',
    'alias database d = cluster("other").database("x"); Events',
  ])('%s is refused', (query) => expect(bench.refusal(query).code).toBe('external-refused'));
});
