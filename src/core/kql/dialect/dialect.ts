import type { KqlType } from '../../schema/index.ts';
import type { LiteralExpr } from '../bound/expr.ts';
import type { GeoNatives } from '../geo/natives.ts';

/** The engines that plans are printed for. Adding one makes every row of every function table incomplete until it has it. */
export type DialectName = 'duckdb';

/** An argument as SQL, with what is known of it. */
export interface Arg {
  readonly sql: string;
  readonly type: KqlType;
  /** Set where the argument is a constant. */
  readonly literal?: LiteralExpr;
}

/** Prints one call. `type` is what the call gives. */
export type Printer = (args: readonly Arg[], call: PrintedCall) => string;

export interface PrintedCall {
  readonly type: KqlType;
  /** Whole numbers wrap around at 64 bits, as in KQL, and timespans end there; else the engine may fail, which is faster. */
  readonly isWrapping?: boolean;
}

/** How JavaScript sees a value of a host function. `long` is a number where it is exact, else a bigint. */
export type HostType = 'text' | 'long' | 'real' | 'bool';
export type HostValue = string | number | bigint | boolean | null;

/** What the language itself lacks and the surroundings hand in. Texts are UTF-8 inside; compressed bytes are base64. */
export interface Natives extends GeoNatives {
  /** The digest in lower-case hexadecimal digits. */
  hash(algorithm: 'md5' | 'sha1' | 'sha256', text: string): string;
  compress(kind: 'gzip' | 'zlib', text: string): string;
  /** Null where the text is not what it says; never more than 16 MiB. */
  decompress(kind: 'gzip' | 'zlib', base64: string): string | null;
  /**
   * Where an address is registered, as geo_info_from_ip_address() gives it (`{"country":…}` as JSON text); null when it
   * is not known.
   */
  locate(address: string): string | null;
  /** A new random guid. */
  guid(): string;
}

/**
 * A function that runs in JavaScript beside the engine: registered there, or run in a host stage. Throws only to end the
 * query, where it would cost too much, with what to do instead.
 */
export interface HostFunction {
  readonly name: string;
  readonly args: readonly HostType[];
  /** The type of further arguments. */
  readonly rest?: HostType;
  readonly returns: HostType;
  /** Gives another value each time. */
  readonly isVolatile?: true;
  readonly call: HostCall;
}

export type HostCall = (...args: readonly HostValue[]) => HostValue;

/** A relation that a scan stands for. */
export interface ScanSql {
  /** What stands after FROM, with the columns by their KQL names. */
  readonly from: string;
  /** Conditions that all rows have to meet. */
  readonly where?: readonly string[];
  /** Columns that are expressions over `from`, by KQL name. */
  readonly computed?: ReadonlyMap<string, string>;
}

/** A value to group by in place of the call's, cheaper and as telling, and how the call's comes of it. */
export interface GroupKey {
  readonly key: string;
  readonly value: string;
}

/** Null where the call's own value is as good. */
export type KeyPrinter = (args: readonly Arg[], call: PrintedCall) => GroupKey | null;

/** A function: what it gives where the binder cannot tell, and how each engine computes it. */
export type FunctionRow = {
  readonly returns?: KqlType;
  readonly groupKey?: Partial<Readonly<Record<DialectName, KeyPrinter>>>;
} & { readonly [D in DialectName]: Printer };

export type FunctionGroup = Readonly<Record<string, FunctionRow>>;

export interface AggregateContext {
  readonly type: KqlType;
  /** ` ORDER BY …` inside the call, or '' when rows are in no order. */
  readonly order: string;
  /** ` FILTER (WHERE …)`, or ''. */
  readonly filter: string;
  /** Which of several outputs. */
  readonly output: number;
  /** Numbers far out must not fail the query; see PrintOptions. */
  readonly isCareful?: boolean;
}

export type AggregatePrinter = (args: readonly Arg[], context: AggregateContext) => string;

export type AggregateRow = { readonly returns?: KqlType } & {
  readonly [D in DialectName]: AggregatePrinter;
};
