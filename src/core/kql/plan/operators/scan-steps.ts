import type { KqlType } from '../../../schema/index.ts';
import type { BoundColumn, Expr, Operator, ScanStep } from '../../bound/expr.ts';
import { checkMachine, machineOf } from '../../machine/machine.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  flowOf,
  fresh,
  keep,
  long,
  nothing,
  select,
  type Translation,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { sort, where } from './basic.ts';

/**
 * `scan`. Each step k holds a state: whether a sequence has reached it, the number of its match, and
 * of every step up to k the columns that some expression names. A row is tried against the steps from the last to the
 * first: it moves the sequence of the step before (`moves`), or goes on with the step's own (`stays`). See "Scan
 * logic" on Microsoft's page of the operator.
 */
type Scan = Extract<Operator, { op: 'scan' }>;

interface Machine {
  readonly o: Scan;
  readonly t: Translation;
  /** The rows, numbered. */
  readonly rows: Flow;
  /** By step: the columns that a state keeps of it. */
  readonly kept: readonly (readonly BoundColumn[])[];
  /** The name of a value of a state. */
  readonly nameAt: (k: number, step: number, name: string) => string;
}

const flag = (value: boolean): PlanExpr => ({
  kind: 'literal',
  type: 'bool',
  value,
  at: { start: 0, length: 0 },
});
const all = (...args: PlanExpr[]): PlanExpr => call('and', 'bool', ...args);
const not = (a: PlanExpr): PlanExpr => call('not', 'bool', a);
const iff = (test: PlanExpr, yes: PlanExpr, no: PlanExpr, type: KqlType): PlanExpr =>
  call('iff', type, test, yes, no);

const active = (k: number) => `$active${k}`;
const matchOf = (k: number) => `$match${k}`;
/** Whether the row before did so; of the row at hand, `moves` and `stays` say it. */
const moved = (k: number) => `$moved${k}`;
const stayed = (k: number) => `$stayed${k}`;
const moves = (k: number) => `$moves${k}`;
const stays = (k: number) => `$stays${k}`;
const keptAt = (k: number, step: number, name: string) => `$state${k}.${step}.${name}`;
/** As `keptAt`, where the row has moved the sequence on: empty. */
const leftAt = (k: number, step: number, name: string) => `$left${k}.${step}.${name}`;
const COUNT = '$matches';

const bool = (name: string) => column(name, 'bool');
const number = (name: string) => column(name, 'long');

/** The names `$step.column` that an expression has. */
function references(expr: Expr, out: Set<string>): void {
  if (expr.kind === 'column') out.add(expr.name);
  if (expr.kind === 'call') for (const a of expr.args) references(a, out);
}

function initialOf(declared: Scan['declared'][number]): Expr {
  return (
    declared.initial ?? {
      kind: 'literal',
      type: declared.type,
      value: declared.type === 'string' ? '' : null,
      at: { start: 0, length: 0 },
    }
  );
}

/**
 * An expression with its names of steps put as columns of the state of step `state`. What that state does not hold is
 * empty: a declared column its default, as where its name stands alone, others null.
 */
function inState(expr: Expr, m: Machine, state: number): Expr {
  if (expr.kind === 'call') return { ...expr, args: expr.args.map((a) => inState(a, m, state)) };
  if (expr.kind !== 'column') return expr;
  const declared = m.o.declared.find((d) => d.name === expr.name);
  if (declared) return initialOf(declared);
  const step = m.o.steps.findIndex((s) => expr.name.startsWith(`$${s.name}.`));
  if (step < 0) return expr;
  const name = expr.name.slice(m.o.steps[step]!.name.length + 2);
  const known = m.kept[step]!.find((c) => c.name === name);
  if (step <= state && known) return { ...expr, name: m.nameAt(state, step, name) };
  const missing = m.o.declared.find((d) => d.name === name);
  if (missing) return initialOf(missing);
  const value = expr.type === 'string' ? '' : null;
  return { kind: 'literal', type: expr.type, value, at: expr.at };
}

function lowered(expr: Expr, m: Machine, state: number): PlanExpr {
  const states = m.kept.flatMap((columns, step) =>
    columns.map((c): BoundColumn => ({ name: m.nameAt(state, step, c.name), type: c.type })),
  );
  const flow = { ...m.rows, visible: [...m.rows.visible, ...states] };
  return lower(inState(expr, m, state), { flow, t: m.t });
}

/** What a row that matched step k leaves of itself there; `state` is the one its assignments see. */
function extended(m: Machine, k: number, state: number, c: BoundColumn): PlanExpr {
  const assigned = m.o.steps[k]!.assignments.find((a) => a.name === c.name);
  if (assigned) return converted(lowered(assigned.expr, m, state), c.type);
  const declared = m.o.declared.find((d) => d.name === c.name);
  return declared ? lowered(initialOf(declared), m, state) : column(c.name, c.type);
}

function converted(expr: PlanExpr, type: KqlType): PlanExpr {
  const isNull = expr.kind === 'literal' && expr.value === null;
  return isNull ? nothing(type) : expr;
}

/** What a column of an empty state is. */
function emptyOf(m: Machine, c: BoundColumn): PlanExpr {
  const declared = m.o.declared.find((d) => d.name === c.name);
  return declared ? converted(lowered(initialOf(declared), m, 0), c.type) : nothing(c.type);
}

/** The tests of a row, and the state after it. */
function levelsOf(m: Machine): SelectItem[][] {
  const { steps } = m.o;
  const after: Machine = { ...m, nameAt: leftAt };
  const test = (k: number, state: number, of: Machine) =>
    call('coalesce', 'bool', lowered(steps[k]!.condition, of, state), flag(false));
  const isMoved = steps.map(
    (_, k): SelectItem => ({
      name: moves(k),
      type: 'bool',
      expr: k === 0 ? flag(false) : all(bool(active(k - 1)), test(k, k - 1, m)),
    }),
  );
  const left = steps.flatMap((_, k) =>
    m.kept.slice(0, k + 1).flatMap((columns, step) =>
      columns.map((c): SelectItem => {
        const value = column(keptAt(k, step, c.name), c.type);
        const isLast = k + 1 >= steps.length;
        const expr = isLast ? value : iff(bool(moves(k + 1)), emptyOf(m, c), value, c.type);
        return { name: leftAt(k, step, c.name), type: c.type, expr };
      }),
    ),
  );
  const isOwn = (k: number): PlanExpr =>
    k + 1 < steps.length ? all(bool(active(k)), not(bool(moves(k + 1)))) : bool(active(k));
  const isStayed = steps.map((_, k): SelectItem => {
    const matches = k === 0 ? test(0, 0, after) : all(isOwn(k), test(k, k, after));
    return { name: stays(k), type: 'bool', expr: all(not(bool(moves(k))), matches) };
  });
  const begins = all(bool(stays(0)), not(isOwn(0)));
  const next = steps.flatMap((_, k): SelectItem[] => {
    const values = m.kept.slice(0, k + 1).flatMap((columns, step) =>
      columns.map((c): SelectItem => {
        const own = column(leftAt(k, step, c.name), c.type);
        const expr =
          step === k
            ? iff(
                bool(moves(k)),
                k === 0 ? own : extended(m, k, k - 1, c),
                iff(bool(stays(k)), extended(after, k, k, c), own, c.type),
                c.type,
              )
            : iff(bool(moves(k)), column(keptAt(k - 1, step, c.name), c.type), own, c.type);
        return { name: keptAt(k, step, c.name), type: c.type, expr };
      }),
    );
    const id =
      k === 0
        ? iff(begins, number(COUNT), number(matchOf(0)), 'long')
        : iff(bool(moves(k)), number(matchOf(k - 1)), number(matchOf(k)), 'long');
    const isActive = call('or', 'bool', bool(moves(k)), bool(stays(k)), isOwn(k));
    return [
      ...values,
      { name: matchOf(k), type: 'long', expr: id },
      { name: active(k), type: 'bool', expr: isActive },
      { name: moved(k), type: 'bool', expr: bool(moves(k)) },
      { name: stayed(k), type: 'bool', expr: bool(stays(k)) },
    ];
  });
  const count = iff(begins, call('+', 'long', number(COUNT), long(1)), number(COUNT), 'long');
  return [isMoved, left, isStayed, [...next, { name: COUNT, type: 'long', expr: count }]];
}

function initialState(next: readonly SelectItem[], m: Machine): SelectItem[] {
  const empty = new Map(
    m.o.steps.flatMap((_, k) =>
      m.kept
        .slice(0, k + 1)
        .flatMap((columns, step) =>
          columns.map((c): [string, PlanExpr] => [keptAt(k, step, c.name), emptyOf(m, c)]),
        ),
    ),
  );
  return next.map((s) => ({
    ...s,
    expr:
      empty.get(s.name) ??
      (s.name === COUNT ? long(0) : s.type === 'bool' ? flag(false) : nothing(s.type)),
  }));
}

/** The rows that a step puts out. */
function outputOf(step: ScanStep, k: number, m: Machine, walked: Flow): Rel | null {
  if (step.output === 'none') return null;
  const isMatch = call('or', 'bool', bool(moved(k)), bool(stayed(k)));
  const matches = where(walked, isMatch);
  const last = step.output === 'last' ? lastOfSeries(matches, k, m) : matches;
  const declared = m.o.declared.map(
    (d): SelectItem => ({
      name: d.name,
      type: d.type,
      expr: column(keptAt(k, k, d.name), d.type),
    }),
  );
  const id: SelectItem[] = m.o.matchId
    ? [{ name: m.o.matchId, type: 'long', expr: number(matchOf(k)) }]
    : [];
  const place: SelectItem = { name: '$step', type: 'long', expr: long(m.o.steps.length - k) };
  const hidden = [...m.rows.per, m.rows.order[0]!.column].map((name) =>
    keep(m.rows.rel.columns.find((c) => c.name === name)!),
  );
  const items = [...m.rows.visible.map(keep), ...declared, ...id, ...hidden, place];
  const columns = items.map(({ name, type }) => ({ name, type }));
  return { op: 'select', input: last.rel, items, columns };
}

/** Drops a match of step k when the next match there goes on with the same series. */
function lastOfSeries(matches: Flow, k: number, m: Machine): Flow {
  const next = (name: string, type: KqlType): PlanExpr => ({
    kind: 'window',
    name: 'next',
    args: [column(name, type)],
    partition: matches.per,
    order: matches.order,
    type,
    at: m.o.at,
  });
  const [isStay, id] = [fresh(m.t, 'stays'), fresh(m.t, 'match')];
  const looked = addHidden(matches, [
    { name: isStay, type: 'bool', expr: next(stayed(k), 'bool') },
    { name: id, type: 'long', expr: next(matchOf(k), 'long') },
  ]);
  const isSame = call('==', 'bool', number(id), number(matchOf(k)));
  const goesOn = call('coalesce', 'bool', all(bool(isStay), isSame), flag(false));
  return where(looked, not(goesOn));
}

/** Rows in the order and the partitions that the operator asks for. */
function arranged(flow: Flow, o: Scan, t: Translation): Flow {
  const sorted = o.orderBy.length > 0 ? sort(flow, o.orderBy, t) : flow;
  const keys = o.partitionBy.map((e): SelectItem => {
    const expr = lower(e, { flow: sorted, t });
    return { name: fresh(t, 'part'), type: expr.type, expr };
  });
  if (keys.length === 0) return sorted;
  const per = [...sorted.per, ...keys.map((k) => k.name)];
  return addHidden(sorted, keys, { per });
}

/** What the outputs of a step say of the state after a row. */
function seenOf(m: Machine, k: number): BoundColumn[] {
  if (m.o.steps[k]!.output === 'none') return [];
  return [
    { name: moved(k), type: 'bool' },
    { name: stayed(k), type: 'bool' },
    { name: matchOf(k), type: 'long' },
    ...m.o.declared.map((d): BoundColumn => ({ name: keptAt(k, k, d.name), type: d.type })),
  ];
}

/** The rows with what outputs need of the state after each. */
function walkedRows(m: Machine): Flow {
  const { o, t, rows } = m;
  const levels = levelsOf(m);
  const seen = o.steps.flatMap((_, k) => seenOf(m, k));
  const { machine, inputs } = machineOf({
    initial: initialState(levels.at(-1)!, m),
    levels,
    outputs: seen.map((c) => c.name),
    when: seen
      .filter((c) => c.type === 'bool' && /^\$(moved|stayed)/.test(c.name))
      .map((c) => c.name),
  });
  checkMachine(machine);
  const rel: Rel = {
    op: 'walk',
    input: rows.rel,
    row: rows.order[0]!.column,
    partition: rows.per,
    inputs,
    machine,
    columns: [...rows.rel.columns, ...seen],
  };
  if (o.steps.filter((s) => s.output !== 'none').length < 2) return { ...rows, rel };
  const id = `scan#${o.at.start}.${t.shared.length}`;
  t.shared.push({ id, rel });
  return { ...rows, rel: { op: 'shared', id, columns: rel.columns } };
}

export function scanSteps(outer: Flow, o: Scan, t: Translation): Flow {
  const flow = arranged(outer, o, t);
  const row = fresh(t, 'row');
  const numbered = addHidden(flow, [
    {
      name: row,
      type: 'long',
      expr: {
        kind: 'window',
        name: 'row_number',
        args: [],
        partition: flow.per,
        order: flow.order,
        type: 'long',
        at: o.at,
      },
    },
  ]);
  const rows: Flow = { ...numbered, order: [{ column: row, isDescending: false, nulls: 'last' }] };
  const named = new Set<string>();
  for (const step of o.steps)
    for (const e of [step.condition, ...step.assignments.map((a) => a.expr)]) references(e, named);
  const kept = o.steps.map((step): BoundColumn[] =>
    [...flow.visible, ...o.declared.map(({ name, type }) => ({ name, type }))].filter(
      (c) => named.has(`$${step.name}.${c.name}`) || o.declared.some((d) => d.name === c.name),
    ),
  );
  const m: Machine = { o, t, rows, kept, nameAt: keptAt };
  const walked = walkedRows(m);
  const outputs = o.steps.flatMap((s, k) => outputOf(s, k, m, walked) ?? []);
  const extra: BoundColumn[] = [
    ...o.declared.map(({ name, type }) => ({ name, type })),
    ...(o.matchId ? [{ name: o.matchId, type: 'long' as const }] : []),
  ];
  const visible = [...flow.visible, ...extra];
  if (outputs.length === 0)
    return select(where(flow, flag(false)), [
      ...flow.visible.map(keep),
      ...extra.map((c): SelectItem => ({ ...c, expr: nothing(c.type) })),
    ]);
  const [only, ...others] = outputs;
  const union: Rel =
    others.length === 0 ? only! : { op: 'union', inputs: outputs, columns: only!.columns };
  const order = [row, '$step'].map((name) => ({
    column: name,
    isDescending: false,
    nulls: 'last' as const,
  }));
  return { ...flowOf(union, visible), per: outer.per, order, isSerialized: true };
}
