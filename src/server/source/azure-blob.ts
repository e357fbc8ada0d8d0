/** The one file that knows the Azure SDK. Errors come out as `AzureError`: sentences without addresses and secrets. */
import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerClient,
  RestError,
  type BlobItem as SdkBlobItem,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { type AzureAddress, type AzureLogin, sasExpiry } from './azure-address.ts';
import { AzureError } from './azure-error.ts';

export interface BlobItem {
  readonly name: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** µs. */
  readonly modifiedAt: number;
  /** µs; 0 when unknown. */
  readonly createdAt: number;
  /** False in the archive tier, which must be rehydrated first. */
  readonly isOnline: boolean;
}

/** What a blob is made of at one moment. */
export interface BlobView {
  readonly etag: string;
  readonly kind: 'block' | 'append' | 'page';
  readonly sizeBytes: number;
  /** Committed blocks; empty for blobs that were put whole, append blobs and page blobs. */
  readonly blocks: readonly { readonly name: string; readonly sizeBytes: number }[];
}

export interface BlobContainer {
  /** For names of objects: `az://ACCOUNT/CONTAINER`. */
  readonly name: string;
  /** Pages of at most 5,000 blobs in the order of their names. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<readonly BlobItem[]>;
  /** Names that end with `/`, one level below a prefix. */
  listFolders(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
  view(name: string, signal: AbortSignal): Promise<BlobView>;
  /** Fills the bytes from a position on; fails with the code `ConditionNotMet` when the blob has another ETag. */
  read(
    name: string,
    into: Uint8Array,
    position: number,
    etag: string,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Most names that Azure lists at once. */
export const PAGE_NAMES = 5000;

/** Brief retries of single requests; longer pauses are the follower's. */
const OPTIONS: StoragePipelineOptions = {
  retryOptions: {
    maxTries: 3,
    tryTimeoutInMs: 60_000,
    retryDelayInMs: 500,
    maxRetryDelayInMs: 8000,
  },
  userAgentOptions: { userAgentPrefix: 'weir' },
};

/** Asks for the secret, sends nothing yet. Throws AzureError when the login is unusable as it is. */
export function openContainer(
  address: AzureAddress,
  login: AzureLogin,
  nowMs: number,
  pageNames: number = PAGE_NAMES,
): BlobContainer {
  const secret = login.secret().trim();
  if (login.kind !== 'accountKey') refuseExpired(secret, nowMs);
  const client = createClient(address, login.kind, secret);
  const explain = (error: unknown) => toAzureError(error, address.container, login.kind);

  return {
    name: `az://${client.accountName}/${client.containerName}`,
    async *list(prefix, signal) {
      const options = { prefix, abortSignal: signal };
      try {
        const pages = client.listBlobsFlat(options).byPage({ maxPageSize: pageNames });
        for await (const page of pages) yield page.segment.blobItems.map(toItem);
      } catch (error) {
        signal.throwIfAborted();
        throw explain(error);
      }
    },
    async listFolders(prefix, signal) {
      const folders: string[] = [];
      try {
        const options = { prefix, abortSignal: signal };
        const pages = client.listBlobsByHierarchy('/', options).byPage({ maxPageSize: pageNames });
        for await (const page of pages) {
          folders.push(...(page.segment.blobPrefixes ?? []).map((folder) => folder.name));
        }
        return folders;
      } catch (error) {
        signal.throwIfAborted();
        throw explain(error);
      }
    },
    async view(name, signal) {
      try {
        return await viewBlob(client, name, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw explain(error);
      }
    },
    async read(name, into, position, etag, signal) {
      const buffer = Buffer.from(into.buffer, into.byteOffset, into.length);
      try {
        await client.getBlobClient(name).downloadToBuffer(buffer, position, into.length, {
          abortSignal: signal,
          conditions: { ifMatch: etag },
          blockSize: Math.max(into.length, 1),
        });
      } catch (error) {
        signal.throwIfAborted();
        throw explain(error);
      }
    },
  };
}

async function viewBlob(
  client: ContainerClient,
  name: string,
  signal: AbortSignal,
): Promise<BlobView> {
  const options = { abortSignal: signal };
  try {
    const list = await client.getBlockBlobClient(name).getBlockList('committed', options);
    const blocks = list.committedBlocks ?? [];
    if (list.etag !== undefined && blocks.length > 0) {
      const sizes = blocks.map(({ name: block, size }) => ({ name: block, sizeBytes: size }));
      const sizeBytes = sizes.reduce((sum, block) => sum + block.sizeBytes, 0);
      return { etag: list.etag, kind: 'block', sizeBytes, blocks: sizes };
    }
  } catch (error) {
    if (!(error instanceof RestError) || error.code !== 'InvalidBlobType') throw error;
  }
  const { etag, contentLength, blobType } = await client.getBlobClient(name).getProperties(options);
  const kind = blobType === 'AppendBlob' ? 'append' : blobType === 'PageBlob' ? 'page' : 'block';
  return { etag: etag ?? '', kind, sizeBytes: contentLength ?? 0, blocks: [] };
}

function createClient(
  address: AzureAddress,
  kind: AzureLogin['kind'],
  secret: string,
): ContainerClient {
  if (kind === 'connectionString') {
    try {
      const service = BlobServiceClient.fromConnectionString(secret, OPTIONS);
      return service.getContainerClient(address.container);
    } catch {
      throw new AzureError(
        'BadConnectionString',
        'The connection string cannot be read. Copy it again from the storage account’s page “Access keys”.',
        true,
      );
    }
  }
  if (address.url === null || address.account === null)
    throw new AzureError(
      'NoAccount',
      `“${address.container}” names no storage account. Write the URL of the container, or log in by connection string.`,
    );
  if (kind === 'sas')
    return new ContainerClient(
      `${address.url}?${secret.replace(/^.*\?/, '')}`,
      new AnonymousCredential(),
      OPTIONS,
    );
  const credential = new StorageSharedKeyCredential(address.account, secret);
  return new ContainerClient(address.url, credential, OPTIONS);
}

function refuseExpired(secret: string, nowMs: number): void {
  const sas = /SharedAccessSignature=([^;]*)/.exec(secret)?.[1] ?? secret;
  const expiry = sasExpiry(sas);
  if (expiry === null || expiry > nowMs) return;
  throw new AzureError(
    'SasExpired',
    `The SAS expired at ${new Date(expiry).toISOString()}. Create a new one with the rights Read and List and put it in the place of the old.`,
    true,
  );
}

function toItem({ name, properties }: SdkBlobItem): BlobItem {
  return {
    name,
    sizeBytes: properties.contentLength ?? 0,
    etag: properties.etag,
    modifiedAt: properties.lastModified.getTime() * 1000,
    createdAt: (properties.createdOn?.getTime() ?? 0) * 1000,
    isOnline: properties.accessTier !== 'Archive',
  };
}

const LOGIN_NAMES = {
  connectionString: 'the key in the connection string',
  sas: 'the SAS',
  accountKey: 'the account key',
} as const;

/** Codes: Microsoft, "Common REST API error codes" and "Blob Storage error codes". */
function toAzureError(error: unknown, container: string, kind: AzureLogin['kind']): Error {
  if (error instanceof AzureError) return error;
  if (!(error instanceof RestError))
    return error instanceof Error ? error : new Error(String(error));
  const code = error.code ?? String(error.statusCode ?? 'unknown');
  const login = LOGIN_NAMES[kind];
  switch (code) {
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
      return new AzureError(
        code,
        `Azure does not accept ${login}: it is wrong, was renewed, or has expired. Give the present one.`,
        true,
      );
    case 'AuthorizationPermissionMismatch':
    case 'AuthorizationResourceTypeMismatch':
    case 'AuthorizationServiceMismatch':
      return new AzureError(
        code,
        `Azure accepts ${login}, but it lacks a right. Create one with the rights Read and List for the container ${container}.`,
        true,
      );
    case 'AuthorizationFailure':
      return new AzureError(
        code,
        `Azure does not accept ${login}, or not from this machine. Give the present one, and allow this machine’s address in the storage account’s page “Networking”.`,
        true,
      );
    case 'KeyBasedAuthenticationNotPermitted':
      return new AzureError(
        code,
        'The storage account forbids keys. Allow key access in its page “Configuration”, or log in by a user delegation SAS.',
        true,
      );
    case 'ContainerNotFound':
      return new AzureError(
        code,
        `There is no container ${container} (yet). Azure creates it with the first flow log, some minutes after logging was enabled; else check the name.`,
      );
    case 'ENOTFOUND':
      return new AzureError(
        code,
        'The storage account’s host has no address. Check the account’s name and this machine’s DNS.',
      );
    case 'REQUEST_SEND_ERROR':
    case 'ECONNREFUSED':
    case 'ETIMEDOUT':
    case 'ECONNRESET':
      return new AzureError(
        code,
        'Azure cannot be reached. Check this machine’s way to the internet; it is tried again.',
      );
    default: {
      const text = error.message.split('\n', 1)[0] ?? code;
      return new AzureError(code, `Azure answered ${code}: ${text} It is tried again.`);
    }
  }
}
