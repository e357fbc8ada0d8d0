import { type ApiError, ERRORS, type ErrorCode, type Route } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';

/** An error as it is answered. */
export interface Failure {
  readonly status: number;
  readonly error: ApiError;
  readonly retryAfter: number | undefined;
  /** Thrown by something that did not mean to answer a person: goes to the log, not to the caller. */
  readonly isBug: boolean;
}

const isKnownCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/**
 * What an error becomes. Refused and failed queries say what they say; anything else is a bug or a broken machine, of
 * which the caller learns nothing but a number to look for in the log.
 */
export function failureOf(thrown: unknown, requestId: string): Failure {
  if (thrown instanceof Refused)
    return {
      status: ERRORS[thrown.code][0],
      error: {
        code: thrown.code,
        message: thrown.message,
        ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      },
      retryAfter: thrown.retryAfter,
      isBug: false,
    };
  if (isQueryFailure(thrown)) {
    const { code } = thrown;
    const place: Partial<Record<'line' | 'column' | 'start' | 'length', number>> = {};
    for (const name of ['line', 'column', 'start', 'length'] as const) {
      const value = thrown[name];
      if (typeof value === 'number') place[name] = value;
    }
    return {
      // The compiler has codes of its own; all of them are about the query.
      status: isKnownCode(code) ? ERRORS[code][0] : 400,
      error: {
        code,
        message: thrown.message,
        ...place,
        ...(typeof thrown.advice === 'string' && thrown.advice !== ''
          ? { hint: thrown.advice }
          : {}),
      },
      retryAfter: code === 'too-busy' ? 2 : undefined,
      isBug: false,
    };
  }
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return {
      status: ERRORS.cancelled[0],
      error: { code: 'cancelled', message: ERRORS.cancelled[1] },
      retryAfter: undefined,
      isBug: false,
    };
  return {
    status: 500,
    error: {
      code: 'internal',
      message: 'Weir failed to answer this.',
      hint: `The log of the server says why, under the request ${requestId}.`,
    },
    retryAfter: undefined,
    isBug: true,
  };
}

type QueryFailure = Error & { readonly code: string; readonly advice?: unknown } & Readonly<
    Partial<Record<'line' | 'column' | 'start' | 'length', unknown>>
  >;

/** Errors of the query service and of the compiler, told by their shape; errors of Node and SQLite have `code` but no `advice`. */
function isQueryFailure(thrown: unknown): thrown is QueryFailure {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    'advice' in thrown
  );
}

/** The answer in the shape that the route's callers expect. */
export function printFailure(failure: Failure, shape: Route['errors']): Response {
  const { status, retryAfter } = failure;
  const headers = new Headers({ 'Content-Type': 'application/json' });
  if (retryAfter !== undefined) headers.set('Retry-After', String(retryAfter));
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer realm="weir"');
  const body = failureBody(failure, shape);
  // Response takes no 499; clients that gave up do not read it anyway.
  return new Response(JSON.stringify(body), { status: status === 499 ? 408 : status, headers });
}

/** The same as plain data. */
export function failureBody({ status, error }: Failure, shape: Route['errors']): unknown {
  switch (shape) {
    case 'weir':
      return { error };
    case 'kusto':
      return kustoError(status, error);
    case 'log-analytics':
      return logAnalyticsError(status, error);
  }
}

/** https://learn.microsoft.com/azure/azure-monitor/logs/api/errors */
function logAnalyticsError(status: number, error: ApiError): unknown {
  if (status === 401)
    return { error: { code: 'AuthorizationRequiredError', message: error.message } };
  if (status === 403) return { error: { code: 'InsufficientAccessError', message: error.message } };
  if (status === 429) return { error: { code: 'ThrottledError', message: error.message } };
  if (status === 504) return { error: { code: 'GatewayTimeout', message: said(error) } };
  if (status >= 500) return { error: { code: 'InternalServerError', message: error.message } };
  const { code, message, line, column } = error;
  return {
    error: {
      code: 'BadArgumentError',
      message: 'The request had some invalid properties',
      innererror: {
        code,
        message: said(error),
        ...(line === undefined ? {} : { innererror: { code, message, line, pos: column ?? 0 } }),
      },
    },
  };
}

/** https://learn.microsoft.com/kusto/api/rest/response-http#error-response-payload */
function kustoError(status: number, error: ApiError): unknown {
  const [code, type] =
    status === 401
      ? ['Unauthorized', 'Kusto.Common.Svc.Exceptions.UnauthorizedException']
      : status === 403
        ? ['Forbidden', 'Kusto.DataNode.Exceptions.AuthorizationException']
        : status === 429
          ? ['General_Throttled', 'Kusto.DataNode.Exceptions.QueryThrottledException']
          : status === 504
            ? ['Timeout', 'Kusto.Data.Exceptions.KustoServiceTimeoutException']
            : status >= 500
              ? ['General_InternalServerError', 'Kusto.Data.Exceptions.KustoServiceException']
              : ['General_BadRequest', 'Kusto.Data.Exceptions.KustoBadRequestException'];
  const text = said(error);
  return {
    error: {
      code,
      message: status < 500 ? 'Request is invalid and cannot be executed.' : 'The request failed.',
      '@type': type,
      '@message': text,
      '@context': {},
      '@permanent': status < 429 && status !== 408,
      innererror: { code: error.code, message: text },
    },
  };
}

function said({ message, line, column, hint }: ApiError): string {
  const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 0})`;
  return `${message}${place}${hint === undefined ? '' : ` ${hint}`}`;
}
