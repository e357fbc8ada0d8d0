import type { BoundQuery, Operator } from '../bound/expr.ts';
import { RefusalError } from '../refusal.ts';
import { keep, select, type Translation } from './flow.ts';
import { type LateLet, lateLets, translateLate } from './late.ts';
import { narrow } from './narrow.ts';
import { applyOperators, translatePipe, translateQueryExpr } from './pipeline.ts';
import type { KnownRelation, Plan, Render, Scan, Stage } from './plan.ts';

export interface PlanOptions {
  /** What now() is: ticks of 100 ns since 0001-01-01. */
  readonly now: bigint;
  /** Lets that are temporary relations already, from earlier stages. */
  readonly known?: ReadonlyMap<string, KnownRelation>;
}

/** Open tables may need another pass for each level of names; more than this means a defect. */
const MAX_PASSES = 12;

/** Scans of a later stage have names of their own, for all are resolved before the first stage runs. */
function scanPrefix(options: PlanOptions): string {
  const done = options.known?.size ?? 0;
  return done === 0 ? 's' : `r${done}_s`;
}

function begin(
  query: BoundQuery,
  options: PlanOptions,
  openColumns: Map<string, Set<string>>,
): Translation {
  return {
    translators: { pipe: translatePipe, apply: applyOperators, queryExpr: translateQueryExpr },
    query,
    known: options.known ?? new Map(),
    now: query.now === undefined ? options.now : BigInt(query.now),
    scanPrefix: scanPrefix(options),
    scans: [],
    shared: [],
    letFlows: new Map(),
    graphs: new Map(),
    openColumns,
    askedNow: new Set(),
    isIncomplete: false,
    counter: 0,
  };
}

/** Runs a translation until every column of open tables is known. */
function settle<T>(
  query: BoundQuery,
  options: PlanOptions,
  translate: (t: Translation) => T,
): { result: T; t: Translation } {
  const openColumns = new Map<string, Set<string>>();
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const t = begin(query, options, openColumns);
    const result = translate(t);
    if (!t.isIncomplete) return { result, t };
  }
  throw new Error('columns of open tables do not settle');
}

function renderOf(operators: readonly Operator[]): Render | undefined {
  const last = operators.findLast((o) => o.op === 'render');
  return last?.op === 'render' ? { chart: last.chart, properties: last.properties } : undefined;
}

function planLate(query: BoundQuery, late: LateLet, options: PlanOptions): Plan {
  const into = `late_${late.id.replace(/\W/g, '_')}`;
  const { result, t } = settle(query, options, (t) => translateLate(late, t));
  const input = `${into}_in`;
  const { scans, rel, shared } = narrow(
    t.scans,
    result.input,
    t.shared,
    new Set(result.input.columns.map((c) => c.name)),
  );
  const stages: Stage[] = [
    { kind: 'sql', rel, shared, into: input },
    {
      kind: 'host',
      host: result.host,
      input: { op: 'temp', name: input, columns: result.input.columns },
      params: result.params,
      into,
    },
    {
      kind: 'rest',
      query,
      done: late.id,
      from: into,
      known: [...(options.known ?? [])].map(([id, k]) => ({ id, ...k })),
    },
  ];
  const render = renderOf(query.pipe.operators);
  const later = laterScans(query, late.id, into, options);
  return { scans: [...scans, ...later], stages, columns: [], ...(render ? { render } : {}) };
}

/**
 * What the stages after a late relation read, found by planning them as if the relation had every column that is asked
 * of it. Where that cannot be planned before its columns are known, nothing.
 */
function laterScans(
  query: BoundQuery,
  late: string,
  into: string,
  options: PlanOptions,
): readonly Scan[] {
  const known = new Map(options.known ?? []);
  known.set(late, { name: into, columns: [], isOpen: true });
  try {
    return planQuery(query, { ...options, known }).scans;
  } catch (error) {
    if (error instanceof RefusalError) return [];
    throw error;
  }
}

/**
 * Plans a bound query: one statement, unless an operator's columns depend on the data. Then the part before it runs
 * first, and the rest is planned when its columns are known.
 */
export function planQuery(bound: BoundQuery, options: PlanOptions): Plan {
  const query = lateLets(bound);
  const late = query.late.find((l) => !options.known?.has(l.id));
  if (late) return planLate(query.query, late, options);
  const { result: flow, t } = settle(query.query, options, (t) =>
    translatePipe(query.query.pipe, t, true),
  );
  const final = flow.order.length > 0 ? flow : select(flow, flow.visible.map(keep));
  const visible = new Set([
    ...final.visible.map((c) => c.name),
    ...final.order.map((k) => k.column),
  ]);
  const { scans, rel, shared } = narrow(t.scans, final.rel, t.shared, visible);
  const render = renderOf(query.query.pipe.operators);
  return {
    scans,
    stages: [{ kind: 'sql', rel, shared, order: final.order }],
    columns: final.visible,
    ...(render ? { render } : {}),
    ...(final.order.length > 0 ? { ordered: true } : {}),
  };
}
