import { QUERY_ERRORS, QueryError } from '#server/query/index.ts';
import { DeliveryFailure } from '../failure.ts';

/** What a query threw: a mistake in its text is a setting; what running adds passes. */
export function queryFailure(error: unknown): unknown {
  if (!(error instanceof QueryError) || Object.hasOwn(QUERY_ERRORS, error.code)) return error;
  return new DeliveryFailure('setting', `the query does not work: ${error.message}`, {
    advice: error.advice || 'Correct the query in the configuration and start again.',
    cause: error,
  });
}
