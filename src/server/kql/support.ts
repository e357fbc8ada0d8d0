import {
  clickhouse,
  type HostFunction,
  type Plan,
  printStage,
  RefusalError,
} from '#core/kql/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import { makeCatalog } from './catalog.ts';
import { hostsByName } from './clickhouse-hosts.ts';
import { analyze, type BuiltIn, builtIns, operators, type SyntaxNode } from './kusto.ts';
import { compile, type Prepared, prepare } from './run.ts';

/**
 * What of the language runs where, found out by asking: each operator and function that the language service knows is
 * compiled for each engine, and what is printed tells whether JavaScript computes it.
 */
export type State = 'native' | 'JavaScript' | 'refused';

export interface Support {
  readonly group: 'operator' | 'comparison' | BuiltIn['kind'];
  readonly name: string;
  readonly duckdb: State;
  readonly clickhouse: State;
}

const TABLES = {
  T: [
    { name: 'At', type: 'datetime' },
    { name: 'S', type: 'string' },
    { name: 'L', type: 'long' },
    { name: 'R', type: 'real' },
    { name: 'B', type: 'bool' },
    { name: 'D', type: 'dynamic' },
    { name: 'P', type: 'timespan' },
    { name: 'I', type: 'int' },
    { name: 'G', type: 'guid' },
  ],
};

/** A query with each operator of tables, by the kind of its node. */
const SAMPLES: Readonly<Record<string, string>> = {
  AsOperator: 'T | as X',
  AssertSchemaOperator: 'T | project L | assert-schema (L:long)',
  ConsumeOperator: 'T | consume',
  CountOperator: 'T | count',
  DistinctOperator: 'T | distinct S',
  EvaluateOperator: 'T | evaluate narrow()',
  ExecuteAndCacheOperator: 'T | execute_and_cache',
  ExtendOperator: 'T | extend X = L',
  FacetOperator: 'T | facet by S',
  FilterOperator: 'T | where B',
  FindOperator: 'find in (T) where B',
  ForkOperator: 'T | fork (count) (take 1)',
  GetSchemaOperator: 'T | getschema',
  GraphMarkComponentsOperator:
    'T | make-graph S --> S with_node_id=N | graph-mark-components | graph-to-table nodes',
  GraphMatchOperator:
    'T | make-graph S --> S with_node_id=N | graph-match (a)-[e]->(b) project a.N',
  GraphShortestPathsOperator:
    'T | make-graph S --> S with_node_id=N | graph-shortest-paths (a)-[e*1..3]->(b) project a.N',
  GraphToTableOperator: 'T | make-graph S --> S with_node_id=N | graph-to-table nodes',
  GraphWhereEdgesOperator:
    'T | make-graph S --> S with_node_id=N | graph-where-edges L > 1 | graph-to-table edges',
  GraphWhereNodesOperator:
    'T | make-graph S --> S with_node_id=N | graph-where-nodes N == "" | graph-to-table edges',
  InvokeOperator: 'let f = (t:(L:long)) { t }; T | invoke f()',
  JoinOperator: 'T | join T on S',
  LookupOperator: 'T | lookup T on S',
  MacroExpandOperator: 'macro-expand entity_group [database("weir")] as X (X.T | take 1)',
  MakeGraphOperator: 'T | make-graph S --> S with_node_id=N | graph-to-table edges',
  MakeSeriesOperator: 'T | make-series count() on At from ago(1d) to now() step 1h',
  MvApplyOperator: 'T | mv-apply D on (take 1)',
  MvExpandOperator: 'T | mv-expand D',
  ParseKvOperator: 'T | parse-kv S as (a:string)',
  ParseOperator: 'T | parse S with "a" X',
  ParseWhereOperator: 'T | parse-where S with "a" X',
  PartitionByOperator: 'T | __partitionby S (take 1)',
  PartitionOperator: 'T | partition by S (take 1)',
  PrintOperator: 'print 1',
  ProjectAwayOperator: 'T | project-away L',
  ProjectByNamesOperator: 'T | project-by-names "L"',
  ProjectKeepOperator: 'T | project-keep L',
  ProjectOperator: 'T | project L',
  ProjectRenameOperator: 'T | project-rename X = L',
  ProjectReorderOperator: 'T | project-reorder L',
  RangeOperator: 'range x from 1 to 3 step 1',
  ReduceByOperator: 'T | reduce by S',
  RenderOperator: 'T | render table',
  SampleDistinctOperator: 'T | sample-distinct 2 of S',
  SampleOperator: 'T | sample 2',
  ScanOperator: 'T | sort by At asc | scan with (step a: true;)',
  SearchOperator: 'T | search "a"',
  SerializeOperator: 'T | serialize',
  SortOperator: 'T | sort by L',
  SummarizeOperator: 'T | summarize count()',
  TakeOperator: 'T | take 1',
  TopHittersOperator: 'T | top-hitters 2 of S',
  TopNestedOperator: 'T | top-nested 2 of S by count()',
  TopOperator: 'T | top 2 by L',
  UnionOperator: 'T | union T',
};

/** `MakeSeriesOperator` → `make-series`. */
function keyword(kind: string): string {
  const spelled: Readonly<Record<string, string>> = {
    FilterOperator: 'where',
    ReduceByOperator: 'reduce',
    PartitionByOperator: '__partitionby',
    GetSchemaOperator: 'getschema',
    ExecuteAndCacheOperator: 'execute_and_cache',
  };
  return (
    spelled[kind] ??
    kind
      .replace(/Operator$/, '')
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
      .toLowerCase()
  );
}

/** Kinds of operators whose sample is missing, or does not hold the operator: none. */
export function wrongSamples(): string[] {
  const { schema } = prepared();
  const holds = (node: SyntaxNode, kind: string): boolean =>
    node.kind === kind || node.elements().some((inner) => holds(inner, kind));
  return operators().tabular.filter(
    (kind) => !isInternal(keyword(kind)) && !holds(analyze(SAMPLES[kind] ?? '', schema).root, kind),
  );
}

let made: Prepared | undefined;
function prepared(): Prepared {
  made ??= prepare(makeCatalog({ tables: [], extra: { tables: TABLES } }));
  return made;
}

const options = { scanSql: () => '(SELECT 1)' };

function onDuckdb(plan: Plan): State {
  const usesJavaScript = plan.stages.some((stage) => {
    if (stage.kind !== 'sql') return true;
    const sql = printStage(stage, stage.rel.columns, options);
    return (sql.match(/weir_\w+/g) ?? []).some((name) => hostFunctions().has(name));
  });
  return usesJavaScript ? 'JavaScript' : 'native';
}

function onClickhouse(plan: Plan): State {
  const more = { ...options, hosts: hostFunctions(), prefix: 'weir' };
  try {
    const usesJavaScript = plan.stages.some((stage) => {
      if (stage.kind !== 'sql') return true;
      const { steps } = clickhouse.printClickhouseStage(stage, stage.rel.columns, more);
      return steps.some((step) => step.kind === 'host');
    });
    return usesJavaScript ? 'JavaScript' : 'native';
  } catch (error) {
    if (error instanceof RefusalError) return 'refused';
    throw error;
  }
}

let hosts: ReadonlyMap<string, HostFunction> | undefined;
function hostFunctions(): ReadonlyMap<string, HostFunction> {
  hosts ??= hostsByName();
  return hosts;
}

/** The state of the first of some queries that can be translated; a construct that is not supported ends the search. */
function supported(group: Support['group'], name: string, queries: readonly string[]): Support {
  for (const query of queries) {
    const compiled = compile(query, prepared(), { now: 0 });
    if (compiled.ok)
      return {
        group,
        name,
        duckdb: onDuckdb(compiled.plan),
        clickhouse: onClickhouse(compiled.plan),
      };
    if (compiled.refusal.code === 'unsupported') break;
  }
  return { group, name, duckdb: 'refused', clickhouse: 'refused' };
}

const VALUES: Readonly<Record<KqlType, readonly [column: string, constant: string]>> = {
  string: ['S', '"a"'],
  long: ['L', '1'],
  int: ['I', '1'],
  real: ['R', '1.5'],
  bool: ['B', 'true'],
  datetime: ['At', 'datetime(2024-01-02)'],
  timespan: ['P', '1h'],
  dynamic: ['D', 'dynamic([1])'],
  guid: ['G', 'guid(74be27de-1e4e-49d9-b579-fe0b331d3642)'],
  decimal: ['todecimal(R)', 'decimal(1.5)'],
};

const CLASSES: Readonly<Record<string, KqlType>> = {
  Integer: 'long',
  Number: 'real',
  NumberOrBool: 'long',
  Summable: 'long',
  Orderable: 'long',
  CommonOrderable: 'long',
  DynamicArray: 'dynamic',
  DynamicBag: 'dynamic',
  IntegerOrArray: 'long',
  CommonScalar: 'long',
  CommonScalarOrDynamic: 'long',
};

function isType(name: string): name is KqlType {
  return Object.hasOwn(VALUES, name);
}

/** Calls of a function with columns where those may stand, then with constants where a place takes nothing else. */
function callsOf(fn: BuiltIn): string[] {
  return fn.signatures.flatMap((signature) =>
    [0, 1, 2].map((looseness) => {
      const args = signature.flatMap((p) => {
        if (p.takes === 'type') return p.least > 0 ? ['typeof(long)'] : [];
        const type = isType(p.takes) ? p.takes : (CLASSES[p.takes] ?? 'string');
        const [column, constant] = VALUES[type];
        const shown = p.isConstant || (looseness === 1 && column !== 'S') || looseness === 2;
        return Array.from({ length: p.least }, () => (shown ? constant : column));
      });
      return `${fn.name}(${args.join(', ')})`;
    }),
  );
}

/** Calls that arguments of the right types do not make yet. */
const CALLS: Readonly<Record<string, string>> = {
  activity_engagement: 'activity_engagement(L, At, ago(2d), now(), 1d, 2d)',
  assert: 'assert(B, "a")',
  bin_auto: 'bin_auto(L)',
  column_names_of: 'column_names_of(T)',
  datepart: 'datepart("day", At)',
  datetime_add: 'datetime_add("day", 1, At)',
  datetime_diff: 'datetime_diff("day", At, At)',
  datetime_part: 'datetime_part("day", At)',
  diffpatterns: 'diffpatterns(S, "a", "b")',
  extract_all: 'extract_all("(a)", S)',
  extractall: 'extractall("(a)", S)',
  format_timespan: 'format_timespan(P, "hh")',
  geo_line_lookup: 'geo_line_lookup(T, D, L, L, 1.0)',
  geo_polygon_lookup: 'geo_polygon_lookup(T, D, L, L)',
  ipv4_lookup: 'ipv4_lookup(T, S, S)',
  ipv6_lookup: 'ipv6_lookup(T, S, S)',
  new_activity_metrics: 'new_activity_metrics(L, At, ago(2d), now(), 1d)',
  rolling_percentile: 'rolling_percentile(L, 50, At, 1d, 3)',
  rows_near: 'rows_near(S == "a", 2)',
  sequence_detect: 'sequence_detect(At, 1h, 1d, a = (S == "a"), b = (S == "b"), L)',
  table: 'table("T")',
};

const MATCH = 'T | make-graph S --> S with_node_id=N | graph-match (a)-[e*1..2]->(b)';

/** Functions that stand in one place only. */
const IN_PLACE: Readonly<Record<string, string>> = {
  cluster: 'cluster("weir").database("weir").T | take 1',
  database: 'database("weir").T | take 1',
  all: `${MATCH} where all(e, L > 1) project a.N`,
  any: `${MATCH} where any(e, L > 1) project a.N`,
  current_node_id: `${MATCH} project X = map(inner_nodes(e), current_node_id())`,
  inner_nodes: `${MATCH} project X = map(inner_nodes(e), N)`,
  labels: `${MATCH} project X = labels(a)`,
  map: `${MATCH} project X = map(e, L)`,
  node_degree_in: `${MATCH} project X = node_degree_in(a)`,
  node_degree_out: `${MATCH} project X = node_degree_out(a)`,
  node_id: `${MATCH} project X = node_id(a)`,
};

function queriesOf(fn: BuiltIn): string[] {
  const whole = fn.kind === 'function' ? IN_PLACE[fn.name] : undefined;
  if (whole) return [whole];
  const own = CALLS[fn.name];
  const calls = own ? [own] : [...new Set(callsOf(fn))];
  if (fn.kind === 'plugin') return calls.map((c) => `T | sort by At asc | evaluate ${c}`);
  if (fn.kind === 'aggregate') return calls.map((c) => `T | summarize X = ${c}`);
  const settings = fn.name === 'bin_auto' ? 'set query_bin_auto_size = 1; ' : '';
  return calls.flatMap((c) => [`${settings}T | serialize | extend X = ${c}`, `${c} | take 1`]);
}

const OPERANDS: Readonly<Record<string, string>> = {
  between: 'L between (1 .. 2)',
  '!between': 'L !between (1 .. 2)',
  and: 'B and B',
  or: 'B or B',
};

function comparison(name: string): string {
  const own = OPERANDS[name];
  if (own) return own;
  if (/^[-+*/%<>]/.test(name)) return `L ${name} L`;
  return /in~?$|_any$|_all$/.test(name) && !/^matches/.test(name)
    ? `S ${name} ("a", "b")`
    : `S ${name} "a"`;
}

/** What is no part of the language that people write: the service's own helpers and services of its cloud. */
const isInternal = (name: string) => name.startsWith('__') || name === 'execute_and_cache';

/** Everything that the language service knows, with its state per engine, by group and name. */
export function languageSupport(): Support[] {
  const { tabular, scalar } = operators();
  const all = [
    ...tabular.map((kind) => supported('operator', keyword(kind), [SAMPLES[kind] ?? ''])),
    ...scalar.map((name) => supported('comparison', name, [`T | extend X = ${comparison(name)}`])),
    ...builtIns().map((fn) => supported(fn.kind, fn.name, queriesOf(fn))),
  ];
  return all
    .filter((s) => !isInternal(s.name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
