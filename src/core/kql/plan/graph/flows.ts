import { MAX_GRAPH_EDGES } from '../../runtime/graph.ts';
import {
  call,
  column,
  type Flow,
  flowOf,
  fresh,
  long,
  select,
  type Translation,
  text,
} from '../flow.ts';
import type { PlanExpr, Rel } from '../plan.ts';
import { aggregate, filtered, grouped, item } from '../plugins/relate.ts';

/**
 * A graph as two relations, made once. Nodes have a number, `$node`, an id, `$id`, and where they are asked for how many
 * edges come in and go out, `$in` and `$out`; edges have a number, `$edge`, and the numbers of the nodes they lead `$from`
 * and `$to`. What is visible of both are their properties.
 */
export interface GraphFlows {
  readonly nodes: Flow;
  readonly edges: Flow;
}

export const NODE = column('$node', 'long');
export const EDGE = column('$edge', 'long');
export const FROM = column('$from', 'long');
export const TO = column('$to', 'long');

/** A relation of texts as one text, a line each. */
function linesOf(flow: Flow, line: PlanExpr): PlanExpr {
  const limited: Rel = {
    op: 'take',
    input: flow.rel,
    count: long(MAX_GRAPH_EDGES + 1),
    order: [],
    columns: flow.rel.columns,
  };
  const lines = grouped(flowOf(limited), [], [item('$lines', aggregate('$lines', 'string', line))]);
  return { kind: 'subquery', use: 'scalar', rel: lines.rel, column: '$lines', type: 'string' };
}

const digits = (number: PlanExpr) => call('tostring', 'string', number);

/** Edges for functions that walk: `edge from to`, one a line. */
export function edgeLines(edges: Flow): PlanExpr {
  const parts = [EDGE, FROM, TO].map(digits);
  return linesOf(
    edges,
    call('strcat', 'string', parts[0]!, text(' '), parts[1]!, text(' '), parts[2]!),
  );
}

/** Numbers of nodes for functions that walk, one a line. */
export function numberLines(flow: Flow, number: PlanExpr): PlanExpr {
  const distinct = grouped(flow, [item('$number', number)], []);
  return linesOf(distinct, digits(column('$number', 'long')));
}

/** Every node, for functions that walk. */
export const ALL_NODES = text('*');

/** The arrays that a function gives, each as a column, walked together: dynamic values, a row per place. */
export function asColumns(
  name: string,
  args: readonly PlanExpr[],
  names: readonly string[],
  t: Translation,
): Flow {
  const nothing = flowOf({ op: 'values', rows: [[]], columns: [] });
  const given = select(
    nothing,
    args.map((a, i) => item(`$arg${i}`, a)),
  );
  const passed = args.map((a, i) => column(`$arg${i}`, a.type));
  const called = select(given, [item('$called', call(name, 'dynamic', ...passed))]);
  const index = fresh(t, 'place');
  const rel: Rel = {
    op: 'unnest',
    input: called.rel,
    arrays: names.map((n, i) => ({
      name: n,
      expr: call('[]', 'dynamic', column('$called', 'dynamic'), long(i)),
    })),
    index,
    keepsNull: false,
    columns: [
      ...called.rel.columns,
      ...names.map((n) => ({ name: n, type: 'dynamic' as const })),
      { name: index, type: 'long' },
    ],
  };
  return flowOf(rel);
}

export const wholeNumber = (name: string): PlanExpr =>
  call('tolong', 'long', column(name, 'dynamic'));

/** Rows that meet every condition. */
export const meeting = (flow: Flow, tests: readonly PlanExpr[]): Flow =>
  tests.reduce((rows, test) => filtered(rows, test), flow);
