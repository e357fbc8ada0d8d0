import type { KqlType } from '../../schema/index.ts';
import type { BoundColumn } from '../bound/expr.ts';
import { RefusalError } from '../refusal.ts';
import { clusters, differences, frequentPatterns, type Row } from '../runtime/patterns.ts';
import { learn } from '../runtime/templates.ts';
import { isBag, type Json, parseJson, textOf } from '../runtime/value.ts';
import { call, column, freeName, keep, long, NOWHERE, nothing, text } from './flow.ts';
import type { HostParams, JoinColumn, PlanExpr, Rel, SelectItem } from './plan.ts';

/** What a host stage may ask of the engine: rows of a relation over temporary ones, as values of JavaScript. */
export type Ask = (rel: Rel) => Promise<readonly (readonly unknown[])[]>;

export interface HostExpansion {
  /** True where there was nothing to learn columns from: what the query then names is null. */
  readonly isOpen?: boolean;
  readonly rel: Rel;
  readonly columns: readonly BoundColumn[];
}

type Temp = Extract<Rel, { op: 'temp' }>;
type Expander = (input: Temp, params: HostParams, ask: Ask) => Promise<HostExpansion>;

/** The column of texts that `reduce by` goes over. */
export const REDUCED = '$reduced';

/** More columns than this are a mistake, or an attack. */
const MAX_COLUMNS = 2000;

function textParam(params: HostParams, name: string): string {
  const value = params[name];
  return typeof value === 'string' ? value : '';
}

function isColumn(value: unknown): value is BoundColumn {
  return typeof value === 'object' && value !== null && 'name' in value && 'type' in value;
}

function columnsParam(params: HostParams, name: string): BoundColumn[] {
  const value = params[name];
  return Array.isArray(value) ? value.filter(isColumn) : [];
}

function textsParam(params: HostParams, name: string): string[] {
  const value = params[name];
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}

async function distinct(input: Temp, name: string, ask: Ask): Promise<unknown[]> {
  const found = input.columns.find((c) => c.name === name);
  if (!found) throw new RefusalError('semantic', `There is no column '${name}'.`, NOWHERE);
  const rel: Rel = {
    op: 'aggregate',
    input,
    by: [keep(found)],
    aggregates: [],
    order: [],
    columns: [found],
  };
  return (await ask(rel)).map((row) => row[0]);
}

function typeOfJson(value: Json): KqlType {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'long';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'real';
  return typeof value === 'string' ? 'string' : 'dynamic';
}

function meet(a: KqlType | undefined, b: KqlType): KqlType {
  if (a === undefined || a === b) return b;
  const isNumber = (x: KqlType) => x === 'long' || x === 'real';
  return isNumber(a) && isNumber(b) ? 'real' : 'dynamic';
}

const CONVERT: Readonly<Record<KqlType, string>> = {
  string: 'tostring',
  long: 'tolong',
  int: 'toint',
  real: 'toreal',
  bool: 'tobool',
  datetime: 'todatetime',
  timespan: 'totimespan',
  guid: 'toguid',
  decimal: 'todecimal',
  dynamic: '',
};

function as(type: KqlType, expr: PlanExpr): PlanExpr {
  const name = CONVERT[type];
  return name && expr.type !== type ? call(name, type, expr) : expr;
}

/** One column per key of the bags, in the order of the keys' names. */
const bagUnpack: Expander = async (input, params, ask) => {
  const source = textParam(params, 'column');
  const prefix = textParam(params, 'prefix');
  const conflict = textParam(params, 'conflict');
  const ignored = new Set(textsParam(params, 'ignored'));
  const types = new Map<string, KqlType>();
  for (const value of await distinct(input, source, ask)) {
    const bag = parseJson(typeof value === 'string' ? value : null);
    if (!isBag(bag)) continue;
    for (const [key, item] of Object.entries(bag)) {
      if (ignored.has(key)) continue;
      if (item !== null) types.set(key, meet(types.get(key), typeOfJson(item)));
      else if (!types.has(key)) types.set(key, 'dynamic');
      if (types.size > MAX_COLUMNS)
        throw new RefusalError(
          'unsupported',
          `bag_unpack would make more than ${MAX_COLUMNS} columns.`,
          NOWHERE,
        );
    }
  }
  const isReplaced = types.has(source) && textParam(params, 'prefix') === '';
  const rest = input.columns.filter((c) => c.name !== source || isReplaced);
  const schema = columnsParam(params, 'schema');
  const keys = [...types.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const bag = column(source, 'dynamic');
  const value = (key: string, type: KqlType) => as(type, call('[]', 'dynamic', bag, text(key)));
  const made = keys.map(
    (key): SelectItem => ({
      name: prefix + key,
      type: types.get(key)!,
      expr: value(key, types.get(key)!),
    }),
  );
  if (schema.length > 0) {
    const items = schema.map((c): SelectItem => {
      const own = rest.find((r) => r.name === c.name);
      return own
        ? keep(own)
        : { name: c.name, type: c.type, expr: value(c.name.slice(prefix.length), c.type) };
    });
    return selected(input, items);
  }
  const clash = made.find((m) => rest.some((r) => r.name === m.name && r.name !== source));
  if (clash && conflict !== 'replace_source' && conflict !== 'keep_source')
    throw new RefusalError(
      'semantic',
      `bag_unpack would make the column '${clash.name}' a second time. Give it a prefix, or columnsConflict.`,
      NOWHERE,
    );
  const kept = rest.map(
    (r): SelectItem =>
      conflict === 'replace_source' || r.name === source
        ? (made.find((m) => m.name === r.name) ?? keep(r))
        : keep(r),
  );
  const all = [...kept, ...made.filter((m) => !rest.some((r) => r.name === m.name))];
  return { ...selected(input, all), ...(types.size === 0 ? { isOpen: true } : {}) };
};

function selected(input: Temp, items: readonly SelectItem[]): HostExpansion {
  const columns = items.map(({ name, type }) => ({ name, type }));
  return { rel: { op: 'select', input, items, columns }, columns };
}

/** One column per value of the pivoted column, in the order of the values. */
const pivot: Expander = async (input, params, ask) => {
  const source = textParam(params, 'column');
  const name = textParam(params, 'aggregate') || 'count';
  const valueName = textParam(params, 'value');
  const others = textsParam(params, 'others').flatMap((o) =>
    input.columns.filter((c) => c.name === o),
  );
  const type = input.columns.find((c) => c.name === source)?.type ?? 'string';
  const texts = (await distinct(input, source, ask)).map((v) =>
    v === null || v === undefined
      ? ''
      : type === 'dynamic'
        ? textOf(parseJson(String(v)))
        : String(v),
  );
  const values = [...new Set(texts)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (values.length > MAX_COLUMNS)
    throw new RefusalError(
      'unsupported',
      `pivot would make more than ${MAX_COLUMNS} columns.`,
      NOWHERE,
    );
  const value = input.columns.find((c) => c.name === valueName);
  const resultType = textParam(params, 'type');
  const aggregateType: KqlType = resultType in CONVERT ? (resultType as KqlType) : 'long';
  const taken = new Set(others.map((o) => o.name));
  const key: PlanExpr = as('string', column(source, type));
  const aggregates = values.map((v): SelectItem => {
    const as2 = freeName(v, taken);
    taken.add(as2);
    const expr: PlanExpr = {
      kind: 'aggregate',
      name,
      args: value ? [column(value.name, value.type)] : [],
      filter: call('==', 'bool', key, text(v)),
      type: aggregateType,
      at: NOWHERE,
    };
    return { name: as2, type: aggregateType, expr };
  });
  const by = others.map(keep);
  const columns = [...by, ...aggregates].map(({ name: n, type: ty }) => ({ name: n, type: ty }));
  return { rel: { op: 'aggregate', input, by, aggregates, order: [], columns }, columns };
};

/** Rows with their counts, or the sums of their weights, columns as texts. */
async function countedRows(
  input: Temp,
  columns: readonly BoundColumn[],
  ask: Ask,
  weight?: BoundColumn,
): Promise<Row[]> {
  const by = columns.map(
    (c): SelectItem => ({
      name: c.name,
      type: 'string',
      expr: as('string', column(c.name, c.type)),
    }),
  );
  const weights = weight ? [as('real', column(weight.name, weight.type))] : [];
  const count: SelectItem = {
    name: '$count',
    type: weight ? 'real' : 'long',
    expr: {
      kind: 'aggregate',
      name: weight ? 'sum' : 'count',
      args: weights,
      type: weight ? 'real' : 'long',
      at: NOWHERE,
    },
  };
  const out = [...by, count].map(({ name, type }) => ({ name, type }));
  const rows = await ask({
    op: 'aggregate',
    input,
    by,
    aggregates: [count],
    order: [],
    columns: out,
  });
  return rows.map((r) => ({
    values: r.slice(0, -1).map((v) => String(v ?? '')),
    count: Number(r.at(-1)),
  }));
}

/** basket() and autocluster(): a row per pattern; '' stands where any value will do. */
function patternHost(kind: 'basket' | 'autocluster'): Expander {
  return async (input, params, ask) => {
    const columns = input.columns.filter(isDiscrete);
    const rows = await countedRows(input, columns, ask);
    const total = rows.reduce((s, r) => s + r.count, 0);
    const number = (name: string, fallback: number) =>
      typeof params[name] === 'number' ? params[name] : fallback;
    const found =
      kind === 'basket'
        ? frequentPatterns(rows, columns.length, number('first', 0.05), number('third', 5))
        : clusters(rows, columns.length, number('first', 0.5));
    const shape: BoundColumn[] = [
      { name: 'SegmentId', type: 'long' },
      { name: 'Count', type: 'long' },
      { name: 'Percent', type: 'real' },
      ...columns.map((c): BoundColumn => ({ name: c.name, type: c.type })),
    ];
    const cells = found.map((p, i): PlanExpr[] => [
      long(i),
      long(p.count),
      { kind: 'literal', type: 'real', value: (100 * p.count) / total, at: NOWHERE },
      ...patternCells(columns, p.values),
    ]);
    return { rel: { op: 'values', rows: cells, columns: shape }, columns: shape };
  };
}

/** diffpatterns(): a row per pattern that tells the two sets of rows apart. */
const diffpatterns: Expander = async (input, params, ask) => {
  const split = input.columns.find((c) => c.name === textParam(params, 'column'));
  if (!split) throw new RefusalError('semantic', 'There is no such column to split by.', NOWHERE);
  const weight = input.columns.find((c) => c.name === params['weight']);
  const columns = input.columns.filter((c) => c !== split && c !== weight && isDiscrete(c));
  const rows = await countedRows(input, [split, ...columns], ask, weight);
  const of = (value: string) =>
    rows.filter((r) => r.values[0] === value).map((r) => ({ ...r, values: r.values.slice(1) }));
  const number = (name: string, fallback: number) =>
    typeof params[name] === 'number' ? params[name] : fallback;
  const found = differences(
    of(textParam(params, 'a')),
    of(textParam(params, 'b')),
    columns.length,
    number('threshold', 0.05),
    number('dimensions', 5),
  );
  const real = (value: number): PlanExpr => ({ kind: 'literal', type: 'real', value, at: NOWHERE });
  const shape: BoundColumn[] = [
    ...['SegmentId', 'CountA', 'CountB'].map((name): BoundColumn => ({ name, type: 'long' })),
    ...['PercentA', 'PercentB', 'PercentDiffAB'].map(
      (name): BoundColumn => ({ name, type: 'real' }),
    ),
    ...columns,
  ];
  const cells = found.map((d, i): PlanExpr[] => [
    long(i),
    long(Math.round(d.countA)),
    long(Math.round(d.countB)),
    real(d.percentA),
    real(d.percentB),
    real(Math.abs(d.percentA - d.percentB)),
    ...patternCells(columns, d.values),
  ]);
  return { rel: { op: 'values', rows: cells, columns: shape }, columns: shape };
};

/** Columns of few kinds of values tell something. */
function isDiscrete(c: BoundColumn): boolean {
  return c.type !== 'datetime' && c.type !== 'timespan' && c.type !== 'real';
}

function patternCells(
  columns: readonly BoundColumn[],
  values: readonly (string | null)[],
): PlanExpr[] {
  return columns.map((c, k) => {
    const value = values[k];
    return value === null || value === undefined ? nothing(c.type) : as(c.type, text(value));
  });
}

const SHAPE: readonly BoundColumn[] = [
  { name: 'Pattern', type: 'string' },
  { name: 'Count', type: 'long' },
  { name: 'Representative', type: 'string' },
];

/** `reduce by`: a row per pattern of texts; or with `kind=source` the rows, each with its pattern. */
const reduce: Expander = async (input, params, ask) => {
  const texts = input.columns.filter((c) => c.name === REDUCED);
  const rows = await countedRows(input, texts, ask);
  const threshold = typeof params['threshold'] === 'number' ? params['threshold'] : 0.1;
  const characters = textParam(params, 'characters');
  const counted = rows.map((r) => ({ text: r.values[0] ?? '', count: r.count }));
  const taught = learn(counted, threshold, characters);
  const cells = taught.templates.map((f): PlanExpr[] => [
    text(f.pattern),
    long(f.count),
    text(f.representative),
  ]);
  const found: Rel = { op: 'values', rows: cells, columns: SHAPE };
  if (params['isSource'] !== true) return { rel: found, columns: SHAPE };
  const classified = call(
    '$template',
    'string',
    column(REDUCED, 'string'),
    text(JSON.stringify(taught)),
    text(characters),
  );
  const own = input.columns.filter((c) => c.name !== REDUCED);
  const left: Rel = {
    op: 'select',
    input,
    items: [...own.map(keep), { name: REDUCED, type: 'string', expr: classified }],
    columns: input.columns,
  };
  const taken = new Set(own.map((c) => c.name));
  const added = SHAPE.map((c): JoinColumn => {
    const name = freeName(c.name, taken);
    taken.add(name);
    return { name, type: c.type, side: 'right', source: c.name };
  });
  const take = [...own.map((c): JoinColumn => ({ ...c, side: 'left', source: c.name })), ...added];
  const columns = take.map(({ name, type }) => ({ name, type }));
  const on = [{ left: column(REDUCED, 'string'), right: column('Pattern', 'string') }];
  return { rel: { op: 'join', kind: 'inner', left, right: found, on, take, columns }, columns };
};

const EXPANDERS: Readonly<Record<string, Expander>> = {
  $reduce: reduce,
  diffpatterns,
  bag_unpack: bagUnpack,
  pivot,
  basket: patternHost('basket'),
  autocluster: patternHost('autocluster'),
};

/** Runs the code of a host stage: asks what it has to know, and says what the relation becomes. */
export function expandHost(
  host: string,
  input: Temp,
  params: HostParams,
  ask: Ask,
): Promise<HostExpansion> {
  const expander = EXPANDERS[host];
  if (!expander) throw new Error(`no such host stage: ${host}`);
  return expander(input, params, ask);
}
