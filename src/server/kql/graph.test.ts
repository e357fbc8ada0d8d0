import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** A laptop reaches a jump host and a web server; both reach a database, which talks back to the web server. */
const DATA = `let hosts = datatable(name:string, zone:string, cost:long)
  ['laptop', 'user', 1, 'jump', 'admin', 5, 'web', 'dmz', 3, 'db', 'core', 9, 'spare', 'core', 2];
let flows = datatable(src:string, dst:string, port:long, tenant:string)
  ['laptop', 'jump', 22, 'a', 'laptop', 'web', 443, 'a', 'jump', 'db', 22, 'a', 'web', 'db', 5432, 'b',
   'db', 'web', 8080, 'b', 'db', 'backup', 22, 'b'];
`;
const GRAPH = `${DATA}flows | make-graph src --> dst with hosts on name | `;
const ROADS = `${DATA}flows | make-graph src --> dst with_node_id=name | `;

const sorted = (rows: readonly unknown[]) => rows.map((r) => JSON.stringify(r)).sort();

async function expectRows(query: string, rows: readonly unknown[]): Promise<void> {
  expect(sorted(await bench.rows(query))).toEqual(sorted(rows));
}

describe('graph-match', () => {
  it.each<[string, unknown[]]>([
    [
      "graph-match (a)-[e]->(b) where e.port == 22 and a.cost > 1 project a.name, b.name, b.zone, To = strcat('to ', b.name)",
      [
        ['jump', 'db', 'core', 'to db'],
        ['db', 'backup', '', 'to backup'],
      ],
    ],
    ["graph-match (a)-->(b)-->(c)<--(b) where a.name == 'laptop' project b.name, c.name", []],
    [
      "graph-match (a)-->(b)-->(c)<--(d) where a.name == 'laptop' and b.name != d.name project b.name, c.name, d.name",
      [
        ['jump', 'db', 'web'],
        ['web', 'db', 'jump'],
      ],
    ],
    [
      "graph-match (b)--(n)--(c), (n)-->(d) where n.name == 'jump' and d.zone == 'core' project b.name, c.name, d.name",
      [],
    ],
    [
      "graph-match cycles=all (b)--(n)--(c), (n)-->(d) where n.name == 'jump' and b.name < c.name project b.name, c.name, d.name",
      [['db', 'laptop', 'db']],
    ],
    ['graph-match (a)-->(a) project a.name', []],
    [
      'graph-match (x) where node_degree_in(x) >= 2 project x.name, node_degree_in(x), node_degree_out(x), node_id(x)',
      [
        ['db', 2, 2, 'db'],
        ['web', 2, 1, 'web'],
      ],
    ],
    [
      "graph-match (a)-[e]->(b) where a.name == 'jump' project e, a, labels(a), map(e, port), map(inner_nodes(e), name)",
      [
        [
          { src: 'jump', dst: 'db', port: 22, tenant: 'a' },
          { name: 'jump', zone: 'admin', cost: 5 },
          [],
          [22],
          [],
        ],
      ],
    ],
  ])('%s', (query, rows) => expectRows(GRAPH + query, rows));

  it.each<[string, unknown[]]>([
    [
      "graph-match (a)-[e*1..3]->(b) where a.name == 'laptop' and b.name == 'db' project map(e, port), map(inner_nodes(e), strcat(name, '!')), e.dst",
      [
        [[22, 22], ['jump!'], ['jump', 'db']],
        [[443, 5432], ['web!'], ['web', 'db']],
      ],
    ],
    [
      "graph-match cycles=all (a)-[e*4..4]->(b) where a.name == 'laptop' and b.name == 'db' and any(e, port == 443) project map(e, port)",
      [[[443, 5432, 8080, 5432]]],
    ],
    [
      "graph-match (a)-[e*4..4]->(b) where a.name == 'laptop' and b.name == 'db' project map(e, port)",
      [[[22, 22, 8080, 5432]]],
    ],
    ["graph-match cycles=none (a)-[e*4..4]->(b) where a.name == 'laptop' project map(e, port)", []],
    [
      "graph-match (a)-[e*1..4]->(b) where a.name == 'laptop' and all(e, port < 100) project b.name",
      [['jump'], ['db'], ['backup']],
    ],
    [
      "graph-match (a)-[e*1..4]->(b) where a.name == 'laptop' and e.port < 100 and array_length(map(e, port)) > 1 project b.name",
      [['db'], ['backup']],
    ],
    [
      "graph-match (a)<-[e*2..3]-(b) where a.name == 'backup' and any(inner_nodes(e), zone == 'dmz') project b.name, map(inner_nodes(e), name)",
      [
        ['laptop', ['db', 'web']],
        ['db', ['db', 'web']],
      ],
    ],
    [
      "graph-match (a)-[e*0..1]->(b) where a.name == 'spare' or a.name == 'jump' project a.name, b.name, map(e, port), all(e, port > 99), any(e, port < 99)",
      [
        ['spare', 'spare', [], true, false],
        ['jump', 'jump', [], true, false],
        ['jump', 'db', [22], false, true],
      ],
    ],
    [
      'graph-match (a)-[x]->(b)-[e*1..2]->(c) where x.port == 443 project c.name, map(e, port - x.port)',
      [
        ['db', [4989]],
        ['web', [4989, 7637]],
        ['backup', [4989, -421]],
      ],
    ],
    [
      "graph-match (a)-[e*1..2]-(b) where a.name == 'jump' project b.name",
      [['laptop'], ['web'], ['db'], ['web'], ['web'], ['backup']],
    ],
  ])('%s', (query, rows) => expectRows(GRAPH + query, rows));
});

describe('graph-shortest-paths', () => {
  it.each<[string, unknown[]]>([
    [
      "graph-shortest-paths output=all (a)-[e*1..5]->(b) where a.name == 'laptop' and b.name == 'db' project map(e, dst)",
      [[['jump', 'db']], [['web', 'db']]],
    ],
    [
      "graph-shortest-paths (a)-[e*1..5]->(b) where a.name == 'laptop' project b.name, array_length(map(e, dst))",
      [
        ['jump', 1],
        ['web', 1],
        ['db', 2],
        ['backup', 3],
      ],
    ],
    [
      "graph-shortest-paths (a)-[e*1..5]->(b) where a.name == 'laptop' and b.name == 'backup' and any(e, port == 5432) project map(e, dst)",
      [[['web', 'db', 'backup']]],
    ],
    [
      "graph-shortest-paths output=all (a)-[e*1..5]->(b)-[f]->(c) where c.name == 'backup' and all(inner_nodes(e), name != 'jump') project a.name, map(e, dst)",
      [
        ['laptop', ['web', 'db']],
        ['jump', ['db']],
        ['web', ['db']],
      ],
    ],
  ])('%s', (query, rows) => expectRows(ROADS + query, rows));
});

describe('other graph operators', () => {
  it.each<[string, unknown[]]>([
    [
      "graph-to-table nodes | where name in ('spare', 'backup')",
      [
        ['spare', 'core', 2],
        ['backup', '', null],
      ],
    ],
    [
      'graph-to-table edges with_source_id=S with_target_id=T | where port == 443 | project S == hash("laptop"), T == hash("web"), src',
      [[true, true, 'laptop']],
    ],
    [
      'graph-where-nodes zone != "core" | graph-match (a)-->(b) project a.name, b.name',
      [
        ['laptop', 'jump'],
        ['laptop', 'web'],
      ],
    ],
    [
      'graph-where-edges port > 1000 | graph-match (a)-->(b) project a.name, b.name',
      [
        ['web', 'db'],
        ['db', 'web'],
      ],
    ],
    [
      'graph-mark-components kind=strong with_component_id=c | graph-to-table nodes | summarize make_list(name) by c | where array_length(list_name) > 1 | project array_sort_asc(list_name)',
      [[['db', 'web']]],
    ],
    [
      'graph-mark-components | graph-to-table nodes | summarize count() by ComponentId | project count_',
      [[5], [1]],
    ],
  ])('%s', (query, rows) => expectRows(GRAPH + query, rows));

  it('makes one graph for each value of a column', () =>
    expectRows(
      `${DATA}flows | make-graph src --> dst with_node_id=name partitioned-by tenant (graph-match (a)-->(b)-->(c) project a.name, b.name, c.name)`,
      [
        ['laptop', 'jump', 'db'],
        ['web', 'db', 'web'],
        ['db', 'web', 'db'],
        ['web', 'db', 'backup'],
      ],
    ));

  it('lets a variable hold a graph', () =>
    expectRows(
      `${DATA}let g = flows | make-graph src --> dst with_node_id=name; let flows2 = g | graph-match (flows)-->(b) project flows.name, b.name; flows2 | union (g | graph-to-table nodes | project flows_name = name, b_name = "-") | where flows_name == "web"`,
      [
        ['web', 'db'],
        ['web', '-'],
      ],
    ));

  it('merges what several tables say of a node', () =>
    expectRows(
      `${DATA}let owners = datatable(host:string, owner:string)['web', 'ann', 'extra', 'bob']; flows | make-graph src --> dst with hosts on name, owners on host | graph-to-table nodes | where name in ('web', '') or owner != '' | project name, host, owner, cost`,
      [
        ['web', 'web', 'ann', 3],
        ['extra', 'extra', 'bob', null],
      ],
    ));

  it('names the tables that it gives', () =>
    expectRows(
      `${GRAPH}graph-to-table nodes as n with_node_id=id, edges as e with_source_id=id; n | join kind=inner e on id | where port == 443 | project name, dst`,
      [['laptop', 'web']],
    ));
});

describe('what graphs cannot do', () => {
  it.each([
    [`${GRAPH}count`, /operator of tables on a graph/],
    [GRAPH.replace(/ \| $/, ''), /no table: end with graph-match/],
    [`${GRAPH}graph-match (a)-->(b), (c)-->(d) project a.name`, /let them share a node/],
    [`${GRAPH}graph-match (a)-->(b)`, /add project/],
    [`${GRAPH}graph-match (a)-[a]->(b) project b.name`, /give each edge its own/],
    [`${GRAPH}graph-match (a)-[e]->(b)-[e]->(c) project b.name`, /give each edge its own/],
    [`${GRAPH}graph-match (['a.b'])-->(c) project c.name`, /must have no dot/],
    [
      `${GRAPH}graph-shortest-paths (a)-->(b) project a.name`,
      /at least one edge of variable length/,
    ],
    [
      `${DATA}flows | make-graph src --> dst with hosts on name partitioned-by tenant (graph-to-table nodes)`,
      /every table of nodes/,
    ],
    ['graph("g") | graph-match (a)-->(b) project 1', /graph model/],
  ])('%s', (query, message) => expect(bench.refusal(query).message).toMatch(message));

  it('says what to do where there are too many paths', () =>
    expect(
      bench.rows(
        'range a from 1 to 12 step 1 | extend k = 1 | join kind=inner (range b from 1 to 12 step 1 | extend k = 1) on k | make-graph a --> b with_node_id=n | graph-match (x)-[e*1..9]->(y) project x.n',
      ),
    ).rejects.toThrow(/more than 1000000 paths, .*: filter/));
});
