import type {
  Completion,
  Diagnostic,
  Hover,
  Render,
  ResultColumn,
  Signature,
} from '#core/contract/index.ts';
import type { AnswerBody } from './body.ts';
import type { GivenRows } from './given.ts';
import type { Form } from './print/index.ts';
import type { Interval, WholeFile } from './scan.ts';

export interface QueryRequest {
  readonly text: string;
  /** Restricts the time column of every table that is read; half-open, µs. */
  readonly timespan?: Interval;
  /** Tables that are read from one file each instead of from the store. */
  readonly files?: ReadonlyMap<string, WholeFile>;
  /** Values for `declare query_parameters(…)`. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Which of several results, counted from 0; the last when absent. */
  readonly result?: number;
  /** Narrower than the service's; wider ones do not count. */
  readonly limits?: {
    readonly timeoutMs?: number;
    readonly maxRows?: number;
    readonly maxBytes?: number;
  };
  /** Whose query it is: users take turns. */
  readonly user?: string;
  /** Asks over these rows; every other table is empty. Nothing stored is read. */
  readonly given?: GivenRows;
  /** Cancels the query, waiting or running. */
  readonly signal?: AbortSignal;
}

/** Something a reader of the numbers should know. */
export interface QueryWarning {
  readonly code: string;
  readonly message: string;
}

/** What is told of an answer beside its rows. */
export interface AnswerFacts {
  readonly columns: readonly ResultColumn[];
  readonly render?: Render;
  readonly stats: {
    readonly elapsedMs: number;
    /** Rows and bytes of the segments opened; the bytes are the share of the columns that were read. */
    readonly rowsRead: number;
    readonly bytesRead: number;
    readonly segments: number;
    /** The answer was computed before, on the same data. */
    readonly isCached: boolean;
  };
  /** The answer has more rows than these. */
  readonly truncated?: { readonly by: 'rows' | 'bytes'; readonly limit: number };
  readonly warnings: readonly QueryWarning[];
}

export interface QueryResult extends AnswerFacts {
  /**
   * Cells in the order of `columns`, ready for JSON: datetime ISO 8601 UTC, timespan `d.hh:mm:ss.fffffff`, dynamic as
   * JSON, long a number or, past 2^53, text.
   */
  readonly rows: readonly (readonly unknown[])[];
}

/** An answer of any length: the rows are printed, and not in memory when they are many. */
export interface PrintedAnswer extends AnswerFacts {
  /** How many results the query has: expressions with semicolons between. */
  readonly results: number;
  readonly rows: number;
  readonly body: AnswerBody;
}

/** How a query would run: the compiler's plan, and its SQL as far as it is known before running. */
export interface Explained {
  readonly plan: unknown;
  readonly sql: readonly string[];
}

export type Checked = readonly Diagnostic[];
export interface Completed {
  readonly start: number;
  readonly length: number;
  readonly items: readonly Completion[];
}

/** A stored function; parameters as KQL writes them, with parentheses. */
export interface KeptFunction {
  readonly name: string;
  readonly parameters: string;
  readonly body: string;
  readonly description: string;
}

/** Everything but `query` and `answer` is quick. Each method rejects with QueryError. */
export interface QueryService {
  query(request: QueryRequest): Promise<QueryResult>;
  /**
   * The rows as text or Parquet, computed whole before it resolves, so that nothing can fail half-way. Files (`csv`,
   * `json`, `ndjson`, `parquet`) may be longer than other answers. The caller reads or discards the body.
   */
  answer(request: QueryRequest, form: Form): Promise<PrintedAnswer>;
  explain(request: QueryRequest): Promise<Explained>;
  check(text: string): Promise<Checked>;
  /** Positions count UTF-16 units. */
  complete(text: string, position: number): Promise<Completed>;
  hover(text: string, position: number): Promise<Hover | null>;
  /** The call that the position stands in. */
  signature(text: string, position: number): Promise<Signature | null>;
  /** The query laid out; as it is where it cannot be parsed. */
  format(text: string): Promise<string>;
  /** Stored functions and views, as the catalog has them now. */
  functions(): Promise<readonly KeptFunction[]>;
  /** The Parquet files among these that the engine cannot read, and why. */
  inspect(files: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Writes rows as a Parquet file of the service's own; the caller removes it, or `stop` does. */
  writeParquet(result: Pick<QueryResult, 'columns' | 'rows'>): Promise<string>;
  /** How busy it is, for status and metrics. */
  load(): {
    readonly running: number;
    readonly queued: number;
    readonly workers: readonly number[];
    readonly parser: number | undefined;
  };
  /** Starts what takes a moment to start. */
  warm(): Promise<void>;
  stop(): Promise<void>;
}
