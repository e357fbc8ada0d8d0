import type { KqlType } from '../../../schema/index.ts';
import type { BoundColumn } from '../../bound/expr.ts';
import { column, type Flow, flowOf, freeName, nothing, select, tableOf, text } from '../flow.ts';
import type { PlanExpr, SelectItem } from '../plan.ts';
import type { OperatorTable } from './operator.ts';

interface Input {
  readonly name: string;
  readonly flow: Flow;
}

/** The columns of a union: a name with several types gives one column per type, `x_long`, `x_string`. */
function unionColumns(
  inputs: readonly Input[],
  mode: 'inner' | 'outer',
): { column: BoundColumn; name: string }[] {
  const seen = new Map<string, KqlType[]>();
  for (const { flow } of inputs)
    for (const c of flow.visible) {
      const types = seen.get(c.name) ?? [];
      if (!types.includes(c.type)) types.push(c.type);
      seen.set(c.name, types);
    }
  const out: { column: BoundColumn; name: string }[] = [];
  for (const [name, types] of seen) {
    const isEverywhere = inputs.every(({ flow }) => flow.visible.some((c) => c.name === name));
    if (mode === 'inner' && !isEverywhere) continue;
    for (const type of types)
      out.push({ column: { name, type }, name: types.length === 1 ? name : `${name}_${type}` });
  }
  return out;
}

/** All rows of all inputs; columns that an input lacks are empty there. */
export function translateUnion(
  inputs: readonly Input[],
  mode: 'inner' | 'outer',
  withSource: string | null,
): Flow {
  const columns = unionColumns(inputs, mode);
  const taken = new Set(columns.map((c) => c.name));
  const sourceName = withSource === null ? null : freeName(withSource, taken);
  const rels = inputs.map(({ name, flow }) => {
    const items = columns.map(({ column: c, name: as }): SelectItem => {
      const has = flow.visible.some((v) => v.name === c.name && v.type === c.type);
      const expr: PlanExpr = has ? column(c.name, c.type) : nothing(c.type);
      return { name: as, type: c.type, expr };
    });
    const source: SelectItem[] =
      sourceName === null ? [] : [{ name: sourceName, type: 'string', expr: text(name) }];
    return select({ ...flow, order: [], per: [] }, [...source, ...items]).rel;
  });
  const visible = [
    ...(sourceName === null ? [] : [{ name: sourceName, type: 'string' as const }]),
    ...columns.map((c) => ({ name: c.name, type: c.column.type })),
  ];
  const [only] = rels;
  const flow =
    rels.length === 1 && only
      ? flowOf(only)
      : rels.length === 0
        ? flowOf({ op: 'values', rows: [], columns: visible })
        : flowOf({ op: 'union', inputs: rels, columns: visible });
  return { ...flow, open: [...new Set(inputs.flatMap((i) => i.flow.open))] };
}

export const unionOperators: OperatorTable = {
  union: (flow, o, t) =>
    translateUnion(
      [
        { name: tableOf(flow, t) ?? 'union_arg0', flow },
        ...o.inputs.map((i) => ({ name: i.name, flow: t.translators.pipe(i.pipe, t, false) })),
      ],
      o.mode,
      o.withSource ?? null,
    ),
};
