import type { KqlType } from '../../schema/index.ts';
import type {
  Arg,
  FunctionRow,
  HostCall,
  HostFunction,
  HostType,
  Natives,
} from '../dialect/dialect.ts';
import { convert, DUCKDB_TYPES, exactTicks, ofTicks, ticksOf } from '../dialect/duckdb.ts';

/** A function of ours in JavaScript, by the KQL types it takes and gives. Instants and timespans are counts of 100 ns. */
export interface HostSpec {
  readonly name: string;
  readonly takes: readonly KqlType[];
  /** The type of further arguments. */
  readonly rest?: KqlType;
  readonly gives: KqlType;
  readonly isVolatile?: true;
  readonly call?: HostCall;
  /** In place of `call`, where it needs natives. */
  readonly bind?: (natives: Natives) => HostCall;
}

export interface HostRow extends FunctionRow {
  readonly host: (natives: Natives) => HostFunction;
  readonly spec: HostSpec;
  /** The name that the function is registered by. */
  readonly fn: string;
  /** Set where the value depends on nothing but the arguments. */
  readonly pure?: {
    readonly takes: readonly KqlType[];
    readonly gives: KqlType;
    readonly call: HostCall;
  };
}

export function isHostRow(row: object): row is HostRow {
  return 'host' in row && typeof row.host === 'function';
}

const HOST_TYPES: Readonly<Record<KqlType, HostType>> = {
  string: 'text',
  dynamic: 'text',
  guid: 'text',
  long: 'long',
  int: 'long',
  datetime: 'long',
  timespan: 'long',
  real: 'real',
  decimal: 'real',
  bool: 'bool',
};

function passed(arg: Arg, type: KqlType): string {
  if (type === 'datetime' && arg.type === 'datetime') return exactTicks(arg);
  const sql = convert(arg, type);
  if (type === 'datetime') return ticksOf(sql);
  return type === 'int' ? `(${sql})::BIGINT` : sql;
}

function absent(type: KqlType): string {
  const host = HOST_TYPES[type];
  return `NULL::${host === 'text' ? 'VARCHAR' : host === 'long' ? 'BIGINT' : host === 'real' ? 'DOUBLE' : 'BOOLEAN'}`;
}

/** The row of a function that runs in JavaScript. Arguments that the query leaves out arrive as null. */
export function host(spec: HostSpec): HostRow {
  const name = `weir_${spec.name.replace(/\W/g, '_')}`;
  const duckdb = (args: readonly Arg[]): string => {
    const fixed = spec.takes.map((type, i) => (args[i] ? passed(args[i], type) : absent(type)));
    const more = spec.rest ? args.slice(spec.takes.length).map((a) => passed(a, spec.rest!)) : [];
    const sql = `${name}(${[...fixed, ...more].join(', ')})`;
    if (spec.gives === 'datetime') return ofTicks(sql);
    if (spec.gives === 'int') return `(${sql})::${DUCKDB_TYPES.int}`;
    return spec.gives === 'string' ? `coalesce(${sql}, '')` : sql;
  };
  const fn = (natives: Natives): HostFunction => ({
    name,
    args: spec.takes.map((type) => HOST_TYPES[type]),
    ...(spec.rest ? { rest: HOST_TYPES[spec.rest] } : {}),
    returns: HOST_TYPES[spec.gives],
    ...(spec.isVolatile ? { isVolatile: true } : {}),
    call: spec.call ?? spec.bind?.(natives) ?? (() => null),
  });
  const { takes, gives, call } = spec;
  const pure = call && !spec.isVolatile && !spec.rest ? { pure: { takes, gives, call } } : {};
  return { returns: spec.gives, duckdb, host: fn, spec, fn: name, ...pure };
}

/** Rows of several functions, by name. */
export function hosts(specs: readonly HostSpec[]): Readonly<Record<string, HostRow>> {
  return Object.fromEntries(specs.map((s) => [s.name, host(s)]));
}
