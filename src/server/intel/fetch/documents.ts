import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  exchangeGuarded,
  type GuardedAnswer,
  isHostAddress,
  type Network,
} from '#server/external/index.ts';
import { type FeedSettings, LIMITS } from '../settings.ts';
import { isZip, unzip } from './unzip.ts';

/** What a fetch found: nothing new, or documents as files, and where to go on from the next time. */
export type Fetched =
  | { readonly isUnchanged: true }
  | {
      readonly isUnchanged: false;
      readonly files: readonly string[];
      /** Plain JSON; given back at the next fetch. */
      readonly cursor: unknown;
    };

export interface FetchContext {
  readonly feed: FeedSettings;
  /** Of the last sync that was taken; undefined before the first. */
  readonly cursor: unknown;
  /** An empty folder for the documents. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly network: Network;
  readonly clock: () => number;
}

/** Why a feed was not read; the message is for the person who configured it. */
export class FeedError extends Error {
  /** Not before this instant, µs, when the server asked so. */
  readonly retryAt: number | undefined;
  constructor(message: string, retryAt?: number) {
    super(message);
    this.name = 'FeedError';
    this.retryAt = retryAt;
  }
}

/** Names and values that the feed's secret travels in. */
export function secretHeaders({ auth, kind }: FeedSettings): Readonly<Record<string, string>> {
  if (!auth) return {};
  const value = auth.read();
  if (auth.as === 'bearer') return { authorization: `Bearer ${value}` };
  if (auth.as === 'basic')
    return { authorization: `Basic ${Buffer.from(value, 'utf8').toString('base64')}` };
  return { [auth.as === '' ? (kind === 'misp' ? 'authorization' : 'auth-key') : auth.as]: value };
}

/** Asks the feed's server; every status but 2xx and 304 is an error with advice. */
export async function ask(
  url: string,
  { feed, signal, network, clock }: FetchContext,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<GuardedAnswer> {
  const check = (next: URL) => {
    if (next.protocol !== 'https:' && next.protocol !== 'http:')
      throw new FeedError(`${next.protocol} is not followed; feeds come over https or http.`);
    if (next.username !== '' || next.password !== '')
      throw new FeedError('The address holds a password; write it as auth: env:NAME instead.');
  };
  const answer = await exchangeGuarded(
    url,
    {
      ...(more.headers ? { headers: more.headers } : {}),
      secretHeaders: secretHeaders(feed),
      ...(more.body === undefined ? {} : { body: more.body }),
      check,
      maxBytes: LIMITS.documentBytes,
      signal,
    },
    feed.allowsPrivate ? { ...network, isPublic: isHostAddress } : network,
  );
  const { status } = answer;
  if ((status >= 200 && status < 300) || status === 304) return answer;
  const { origin, pathname } = new URL(url);
  throw new FeedError(
    `${origin}${pathname} answers with status ${status}${ADVICE[status] ?? '.'}`,
    retryAt(answer, clock()),
  );
}

const ADVICE: Readonly<Record<number, string>> = {
  401: ': it wants a login; set auth for this feed.',
  403: ': the login is not allowed to read it; check auth for this feed.',
  404: ': check its address.',
  406: ': it does not speak the version that was asked for; check the kind of this feed.',
  429: ': it was asked too often; set a longer every.',
};

function retryAt({ status, headers }: GuardedAnswer, now: number): number | undefined {
  const after = headers['retry-after'];
  if ((status !== 429 && status !== 503) || after === undefined) return undefined;
  const seconds = Number(after);
  const at = Number.isFinite(seconds) ? now + seconds * 1e6 : Date.parse(after) * 1000;
  return Number.isFinite(at) ? Math.min(at, now + 86_400_000_000) : undefined;
}

/** The documents in an answer: unpacked when it is gzip, each file when it is a zip archive. */
export function unpack(bytes: Buffer): readonly Buffer[] {
  if (isZip(bytes)) return unzipOrRefuse(bytes);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return [bytes];
  try {
    return [gunzipSync(bytes, { maxOutputLength: LIMITS.unpackedBytes })];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FeedError(`It cannot be unpacked, or is larger than 400 MiB then: ${why}.`);
  }
}

function unzipOrRefuse(bytes: Buffer): readonly Buffer[] {
  try {
    return unzip(bytes, LIMITS.unpackedBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FeedError(
      `Its zip archive cannot be read: ${error.message}. Give the address of the list itself, or unpack it.`,
    );
  }
}

/** Keeps documents as files until they are parsed; counts what they take together. */
export class Documents {
  readonly files: string[] = [];
  readonly #folder: string;
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > LIMITS.totalBytes)
      throw new FeedError('One sync brings more than 1 GiB; narrow it down.');
    const file = join(this.#folder, `${this.files.length}.txt`);
    writeFileSync(file, bytes);
    this.files.push(file);
  }
}

export function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new FeedError(`${what} is not JSON; check the kind of this feed.`);
  }
}

export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
