import {
  AzureError,
  type BlobContainer,
  loginOf,
  openContainer,
  parseAzureAddress,
} from '#server/azure/index.ts';
import { guardedAgent } from '#server/external/index.ts';
import { DeliveryFailure } from '../failure.ts';
import { explainConnection, retryAfter } from '../http.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ParquetSettings } from '../settings.ts';
import type { Lake } from './lake.ts';

const MEDIA_TYPE = 'application/vnd.apache.parquet';

/** Beside the time of any request, a file has this for each of its bytes: 100 kB a second, ms. */
const MS_PER_BYTE = 0.01;

const CREATE_CONTAINER =
  'Create it in the storage account’s page “Containers”, or correct the name.';

/**
 * A container of Azure Blob Storage: a file is a block blob, which is there once it is committed. One request at a time,
 * tried once: pauses are the delivery's.
 */
export function openAzureLake(
  settings: ParquetSettings & { readonly container: string },
  deps: ReceiverDeps,
): Lake {
  let opened: BlobContainer | undefined;
  const address = parseAzureAddress(settings.container);

  async function open(): Promise<BlobContainer> {
    if (typeof address === 'string')
      throw new DeliveryFailure('setting', address, { advice: 'Correct `container`.' });
    const login = loginOf(settings, deps.secret);
    if (!login)
      throw new DeliveryFailure('setting', `the output ${settings.name} has no login`, {
        advice: 'Give one of connectionString, sas and accountKey.',
      });
    const network = deps.network(settings.tls);
    return openContainer(address, login, deps.now(), {
      rights: 'Create and Write',
      whenAbsent: CREATE_CONTAINER,
      tries: 1,
      agent: (url) => guardedAgent(url, network),
    });
  }

  const folder = [typeof address === 'string' ? '' : address.prefix, settings.prefix ?? '']
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '');

  return {
    async put(name, bytes, signal) {
      let late: AbortSignal | undefined;
      try {
        opened ??= await open();
        late = AbortSignal.timeout(deps.timeoutMs + Math.ceil(bytes.byteLength * MS_PER_BYTE));
        const blob = [...folder, name].join('/');
        await opened.put(blob, bytes, MEDIA_TYPE, AbortSignal.any([signal, late]));
      } catch (error) {
        signal.throwIfAborted();
        const host = opened?.host ?? 'Azure';
        // The secret may have been replaced: it is asked for again at the next try.
        opened = undefined;
        throw explain(error, host, late?.aborted ?? false, deps.now());
      }
    },
  };
}

/**
 * Azure does not look into a file: only its size can be what is wrong with it. Whatever else it refuses waits for somebody
 * to change a setting, and nothing is dropped.
 */
function explain(error: unknown, host: string, isLate: boolean, now: number): DeliveryFailure {
  if (!(error instanceof AzureError)) return explainConnection(error, host, isLate);
  const { status, code, message, isLogin } = error;
  if (isLogin || code === 'NoAccount') return new DeliveryFailure('setting', message, SEE_LOGIN);
  if (status === undefined) return explainConnection(error, host, isLate);
  if (status === 401 || status === 403) return new DeliveryFailure('setting', message, SEE_LOGIN);
  if (code === 'ContainerNotFound')
    return new DeliveryFailure('setting', message, { advice: CREATE_CONTAINER });
  if (status === 413) return new DeliveryFailure('content', message);
  if (status === 408 || status === 429 || status >= 500 || code === 'ContainerBeingDeleted') {
    const waitMs = retryAfter(error.retryAfter, now);
    return new DeliveryFailure('later', message, waitMs === undefined ? {} : { waitMs });
  }
  return new DeliveryFailure('setting', message, {
    advice: 'Check the container, and what its storage account allows.',
  });
}

const SEE_LOGIN = {
  advice: 'Check the login of this output; it needs the rights Create and Write on the container.',
};
