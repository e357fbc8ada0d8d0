import type { KqlType } from '#core/schema/index.ts';
import { type BuiltIn, type BuiltInParameter, builtIns } from '../kusto.ts';
import type { Tape } from '../oracle/tape.ts';
import { LITERALS, NAMES, spelled, TEXTS } from './hostile.ts';

/** Random queries that mostly bind: every operator, and every function with arguments of the types it declares. */

const COLUMNS: Readonly<Partial<Record<KqlType, readonly string[]>>> = {
  datetime: ['TimeGenerated'],
  string: ['Host'],
  long: ['Bytes'],
  dynamic: ['Extra', 'Extra.a', 'Extra["b c"][0]'],
};

const CLASSES: Readonly<Record<string, readonly KqlType[]>> = {
  Integer: ['long', 'int'],
  Number: ['long', 'real', 'int'],
  NumberOrBool: ['long', 'bool'],
  Summable: ['long', 'real', 'timespan'],
  Orderable: ['long', 'datetime', 'real'],
  CommonOrderable: ['long'],
  DynamicArray: ['dynamic'],
  DynamicBag: ['dynamic'],
  StringOrDynamic: ['string', 'dynamic'],
  StringOrArray: ['string', 'dynamic'],
  IntegerOrArray: ['long', 'dynamic'],
  NotDynamic: ['string', 'long', 'datetime'],
  NotRealOrBool: ['string', 'long'],
  CommonScalar: ['long'],
  CommonScalarOrDynamic: ['long'],
};
const ANY: readonly KqlType[] = [
  'long',
  'string',
  'dynamic',
  'real',
  'datetime',
  'bool',
  'timespan',
];

function isType(name: string): name is KqlType {
  return Object.hasOwn(LITERALS, name);
}

function typesOf(takes: string): readonly KqlType[] {
  return isType(takes) ? [takes] : (CLASSES[takes] ?? ANY);
}

let known: { readonly functions: BuiltIn[]; readonly aggregates: BuiltIn[] } | null = null;
function calls() {
  known ??= {
    functions: builtIns().filter((b) => b.kind === 'function'),
    aggregates: builtIns().filter((b) => b.kind === 'aggregate'),
  };
  return known;
}

function argument(p: BuiltInParameter, tape: Tape, depth: number): string {
  if (p.takes === 'type') return `typeof(${tape.pick(ANY)})`;
  const type = tape.pick(typesOf(p.takes));
  return p.isConstant ? tape.pick(LITERALS[type]) : value(type, tape, depth);
}

function call(fn: BuiltIn, tape: Tape, depth: number): string {
  const signature = tape.pick(fn.signatures) ?? [];
  const args = signature.flatMap((p) =>
    tape.times(p.least, Math.min(p.most, p.least + 1), () => argument(p, tape, depth - 1)),
  );
  return `${fn.name}(${args.join(', ')})`;
}

function value(type: KqlType, tape: Tape, depth: number): string {
  const columns = COLUMNS[type] ?? [];
  const kind = tape.below(depth > 0 ? 4 : 2);
  if (kind === 0 && columns.length > 0) return tape.pick(columns);
  if (kind < 2) return tape.pick(LITERALS[type]);
  return scalar(tape, depth);
}

function scalar(tape: Tape, depth: number): string {
  return call(tape.pick(calls().functions), tape, depth);
}

const TESTS = [
  '==',
  '!=',
  '=~',
  '!~',
  'has',
  '!has',
  'has_cs',
  'hasprefix',
  'hassuffix_cs',
  'contains',
  '!contains_cs',
  'startswith',
  'endswith',
  'matches regex',
] as const;

function condition(tape: Tape): string {
  const text = tape.pick(LITERALS.string);
  const left = tape.pick(['Host', 'Extra.a', 'tostring(Extra)', 'Bytes', 'TimeGenerated']);
  switch (tape.below(6)) {
    case 0:
      return `Host ${tape.pick(TESTS)} ${text}`;
    case 1:
      return `${left} ${tape.pick(['in', '!in', 'in~', 'has_any', 'has_all'])} (${text}, ${tape.pick(LITERALS.string)})`;
    case 2:
      return `${left} ${tape.pick(['==', '<', '>=', '!='])} ${scalar(tape, 1)}`;
    case 3:
      return `Host ${tape.pick(TESTS)} tostring(${scalar(tape, 1)})`;
    case 4:
      return `not(${condition(tape)}) or (${condition(tape)})`;
    default:
      return `Bytes between (${tape.pick(LITERALS.long)} .. ${tape.pick(LITERALS.long)})`;
  }
}

const name = (tape: Tape) => tape.pick(NAMES);
const text = (tape: Tape) => spelled(tape.pick(TEXTS), tape.below(4));
const aggregate = (tape: Tape) => call(tape.pick(calls().aggregates), tape, 1);

const ENDS = ['Host', 'Bytes', 'tostring(Extra)', 'TimeGenerated'] as const;
const EDGES = ['-[e]->', '<-[e]-', '-[e]-', '-[e*0..2]->', '<-[e*1..3]-', '-[e*2..2]-'] as const;

/** A graph whose elements and properties have hostile names. */
function graph(tape: Tape): string {
  const [node, id] = [name(tape), name(tape)];
  const ask = tape.pick([
    `graph-match cycles=${tape.pick(['all', 'none', 'unique_edges'])} (${node})${tape.pick(EDGES)}(b)-->(c) where e.Bytes > 0 or b.${id} != ${text(tape)} project b.${id}, map(e, Host), node_degree_in(${node}), labels(e)`,
    `graph-match (${node})${tape.pick(EDGES)}(b) where any(e, ${condition(tape)}) project ${node}.${id}, map(inner_nodes(e), node_id())`,
    `graph-shortest-paths output=${tape.pick(['any', 'all'])} (${node})-[e*1..3]-(b) project ${node}.${id}, e.Host`,
    `graph-mark-components kind=${tape.pick(['weak', 'strong'])} with_component_id=${name(tape)} | graph-to-table nodes with_node_id=${node}`,
    'graph-to-table edges with_source_id=s',
  ]);
  return `make-graph Host --> ${tape.pick(['Host', 'Named'])} with_node_id=${id} | ${ask}`;
}

const OPERATORS: readonly ((tape: Tape) => string)[] = [
  (t) => `extend Named = ${t.pick(ENDS)} | ${graph(t)}`,
  (t) => `top-nested 2 of Host with others=${text(t)} by ${name(t)} = sum(Bytes)`,
  (t) => `reduce kind=source by Host with characters=${text(t)}`,
  (t) => `where ${condition(t)}`,
  (t) => `extend ${name(t)} = ${scalar(t, 2)}`,
  (t) => `project Host, Bytes, TimeGenerated, Extra, ${name(t)} = ${scalar(t, 2)}`,
  (t) =>
    `summarize ${name(t)} = ${aggregate(t)} by ${t.pick(['Host', 'bin(TimeGenerated, 1h)', 'Bytes', name(t)])}`,
  (t) => `summarize ${aggregate(t)}, count()`,
  (t) => `project-rename ${name(t)} = Bytes`,
  (t) => `project-away ${t.pick(['Bytes', 'B*', name(t)])}`,
  (t) =>
    `sort by ${t.pick(['Bytes', 'Host asc', 'tostring(Extra) desc nulls first'])} | extend ${name(t)} = ${t.pick(['prev(Host)', 'row_number()', 'row_cumsum(Bytes)', 'next(Bytes, 2, 7)'])}`,
  (t) => `top ${t.pick(LITERALS.long)} by Bytes`,
  (t) => `take ${t.pick(['0', '1', '-1', '9223372036854775807'])}`,
  (t) => `distinct Host, ${t.pick(['Bytes', '*'])}`,
  (t) =>
    `join kind=${t.pick(['inner', 'leftouter', 'fullouter', 'leftanti', 'rightsemi'])} (Events | extend ${name(t)} = Host) on ${t.pick(['Host', 'Bytes', '$left.Host == $right.Host'])}`,
  (t) => `lookup (Events | project Host, ${name(t)} = Bytes) on Host`,
  (t) => `union withsource=${name(t)} Events, (Events | project ${name(t)} = Extra)`,
  (t) => `mv-expand ${name(t)} = Extra${t.pick(['', ' to typeof(long)', ' limit 3'])}`,
  (t) => `mv-apply ${name(t)} = Extra on (take 1)`,
  (t) =>
    `parse ${t.pick(['', 'kind=relaxed ', 'kind=regex '])}Host with * ${text(t)} ${name(t)}:${t.pick(ANY)} ${text(t)} *`,
  (t) =>
    `parse-kv Host as (${name(t)}:string, b:long) with (pair_delimiter=${text(t)}, kv_delimiter=${text(t)})`,
  (t) =>
    `make-series ${name(t)} = ${t.pick(['count()', 'sum(Bytes)'])} default=${t.pick(LITERALS.long)} on TimeGenerated from datetime(2026-03-04) to datetime(2026-03-05) step ${t.pick(['1h', '7m', '0s', '-1h', '1tick'])} by Host`,
  (t) => `evaluate bag_unpack(Extra, ${text(t)})`,
  (t) => `evaluate pivot(Host, ${t.pick(['count()', 'max(Bytes)'])})`,
  () => 'evaluate narrow()',
  (t) => `search ${text(t)}`,
  (t) => `top-nested ${t.pick(['2', '0'])} of Host with others=${text(t)} by count()`,
  (t) => `project-reorder ${name(t)}, *`,
  () => 'partition by Host (top 1 by Bytes)',
  (t) => `extend ${name(t)} = toscalar(Events | summarize ${aggregate(t)})`,
  (t) => `as ${name(t)} | render timechart with (title=${text(t)})`,
  () => 'getschema',
  () => 'serialize',
];

const LETS: readonly ((tape: Tape) => string)[] = [
  (t) => `let v = ${scalar(t, 1)};`,
  (t) => `let ${name(t)} = Events | where ${condition(t)};`,
  (t) => `let f = (p:string, q:long = ${t.pick(LITERALS.long)}) { strcat(p, q) };`,
  (t) => `// ${t.pick(TEXTS).replaceAll('\n', '')}`,
  (t) => `set ${t.pick(['notruncation', 'truncationmaxrecords=1', 'best_effort'])};`,
];

/** A query that is mostly right in grammar and hostile in everything it names. */
export function randomQuery(tape: Tape): string {
  const lets = tape.times(0, 1, () => tape.pick(LETS)(tape));
  const source = tape.pick([
    'Events',
    'Events',
    'Open_CL',
    `print Host = ${text(tape)}, Bytes = 1, TimeGenerated = now(), Extra = dynamic({})`,
    'RecentEvents(ago(1h))',
  ]);
  const operators = tape.times(1, 3, () => tape.pick(OPERATORS)(tape));
  return [...lets, [source, ...operators].join('\n| ')].join('\n');
}
