import {
  type ApiError,
  pathParameters,
  printPath,
  ROUTES,
  type Route,
  type RouteId,
  type RouteInput,
  type RouteOutput,
} from '#core/contract/index.ts';

/** An answer outside 200 to 299, or none at all (`unreachable`). */
export class RequestFailed extends Error {
  readonly status: number;
  readonly detail: ApiError;

  constructor(status: number, detail: ApiError) {
    super(detail.message);
    this.name = 'RequestFailed';
    this.status = status;
    this.detail = detail;
  }
}

const UNREACHABLE: ApiError = {
  code: 'unreachable',
  message: 'Weir does not answer.',
  hint: 'Check that the server is running; this page tries again by itself.',
};

function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

async function readError(response: Response): Promise<ApiError> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'error' in body && isApiError(body.error))
      return body.error;
  } catch {
    // Not JSON: a proxy's page, say. The status is all there is to tell.
  }
  return {
    code: 'internal',
    message: `The server answered ${response.status} ${response.statusText}.`,
    hint: 'Try again; if it stays, the log of the server says why.',
  };
}

/** Sends a request; throws RequestFailed unless the answer is fine, and lets an abort through as it is. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestFailed(0, UNREACHABLE);
  }
  if (!response.ok) throw new RequestFailed(response.status, await readError(response));
  return response;
}

/** Path, query string and body of a call, as the contract lays its flat input out. */
export function layOut(
  route: Route,
  input: Readonly<Record<string, unknown>>,
): { path: string; body: string | undefined } {
  const inPath = new Set(pathParameters(route.path));
  const rest = Object.entries(input).filter(
    ([name, value]) => !inPath.has(name) && value !== undefined,
  );
  const path = printPath(route.path, input);
  if (route.body === 'json') return { path, body: JSON.stringify(Object.fromEntries(rest)) };
  const search = new URLSearchParams(
    rest.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return { path: search === '' ? path : `${path}?${search}`, body: undefined };
}

type Routes = typeof ROUTES;

/** Calls a JSON route. The answer is not validated: page and server are of one version, and `hello` notices when not. */
export async function call<Id extends RouteId>(
  id: Id,
  input: RouteInput<Routes[Id]>,
  signal?: AbortSignal,
): Promise<RouteOutput<Routes[Id]>> {
  const route: Route = ROUTES[id];
  const { path, body } = layOut(route, Object(input));
  const response = await send(path, {
    method: route.method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  });
  // The route's own schema is the contract for what comes back.
  return (await response.json()) as RouteOutput<Routes[Id]>;
}

/** Calls a route that takes a file as its body. */
export async function sendFile<Id extends RouteId>(
  id: Id,
  input: RouteInput<Routes[Id]>,
  file: Blob,
): Promise<RouteOutput<Routes[Id]>> {
  const route: Route = ROUTES[id];
  const response = await send(layOut(route, Object(input)).path, {
    method: route.method,
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  });
  // The route's own schema is the contract for what comes back.
  return (await response.json()) as RouteOutput<Routes[Id]>;
}

/** Calls a route that answers with a file and hands the file to the browser's downloads. */
export async function download(
  input: RouteInput<Routes['exportQuery']>,
  signal?: AbortSignal,
): Promise<void> {
  const { path, body } = layOut(ROUTES.exportQuery, input);
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `${input.name ?? 'weir'}.${input.format}`;
  link.click();
  URL.revokeObjectURL(url);
}

export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
}

/** Sends a file as a body, telling how far it is; resolves to the id of its job. */
export function upload(
  file: File,
  name: string,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  const { path } = layOut(ROUTES.upload, { name });
  return new Promise((resolve, reject) => {
    // fetch cannot report how much of a body has been sent.
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: file.size });
    request.onerror = () => reject(new RequestFailed(0, UNREACHABLE));
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status >= 200 && request.status < 300 && hasId(answer)) return resolve(answer.id);
      const detail =
        typeof answer === 'object' &&
        answer !== null &&
        'error' in answer &&
        isApiError(answer.error)
          ? answer.error
          : {
              code: 'internal',
              message: `The server answered ${request.status}.`,
              hint: 'Try again.',
            };
      reject(new RequestFailed(request.status, detail));
    };
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

const hasId = (value: unknown): value is { id: string } =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
