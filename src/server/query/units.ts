import type { BoundColumn, Plan, PlanExpr, Rel } from '#core/kql/index.ts';
import { tablesByName, type Unit } from '#core/schema/index.ts';

/** What a computed column's name says of its unit, where what it is computed of says nothing. Numbers only. */
const BY_NAME: readonly (readonly [pattern: RegExp, unit: Unit])[] = [
  [/bytes$|^bytes/i, 'bytes'],
  [/packets$|^packets/i, 'packets'],
  [/flows$|^flows/i, 'flows'],
  [/records$|^records/i, 'records'],
  [/port$/i, 'port'],
  [/ratio$|share$/i, 'ratio'],
];

type Units = ReadonlyMap<string, Unit>;
const NO_UNITS: Units = new Map();

/** Functions and aggregates whose value is of the kind of their first argument. */
const KEEPING: ReadonlySet<string> = new Set(
  (
    'sum sumif avg avgif min minif max maxif take_any take_anyif any percentile percentilew stdev stdevif stdevp ' +
    'make_list make_list_if make_list_with_nulls make_set make_set_if abs bin floor ceiling round prev next ' +
    'row_cumsum tolong toint toreal todouble todecimal'
  ).split(' '),
);
/** Whose value is one of their arguments, or of their sum. */
const CHOOSING: ReadonlySet<string> = new Set('+ - coalesce max_of min_of iff iif case'.split(' '));
const CHOSEN_BY_CONDITION: ReadonlySet<string> = new Set(['iff', 'iif', 'case']);

interface Reading {
  readonly tables: ReadonlyMap<string, string>;
  readonly temps: Map<string, Units>;
  readonly shared: Map<string, Units>;
}

/** The unit that all of these agree on; those without one do not count. */
function common(units: readonly Unit[]): Unit {
  const [first = 'none', ...others] = units.filter((unit) => unit !== 'none');
  return others.every((unit) => unit === first) ? first : 'none';
}

function unitOfExpr(expr: PlanExpr, units: Units, reading: Reading): Unit {
  const of = (part: PlanExpr | undefined) =>
    part === undefined ? 'none' : unitOfExpr(part, units, reading);
  switch (expr.kind) {
    case 'column':
      return units.get(expr.name) ?? 'none';
    case 'call':
    case 'aggregate':
    case 'window':
      if (KEEPING.has(expr.name)) return of(expr.args[0]);
      if (!CHOOSING.has(expr.name)) return 'none';
      return common(
        expr.args
          .filter((arg) => !CHOSEN_BY_CONDITION.has(expr.name) || arg.type !== 'bool')
          .map(of),
      );
    case 'subquery':
      return unitsOfRel(expr.rel, reading).get(expr.column) ?? 'none';
    default:
      return 'none';
  }
}

function unitsOfRel(rel: Rel, reading: Reading): Units {
  const items = (list: readonly { name: string; expr: PlanExpr }[], input: Units) =>
    list.map(({ name, expr }) => [name, unitOfExpr(expr, input, reading)] as const);
  switch (rel.op) {
    case 'scan': {
      const table = tablesByName.get(reading.tables.get(rel.scan) ?? '');
      return new Map(table?.columns.map((c) => [c.name, c.unit]));
    }
    case 'temp':
      return reading.temps.get(rel.name) ?? NO_UNITS;
    case 'shared':
      return reading.shared.get(rel.id) ?? NO_UNITS;
    case 'where':
    case 'take':
    case 'walk':
      return unitsOfRel(rel.input, reading);
    case 'select':
      return new Map(items(rel.items, unitsOfRel(rel.input, reading)));
    case 'aggregate': {
      const input = unitsOfRel(rel.input, reading);
      return new Map([...items(rel.by, input), ...items(rel.aggregates, input)]);
    }
    case 'unnest': {
      const input = unitsOfRel(rel.input, reading);
      return new Map([...input, ...items(rel.arrays, input)]);
    }
    case 'join': {
      const [left, right] = [unitsOfRel(rel.left, reading), unitsOfRel(rel.right, reading)];
      return new Map(
        rel.take.map((c) => [c.name, (c.side === 'right' ? right : left).get(c.source) ?? 'none']),
      );
    }
    case 'union': {
      const inputs = rel.inputs.map((input) => unitsOfRel(input, reading));
      return new Map(
        rel.columns.map((c) => [
          c.name,
          common(inputs.map((units) => units.get(c.name) ?? 'none')),
        ]),
      );
    }
    default:
      return NO_UNITS;
  }
}

/** Of the plan's result, as far as it is planned before it runs. */
function planUnits({ scans, stages }: Plan): Units {
  const reading: Reading = {
    tables: new Map(scans.map((scan) => [scan.name, scan.table])),
    temps: new Map(),
    shared: new Map(),
  };
  let last: Units = NO_UNITS;
  for (const stage of stages) {
    if (stage.kind === 'rest') return NO_UNITS;
    if (stage.kind === 'host') {
      // Columns that are only carried along keep their names.
      reading.temps.set(stage.into, unitsOfRel(stage.input, reading));
      continue;
    }
    for (const { id, rel } of stage.shared) reading.shared.set(id, unitsOfRel(rel, reading));
    last = unitsOfRel(stage.rel, reading);
    if (stage.into !== undefined) reading.temps.set(stage.into, last);
  }
  return last;
}

/**
 * The unit of each column of a result: that of the columns it is computed of, as the tables declare them (the sum of bytes
 * is bytes), else what its name says.
 */
export function unitsOf(plan: Plan, columns: readonly BoundColumn[]): readonly Unit[] {
  const computed = planUnits(plan);
  return columns.map((column) => {
    const unit = computed.get(column.name) ?? 'none';
    if (unit !== 'none') return unit;
    for (const { table } of plan.scans) {
      const declared = tablesByName.get(table)?.columns.find((c) => c.name === column.name);
      if (declared && declared.type === column.type) return declared.unit;
    }
    const isNumber = column.type === 'long' || column.type === 'int' || column.type === 'real';
    return (isNumber && BY_NAME.find(([pattern]) => pattern.test(column.name))?.[1]) || 'none';
  });
}
