import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ExternalError, type Network, sendGuarded } from '#server/external/index.ts';
import { DeliveryFailure } from './failure.ts';

const pack = promisify(gzip);

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly isPacked?: boolean;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const LONGEST_REPLY = 8 * 2 ** 20;

/** Posts and reads the answer, whatever its status, within a time. Throws DeliveryFailure. */
export async function post(request: Post, network: Network, timeoutMs: number): Promise<Reply> {
  const url = parseUrl(request.url);
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([request.signal, late]);
  const plain = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  const body = request.isPacked ? await pack(plain) : plain;
  const headers = request.isPacked
    ? { ...request.headers, 'content-encoding': 'gzip' }
    : request.headers;
  try {
    const answer = await sendGuarded({ method: 'POST', url, headers, body, signal }, network);
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      text: await readText(answer),
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw explainConnection(error, url.host, late.aborted);
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  // The text may be a secret.
  throw new DeliveryFailure('setting', 'the address of the receiver is no URL', {
    advice: 'Write https://HOST/… .',
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > LONGEST_REPLY) {
      answer.destroy();
      throw new DeliveryFailure('later', 'the answer of the receiver does not end');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const CERTIFICATE =
  /certificate|self.signed|altname|UNABLE_TO|DEPTH_ZERO|CERT_|ERR_TLS|wrong version number|handshake failure/i;

/** Why a connection failed, for a person. */
export function explainConnection(error: unknown, host: string, isLate: boolean): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  if (isLate)
    return new DeliveryFailure('later', `${host} does not answer in time`, {
      advice: 'See whether it is overloaded. Nothing is lost: it is tried again.',
    });
  if (error instanceof ExternalError)
    return new DeliveryFailure('setting', `${host} leads to an address that no output may reach`, {
      advice: 'Correct the address; links such as 169.254.0.0/16 are never reached.',
    });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (CERTIFICATE.test(code) || CERTIFICATE.test(message))
    return new DeliveryFailure('setting', `${host} cannot be trusted: ${message}`, {
      advice: 'Name the authority that signed its certificate in `tls.ca`, or correct the host.',
      cause: error,
    });
  const says: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there',
    ECONNRESET: 'it closed the connection',
    EPIPE: 'it closed the connection',
    ENOTFOUND: 'the name is not known',
    EAI_AGAIN: 'the name cannot be looked up now',
    ETIMEDOUT: 'it does not answer',
    EHOSTUNREACH: 'there is no way to it',
  };
  const isUnsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(code);
  const isUnknown = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  return new DeliveryFailure('later', `${host} was not reached: ${says[code] ?? message}`, {
    advice: isUnknown
      ? 'Check the spelling of the name, and that this machine can look it up. It is tried again.'
      : 'See whether it runs, whether the port is right, and whether a firewall is between. It is tried again.',
    isUnsent,
    cause: error,
  });
}

const MOST_SHOWN = 300;

/** Returns for 2xx; otherwise throws what the status says. `where` is shown to people. */
export function assertTaken(reply: Reply, where: string, now: number): void {
  const { status, text } = reply;
  if (status >= 200 && status < 300) return;
  const said = text === '' ? '' : `: ${text.slice(0, MOST_SHOWN)}`;
  const message = `${where} answers ${status}${said}`;
  if (status === 408 || status === 429 || status >= 500) {
    const waitMs = retryAfter(reply.headers['retry-after'], now);
    throw new DeliveryFailure('later', message, waitMs === undefined ? {} : { waitMs });
  }
  if (status === 401 || status === 403 || status === 407)
    throw new DeliveryFailure('setting', message, {
      advice: 'Check the token or key, and what it is allowed to do there.',
    });
  if (status === 404 || status === 405 || (status >= 300 && status < 400))
    throw new DeliveryFailure('setting', message, {
      advice: 'Check the address of the receiver: redirects are not followed.',
    });
  throw new DeliveryFailure('content', message);
}

/** Milliseconds of a Retry-After header (RFC 9110, section 10.2.3): seconds or a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The JSON of an answer, as an object; empty when it is none. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Proxies answer in HTML; the status has said what matters.
    return {};
  }
}
