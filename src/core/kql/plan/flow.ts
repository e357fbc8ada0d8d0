import type { KqlType } from '../../schema/index.ts';
import type { BoundColumn, BoundQuery, Operator, Pipe, QueryExpr, Span } from '../bound/expr.ts';
import type {
  KnownRelation,
  OrderKey,
  PlanExpr,
  Rel,
  Scan,
  SelectItem,
  SharedRel,
} from './plan.ts';

/**
 * A relation on its way through a pipeline.
 *
 * Beside the columns that KQL sees, `rel` may carry hidden ones (their names begin with `$`): the keys of the order
 * that rows are in, and what tells partitions apart inside mv-apply and partition. Operators that make new rows keep
 * them; operators that mix rows drop the order.
 */
export interface Flow {
  readonly rel: Rel;
  readonly visible: readonly BoundColumn[];
  readonly order: readonly OrderKey[];
  readonly per: readonly string[];
  /** The open tables that rows come from: their undeclared columns may still be asked for. */
  readonly open: readonly string[];
  /** True when the order came from sort, top or serialize, which row_number() and its kin need. */
  readonly isSerialized: boolean;
}

/** The parts of the planner that call each other, handed down so that no module imports in a circle. */
export interface Translators {
  readonly pipe: (pipe: Pipe, t: Translation, isOrdered: boolean) => Flow;
  readonly apply: (
    flow: Flow,
    operators: readonly Operator[],
    t: Translation,
    isOrdered: boolean,
  ) => Flow;
  /** Lists in the column of a list are taken apart into values of the type that they are compared with. */
  readonly queryExpr: (
    expr: QueryExpr,
    t: Translation,
    comparedWith?: KqlType,
  ) => { readonly rel: Rel; readonly column: string; readonly type: KqlType };
}

/** What one translation accumulates. */
export interface Translation {
  readonly translators: Translators;
  readonly query: BoundQuery;
  /** Lets that are temporary relations already. */
  readonly known: ReadonlyMap<string, KnownRelation>;
  /** The clock of the query: what now() is, in ticks since 0001-01-01. */
  readonly now: bigint;
  readonly scanPrefix: string;
  readonly scans: Scan[];
  readonly shared: SharedRel[];
  readonly letFlows: Map<string, Flow>;
  /** The relations of graphs, by the graph's id. */
  readonly graphs: Map<string, { readonly nodes: Flow; readonly edges: Flow }>;
  /** Undeclared columns that the query asks of open tables. */
  readonly openColumns: Map<string, Set<string>>;
  /** Those first asked for in this pass. */
  readonly askedNow: Set<string>;
  /** Set when a column was asked for that the last pass did not know of: translate once more. */
  isIncomplete: boolean;
  counter: number;
}

export function fresh(t: Translation, prefix: string): string {
  t.counter++;
  return `$${prefix}${t.counter}`;
}

export function column(name: string, type: KqlType): PlanExpr {
  return { kind: 'column', name, type };
}

export const NOWHERE: Span = { start: 0, length: 0 };

export function call(name: string, type: KqlType, ...args: readonly PlanExpr[]): PlanExpr {
  return { kind: 'call', name, args, type, at: NOWHERE };
}

export function long(value: number | bigint): PlanExpr {
  return { kind: 'literal', type: 'long', value: String(value), at: NOWHERE };
}

export function text(value: string): PlanExpr {
  return { kind: 'literal', type: 'string', value, at: NOWHERE };
}

export function nothing(type: KqlType): PlanExpr {
  return { kind: 'literal', type, value: type === 'string' ? '' : null, at: NOWHERE };
}

function hiddenColumns(flow: Flow): BoundColumn[] {
  const names = new Set([...flow.per, ...flow.order.map((k) => k.column)]);
  const visible = new Set(flow.visible.map((c) => c.name));
  return flow.rel.columns.filter((c) => names.has(c.name) && !visible.has(c.name));
}

/** Replaces the visible columns; hidden ones go along. Skips the step when it would change nothing. */
export function select(flow: Flow, items: readonly SelectItem[], more: Partial<Flow> = {}): Flow {
  const hidden = hiddenColumns(flow);
  const all = [
    ...items,
    ...hidden.map((c) => ({ name: c.name, type: c.type, expr: column(c.name, c.type) })),
  ];
  const visible = items.map(({ name, type }) => ({ name, type }));
  const isSame =
    all.length === flow.rel.columns.length &&
    all.every(
      (item, i) =>
        item.expr.kind === 'column' &&
        item.expr.name === item.name &&
        flow.rel.columns[i]?.name === item.name,
    );
  const rel: Rel = isSame
    ? flow.rel
    : {
        op: 'select',
        input: flow.rel,
        items: all,
        columns: all.map(({ name, type }) => ({ name, type })),
      };
  return { ...flow, rel, visible, ...more };
}

/** The table that all rows of a flow come from unchanged; null where there is none. */
export function tableOf(flow: Flow, t: Translation): string | null {
  let rel = flow.rel;
  while (rel.op === 'where' || rel.op === 'take') rel = rel.input;
  if (rel.op !== 'scan') return null;
  const { scan } = rel;
  return t.scans.find((s) => s.name === scan)?.table ?? null;
}

/** Adds hidden columns. */
export function addHidden(
  flow: Flow,
  items: readonly SelectItem[],
  more: Partial<Flow> = {},
): Flow {
  const all = [
    ...flow.rel.columns.map((c) => ({ name: c.name, type: c.type, expr: column(c.name, c.type) })),
    ...items,
  ];
  return {
    ...flow,
    rel: {
      op: 'select',
      input: flow.rel,
      items: all,
      columns: all.map(({ name, type }) => ({ name, type })),
    },
    ...more,
  };
}

export function keep(c: BoundColumn): SelectItem {
  return { name: c.name, type: c.type, expr: column(c.name, c.type) };
}

/** A fresh flow over a relation, without order. */
export function flowOf(rel: Rel, visible: readonly BoundColumn[] = rel.columns): Flow {
  return { rel, visible, order: [], per: [], open: [], isSerialized: false };
}

/** Makes the order total, so that several looks at it agree: one hidden number per row. */
export function numberRows(flow: Flow, t: Translation): Flow {
  if (flow.order.length === 1 && flow.order[0]!.column.startsWith('$row')) return flow;
  const name = fresh(t, 'row');
  const number: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: [],
    order: flow.order,
    type: 'long',
    at: NOWHERE,
  };
  const numbered = addHidden(flow, [{ name, type: 'long', expr: number }]);
  return { ...numbered, order: [{ column: name, isDescending: false, nulls: 'last' }] };
}

/** A name that is not taken: `a`, then `a1`, `a2`, as KQL numbers them. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let i = 1; ; i++) if (!taken.has(`${wanted}${i}`)) return `${wanted}${i}`;
}

/** One column of a function that gives several: the function's value is a JSON array. */
export function tupleField(expr: PlanExpr, output: BoundColumn, index: number): PlanExpr {
  const item: PlanExpr = {
    kind: 'call',
    name: '[]',
    args: [expr, long(index)],
    type: 'dynamic',
    at: { start: 0, length: 0 },
  };
  const name = {
    real: 'toreal',
    long: 'tolong',
    int: 'toint',
    bool: 'tobool',
    string: 'tostring',
    datetime: 'todatetime',
    timespan: 'totimespan',
    guid: 'toguid',
    decimal: 'todecimal',
    dynamic: '',
  }[output.type];
  return name
    ? { kind: 'call', name, args: [item], type: output.type, at: { start: 0, length: 0 } }
    : item;
}
