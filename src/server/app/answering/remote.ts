import { errorBody, ROUTES } from '#core/contract/index.ts';
import { QueryError, type QueryRequest, type QueryResult } from '#server/query/index.ts';
import { CommandError } from '../command.ts';
import type { Answerer } from './answerer.ts';
import { writeRows } from './write-rows.ts';

/** Asks a running server. `token` is an API token of it, or '' for none. */
export function createRemoteAnswerer(url: string, token: string): Answerer {
  const base = parseServerUrl(url);
  const route = ROUTES.query;
  const answer: Answerer['answer'] = async (request) => {
    const { limits, parameters, text } = request;
    const response = await send(new URL(route.path, base), token, request.signal, {
      query: text,
      ...(parameters ? { parameters } : {}),
      ...(limits
        ? {
            limits: {
              ...(limits.maxRows ? { rows: limits.maxRows } : {}),
              ...(limits.timeoutMs ? { timeMs: limits.timeoutMs } : {}),
            },
          }
        : {}),
    });
    const body = await readJson(response, base);
    if (!response.ok) throw readError(response, body, base);
    return readResult(route.output.parse(body));
  };
  return {
    answer,
    async write(request, form) {
      return writeRows(await answer(request), form);
    },
    async stop() {},
  };
}

/** The server's answer; what it warns of stays a warning, and a limit that was hit is among them. */
function readResult(body: ReturnType<(typeof ROUTES.query.output)['parse']>): QueryResult {
  const { columns, rows, render, stats, warnings } = body;
  return {
    columns,
    rows,
    ...(render ? { render } : {}),
    stats,
    warnings: warnings.map((w) => ({ code: w.code, message: w.message })),
  };
}

function parseServerUrl(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Reported below, together with addresses that are URLs but not of the web.
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new CommandError(
    `${text} is not the address of a server`,
    'Write it as http://HOST:PORT or https://HOST.',
  );
}

async function send(
  url: URL,
  token: string,
  signal: QueryRequest['signal'],
  body: unknown,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new CommandError(
      `no server answers at ${url.origin}`,
      'Check the address, and that `weir serve` runs there.',
      error,
    );
  }
}

async function readJson(response: Response, base: URL): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new CommandError(
      `${base.origin} does not answer as Weir does`,
      'Check the address.',
      error,
    );
  }
}

function readError(response: Response, body: unknown, base: URL): Error {
  if (response.status === 401 || response.status === 403)
    return new CommandError(
      `${base.origin} wants a login that may query`,
      'Make an API token on its page and name it with --token file:PATH, or set WEIR_TOKEN.',
    );
  const parsed = errorBody.safeParse(body);
  if (!parsed.success)
    return new CommandError(
      `${base.origin} answered with status ${response.status}`,
      'Check the address.',
    );
  const { code, message, hint, line, column } = parsed.data.error;
  return new QueryError(code, message, {
    ...(hint === undefined ? {} : { advice: hint }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  });
}
