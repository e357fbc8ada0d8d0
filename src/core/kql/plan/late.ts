import type { BoundQuery, Expr, Operator, Pipe } from '../bound/expr.ts';
import { refuse } from '../refusal.ts';
import { type Flow, keep, select, type Translation } from './flow.ts';
import { REDUCED } from './hosts.ts';
import { lower } from './lower.ts';
import type { HostParams, PlanExpr, Rel } from './plan.ts';

/** Plug-ins whose columns depend on the data, unless the query lists them. */
export const LATE_PLUGINS: ReadonlySet<string> = new Set([
  'bag_unpack',
  'pivot',
  'basket',
  'autocluster',
  'diffpatterns',
  '$reduce',
]);

type Evaluate = Extract<Operator, { op: 'evaluate' }>;

export interface LateLet {
  readonly id: string;
  readonly pipe: Pipe;
  readonly evaluate: Evaluate;
}

function isLate(o: Operator): o is Evaluate {
  return o.op === 'evaluate' && LATE_PLUGINS.has(o.plugin);
}

/**
 * Moves every pipeline up to an operator with late columns into a let of its own, so that the planner can run it first.
 * Lets come in the order in which they have to run.
 */
export function lateLets(query: BoundQuery): { query: BoundQuery; late: LateLet[] } {
  const late: LateLet[] = [];
  const lets: { id: string; name: string; pipe: Pipe }[] = [];
  const hoist = (pipe: Pipe): Pipe => {
    const inner = walkPipe(pipe);
    const at = inner.operators.findIndex(isLate);
    const evaluate = inner.operators[at];
    if (!evaluate || !isLate(evaluate)) return inner;
    const id = `${evaluate.plugin}${evaluate.at.start}_${late.length + 1}`;
    const before: Pipe = {
      source: inner.source,
      operators: inner.operators.slice(0, at),
      at: inner.at,
    };
    late.push({ id, pipe: before, evaluate });
    lets.push({ id, name: id, pipe: { ...before, operators: [...before.operators, evaluate] } });
    return hoist({
      source: { kind: 'let', id, at: evaluate.at },
      operators: inner.operators.slice(at + 1),
      at: inner.at,
    });
  };
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    if (isPipe(value)) return hoist(value);
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v)]));
  };
  const walkPipe = (pipe: Pipe): Pipe => ({
    source: walk(pipe.source) as Pipe['source'],
    operators: pipe.operators.map((o) => walk(o) as Operator),
    at: pipe.at,
  });
  if (!JSON.stringify(query).includes('"op":"evaluate"')) return { query, late };
  for (const l of query.lets) {
    const pipe = hoist(l.pipe);
    lets.push({ ...l, pipe });
  }
  const pipe = hoist(query.pipe);
  return { query: { ...query, lets, pipe }, late };
}

function isPipe(value: object): value is Pipe {
  return 'source' in value && 'operators' in value;
}

/** The relation a late operator reads, and what its host code is told. */
export function translateLate(
  late: LateLet,
  t: Translation,
): { host: string; input: Rel; params: HostParams } {
  const flow = t.translators.pipe(late.pipe, t, false);
  const read = HOSTS[late.evaluate.plugin];
  if (!read) return refuse(`evaluate ${late.evaluate.plugin}`, late.evaluate.at);
  const { input, params } = read(select(flow, flow.visible.map(keep)), late.evaluate, t);
  return {
    host: late.evaluate.plugin,
    input: select({ ...input, order: [], per: [] }, input.visible.map(keep)).rel,
    params,
  };
}

type LateReader = (flow: Flow, o: Evaluate, t: Translation) => { input: Flow; params: HostParams };

function scalar(arg: Evaluate['args'][number] | undefined): Expr | undefined {
  return arg && arg.kind !== 'table' ? arg : undefined;
}

function columnName(o: Evaluate, index: number): string {
  const arg = scalar(o.args[index]);
  if (arg?.kind === 'column') return arg.name;
  return refuse(`${o.plugin}() without a column`, o.at);
}

function textArg(o: Evaluate, index: number): string | null {
  const arg = scalar(o.args[index]);
  return arg?.kind === 'literal' && typeof arg.value === 'string' ? arg.value : null;
}

function names(o: Evaluate, index: number): readonly string[] {
  const text = textArg(o, index);
  if (text === null) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((x) => typeof x === 'string') : [];
  } catch {
    return [];
  }
}

function numberArg(o: Evaluate, index: number): number | null {
  const arg = scalar(o.args[index]);
  return arg?.kind === 'literal' && arg.value !== null && arg.type !== 'string'
    ? Number(arg.value)
    : null;
}

const patterns: LateReader = (flow, o) => ({
  input: flow,
  params: { first: numberArg(o, 0), third: numberArg(o, 2) },
});

const diffpatterns: LateReader = (flow, o) => {
  const number = (index: number) => (textArg(o, index) === '~' ? null : numberArg(o, index));
  const weight = scalar(o.args[3]);
  return {
    input: flow,
    params: {
      column: columnName(o, 0),
      weight: weight?.kind === 'column' ? weight.name : null,
      a: splitValue(o, 1),
      b: splitValue(o, 2),
      threshold: number(4),
      dimensions: number(5),
    },
  };
};

/** A value of the split column, as text. */
function splitValue(o: Evaluate, index: number): string {
  const arg = scalar(o.args[index]);
  return arg?.kind === 'literal' && arg.value !== null
    ? String(arg.value)
    : refuse(`${o.plugin}() without the two values to compare`, o.at);
}

/** `reduce by`: the texts, beside the rows where those are kept. */
const reduce: LateReader = (flow, o, t) => {
  const by = scalar(o.args[0]);
  if (!by) return refuse('reduce without a column', o.at);
  const value = lower(by, { flow, t });
  const asText: PlanExpr =
    value.type === 'string'
      ? value
      : { kind: 'call', name: 'tostring', args: [value], type: 'string', at: o.at };
  const kind = scalar(o.args[3]);
  const isSource = kind?.kind === 'literal' && kind.value === true;
  const rows = isSource ? flow.visible.map(keep) : [];
  return {
    input: select(flow, [...rows, { name: REDUCED, type: 'string', expr: asText }]),
    params: { threshold: numberArg(o, 1), characters: textArg(o, 2) ?? '', isSource },
  };
};

const HOSTS: Readonly<Record<string, LateReader>> = {
  $reduce: reduce,
  diffpatterns,
  basket: patterns,
  autocluster: patterns,
  bag_unpack: (flow, o) => ({
    input: flow,
    params: {
      column: columnName(o, 0),
      prefix: textArg(o, 1) ?? '',
      conflict: textArg(o, 2) ?? 'error',
      ignored: names(o, 3),
      schema: o.schema ?? [],
    },
  }),
  pivot: (flow, o, t) => {
    const column = columnName(o, 0);
    const aggregate = scalar(o.args[1]);
    const rest = o.args.slice(2).map((_, i) => columnName(o, i + 2));
    const name = aggregate?.kind === 'call' ? aggregate.name : 'count';
    const value =
      aggregate?.kind === 'call' && aggregate.args[0] && aggregate.args[0].kind !== 'star'
        ? lower(aggregate.args[0], { flow, t })
        : null;
    const others =
      rest.length > 0
        ? rest
        : flow.visible
            .map((c) => c.name)
            .filter((n) => n !== column && !(value?.kind === 'column' && value.name === n));
    const type =
      aggregate && aggregate.kind !== 'star' && aggregate.type !== 'unknown'
        ? aggregate.type
        : 'long';
    const input =
      value && value.kind !== 'column'
        ? select(flow, [
            ...flow.visible.map(keep),
            { name: '$value', type: value.type, expr: value },
          ])
        : flow;
    return {
      input,
      params: {
        column,
        aggregate: name,
        value: value ? (value.kind === 'column' ? value.name : '$value') : null,
        others,
        type,
        schema: o.schema ?? [],
      },
    };
  },
};
