import { RefusalError, refuse } from '../../refusal.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  flowOf,
  freeName,
  fresh,
  keep,
  long,
  NOWHERE,
  numberRows,
  select,
  type Translation,
  text,
} from '../flow.ts';
import { LATE_PLUGINS } from '../late.ts';
import { lower } from '../lower.ts';
import type { JoinColumn, JoinTest, PlanExpr, Rel, SelectItem } from '../plan.ts';
import { RELATIONAL_PLUGINS } from '../plugins/index.ts';
import { type Evaluate, type Plugin, scalars } from '../plugins/relate.ts';
import { REASONS } from '../reasons.ts';
import { where } from './basic.ts';
import type { OperatorTable } from './operator.ts';

/** How addresses of a family are compared: as numbers, or as texts of one length. */
interface Family {
  readonly type: 'long' | 'string';
  readonly address: string;
  readonly first: string;
  readonly last: string;
}

const IPV4: Family = {
  type: 'long',
  address: 'parse_ipv4',
  first: 'parse_ipv4',
  last: '$ipv4_last',
};
const IPV6: Family = {
  type: 'string',
  address: 'parse_ipv6',
  first: '$ipv6_first',
  last: '$ipv6_last',
};

/**
 * Adds the columns of the networks that an address is in:
 * `ipv4_lookup(Networks, Address, Network, keys…, return_unmatched)`, and the same for IPv6.
 */
function addressLookup(family: Family, flow: Flow, o: Evaluate, t: Translation): Flow {
  const table = o.args[0];
  if (table?.kind !== 'table') return refuse(`${o.plugin} without a table`, o.at);
  const [address, network, ...more] = scalars(o, 1);
  if (!address || !network) return refuse(`${o.plugin} without its columns`, o.at);
  const keepsAll = more.some((m) => m.kind === 'literal' && m.type === 'bool' && m.value === true);
  const keys = more.filter((m) => m.kind === 'column');
  const right = t.translators.pipe(table.pipe, t, false);
  const { type } = family;
  const [ip, low, high] = [fresh(t, 'ip'), fresh(t, 'low'), fresh(t, 'high')];
  const left = addHidden(flow, [
    { name: ip, type, expr: call(family.address, type, lower(address, { flow, t })) },
  ]);
  const range = lower(network, { flow: right, t });
  const networks = addHidden(right, [
    { name: low, type, expr: call(family.first, type, range) },
    { name: high, type, expr: call(family.last, type, range) },
  ]);
  const on: JoinTest[] = [
    ...keys.map((k) => ({ left: lower(k, { flow, t }), right: lower(k, { flow: right, t }) })),
    { left: column(ip, type), right: column(low, type), op: '>=' as const },
    { left: column(ip, type), right: column(high, type), op: '<=' as const },
  ];
  const taken = new Set(flow.visible.map((c) => c.name));
  const take: JoinColumn[] = flow.visible.map((c) => ({ ...c, side: 'left', source: c.name }));
  const keyNames = new Set(keys.map((k) => (k.kind === 'column' ? k.name : '')));
  for (const c of right.visible) {
    if (keyNames.has(c.name)) continue;
    const name = freeName(c.name, taken);
    taken.add(name);
    take.push({ name, type: c.type, side: 'right', source: c.name });
  }
  const columns = take.map(({ name, type }) => ({ name, type }));
  const rel: Rel = {
    op: 'join',
    kind: keepsAll ? 'left' : 'inner',
    left: left.rel,
    right: networks.rel,
    on,
    take,
    columns,
  };
  const joined: Flow = {
    ...flow,
    rel,
    visible: columns,
    order: [],
    open: [...flow.open, ...right.open],
  };
  const items = take.map(
    (c): SelectItem =>
      keepsAll && c.side === 'right' && c.type === 'string'
        ? {
            name: c.name,
            type: c.type,
            expr: {
              kind: 'call',
              name: '$text',
              args: [column(c.name, c.type)],
              type: 'string',
              at: NOWHERE,
            },
          }
        : keep(c),
  );
  return select(joined, items);
}

/** A row per cell: its row, its column's name, its value as text. */
function narrow(flow: Flow, _o: Evaluate, t: Translation): Flow {
  const numbered = numberRows(flow, t);
  const row = column(numbered.order[0]!.column, 'long');
  const inputs = flow.visible.map((c, i): Rel => {
    const value = column(c.name, c.type);
    const items: SelectItem[] = [
      { name: 'Row', type: 'long', expr: call('-', 'long', row, long(1)) },
      { name: 'Column', type: 'string', expr: text(c.name) },
      {
        name: 'Value',
        type: 'string',
        expr: c.type === 'string' ? value : call('tostring', 'string', value),
      },
      { name: '$place', type: 'long', expr: long(i) },
    ];
    return {
      op: 'select',
      input: numbered.rel,
      items,
      columns: items.map(({ name, type }) => ({ name, type })),
    };
  });
  const [first] = inputs;
  if (!first) return flow;
  const rel: Rel = { op: 'union', inputs, columns: first.columns };
  const order = ['Row', '$place'].map((name) => ({
    column: name,
    isDescending: false,
    nulls: 'last' as const,
  }));
  return { ...flowOf(rel, first.columns.slice(0, 3)), order };
}

/** Rows at most so many places before or after a row that meets a condition: `rows_near(condition, n, after)`. */
function rowsNear(flow: Flow, o: Evaluate, t: Translation): Flow {
  const [condition, before, after, ...keys] = scalars(o, 0);
  if (!condition || !before || keys.length > 0)
    return refuse('rows_near with these arguments', o.at);
  if (!flow.isSerialized)
    return refuse('rows_near', o.at, 'needs rows in order: put serialize, sort or top before it');
  const numbered = numberRows(flow, t);
  const [test, near] = [fresh(t, 'test'), fresh(t, 'near')];
  const tested = addHidden(numbered, [
    { name: test, type: 'bool', expr: lower(condition, { flow: numbered, t }) },
  ]);
  const [from, to] = [lower(before, { flow, t }), lower(after ?? before, { flow, t })];
  const window: PlanExpr = {
    kind: 'window',
    name: '$near',
    args: [column(test, 'bool'), to, from],
    partition: [],
    order: numbered.order,
    type: 'bool',
    at: o.at,
  };
  const found = where(
    addHidden(tested, [{ name: near, type: 'bool', expr: window }]),
    column(near, 'bool'),
  );
  return select(found, flow.visible.map(keep));
}

const PLUGINS: Readonly<Record<string, Plugin>> = {
  identity: (flow) => flow,
  ...RELATIONAL_PLUGINS,
  ipv4_lookup: (flow, o, t) => addressLookup(IPV4, flow, o, t),
  ipv6_lookup: (flow, o, t) => addressLookup(IPV6, flow, o, t),
  narrow,
  rows_near: rowsNear,
};

/** Plug-ins that reach for something outside of Weir. */
const OUTSIDE =
  /_request(_post)?$|^(external_datatable|execute_query|execute_show_command|infer_storage_schema.*|ai_.*)$/;

/** Every plug-in of `evaluate` that Weir runs, by name. */
export const PLUGIN_NAMES: readonly string[] = [...Object.keys(PLUGINS), ...LATE_PLUGINS]
  .filter((name) => !name.startsWith('$'))
  .sort();

/** Why a plug-in of the language is not run. */
function refusePlugin(o: Evaluate): never {
  if (OUTSIDE.test(o.plugin))
    throw new RefusalError(
      'external-refused',
      `The plug-in ${o.plugin} reaches for something outside of Weir, which is not allowed.`,
      o.at,
    );
  return refuse(`evaluate ${o.plugin}`, o.at, REASONS[o.plugin]);
}

export const evaluateOperators: OperatorTable = {
  evaluate: (flow, o, t) => {
    const plugin = PLUGINS[o.plugin];
    return plugin ? plugin(flow, o, t) : refusePlugin(o);
  },
};
