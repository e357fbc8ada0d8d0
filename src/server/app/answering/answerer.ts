import type { AnswerFacts, QueryRequest, QueryResult } from '#server/query/index.ts';

/** Forms of an answer that are written to the output as they are. */
export type OutputForm = 'csv' | 'json' | 'ndjson' | 'parquet';

/** An answer of any length, in a form. */
export interface WrittenAnswer extends Omit<AnswerFacts, 'columns'> {
  readonly rows: number;
  /** Read once; whoever stops early frees it too. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** Whoever answers queries for the command line: the engine in this process's children, or a server. */
export interface Answerer {
  /** Rejects with QueryError for a query without an answer, CommandError when nobody can be asked. */
  answer(request: QueryRequest): Promise<QueryResult>;
  /** The same, for answers that need not fit into memory. */
  write(request: QueryRequest, form: OutputForm): Promise<WrittenAnswer>;
  stop(): Promise<void>;
}
