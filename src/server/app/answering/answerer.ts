import type { QueryRequest, QueryResult } from '#server/query/index.ts';

/** Whoever answers queries for the command line: the engine in this process's children, or a server. */
export interface Answerer {
  /** Rejects with QueryError for a query without an answer, CommandError when nobody can be asked. */
  answer(request: QueryRequest): Promise<QueryResult>;
  stop(): Promise<void>;
}
