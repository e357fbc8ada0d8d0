import { readFileSync } from 'node:fs';
import type { Context } from '#core/output/index.ts';
import {
  isHostAddress,
  isPublicAddress,
  type Network,
  realNetwork,
} from '#server/external/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { DeliveryFailure } from './failure.ts';
import { post } from './http.ts';
import type { ReceiverDeps } from './receiver.ts';
import type { SecretReference, TlsSettings } from './settings.ts';

export interface WayOutDeps {
  readonly context: Context;
  /** Throws with a message for people when a secret is not there. */
  readonly secret: (reference: SecretReference) => string;
  readonly queries: Pick<QueryService, 'writeParquet'>;
  /** ms since 1970. */
  readonly now: () => number;
  /** Trusted beside the usual authorities by every output, PEM; for tests. */
  readonly ca?: string;
  /** How long a request may take, answer included; 30 s unless given. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** What receivers need of the world. */
export function createReceiverDeps(deps: WayOutDeps): ReceiverDeps {
  const network = (tls: TlsSettings | undefined, isPublicOnly = false) =>
    networkOf(tls, isPublicOnly, deps.ca);
  const timeoutMs = deps.timeoutMs ?? TIMEOUT_MS;
  return {
    context: deps.context,
    secret: readOrRefuse(deps.secret),
    network,
    post: (request, tls, isPublicOnly) => post(request, network(tls, isPublicOnly), timeoutMs),
    writeParquet: (result) => deps.queries.writeParquet(result),
    timeoutMs,
    now: deps.now,
    sleep,
  };
}

const readOrRefuse =
  (read: WayOutDeps['secret']) =>
  (reference: SecretReference): string => {
    try {
      return read(reference);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new DeliveryFailure('setting', message, {
        advice: 'Set it where the configuration says it is.',
      });
    }
  };

/** What an administrator names may be inside; links, where clouds hand out credentials, are never reached. */
function networkOf(
  tls: TlsSettings | undefined,
  isPublicOnly: boolean,
  ca: string | undefined,
): Network {
  const own = tls?.ca === undefined ? ca : readPem(tls.ca);
  return {
    ...realNetwork,
    isPublic: isPublicOnly ? isPublicAddress : isHostAddress,
    ...(own === undefined ? {} : { ca: own }),
    ...(tls?.certificate === undefined || tls.key === undefined
      ? {}
      : { identity: { cert: readPem(tls.certificate), key: readPem(tls.key) } }),
  };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryFailure('setting', `${file} cannot be read: ${why}`, {
      advice: 'Check the path and its permissions.',
    });
  }
}

/** Resolves early, without an error, when the signal is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
