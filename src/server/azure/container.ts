/** The one file that knows the Azure SDK. Errors come out as `AzureError`: sentences without addresses and secrets. */
import type { Agent } from 'node:http';
import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerClient,
  newPipeline,
  type RequestPolicyFactory,
  RestError,
  type BlobItem as SdkBlobItem,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { type AzureAddress, type AzureLogin, sasExpiry } from './address.ts';
import { AzureError } from './error.ts';
import { sayOf } from './sentences.ts';

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
  readonly host: string;
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
  /**
   * Puts a block blob: visible when it is whole, and not before. One that has the name already stays as it is, so the
   * same may be put again. The rights Create and Write are enough.
   */
  put(name: string, bytes: Uint8Array, mediaType: string, signal: AbortSignal): Promise<void>;
}

/** What a container is opened for. */
export interface ContainerUse {
  /** For sentences: what a login needs, such as `Read and List`. */
  readonly rights: string;
  /** A sentence with what to do when there is no such container. */
  readonly whenAbsent: string;
  /** How often a request is sent at most, with brief pauses; longer pauses are the caller's. */
  readonly tries: number;
  /** Names asked for at once; at most 5,000, which is the default. */
  readonly pageNames?: number | undefined;
  /** Connects to the host of a URL; the SDK's own unless given. May throw. */
  readonly agent?: (url: URL) => Agent;
}

/** Most names that Azure lists at once. */
export const PAGE_NAMES = 5000;

/** A blob of at most so many bytes is one request; a larger one is sent as blocks and then committed. */
const ONE_REQUEST_BYTES = 16 << 20;
const BLOCK_BYTES = 8 << 20;

const optionsOf = ({ tries }: ContainerUse): StoragePipelineOptions => ({
  retryOptions: {
    maxTries: tries,
    tryTimeoutInMs: 60_000,
    retryDelayInMs: 500,
    maxRetryDelayInMs: 8000,
  },
  userAgentOptions: { userAgentPrefix: 'weir' },
});

/** What Azure says of a name that is taken. */
const IS_THERE: ReadonlySet<string> = new Set(['BlobAlreadyExists', 'ConditionNotMet']);

/** Asks for the secret, sends nothing yet. Throws AzureError when the login is unusable as it is. */
export function createContainer(
  address: AzureAddress,
  login: AzureLogin,
  nowMs: number,
  use: ContainerUse,
): BlobContainer {
  const secret = login.secret().trim();
  if (login.kind !== 'accountKey') refuseExpired(secret, nowMs, use);
  const client = createClient(address, login.kind, secret, use);
  const explain = (error: unknown) => toAzureError(error, address.container, login.kind, use);
  const pageNames = use.pageNames ?? PAGE_NAMES;

  return {
    host: new URL(client.url).host,
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
    async put(name, bytes, mediaType, signal) {
      try {
        await client.getBlockBlobClient(name).uploadData(bytes, {
          abortSignal: signal,
          conditions: { ifNoneMatch: '*' },
          maxSingleShotSize: ONE_REQUEST_BYTES,
          blockSize: BLOCK_BYTES,
          concurrency: 2,
          blobHTTPHeaders: { blobContentType: mediaType },
        });
      } catch (error) {
        signal.throwIfAborted();
        const found = explain(error);
        if (!(found instanceof AzureError && IS_THERE.has(found.code))) throw found;
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
  use: ContainerUse,
): ContainerClient {
  if (kind === 'connectionString') {
    const { url, credential } = readConnectionString(address, secret);
    return connect(url, credential, use);
  }
  if (address.url === null || address.account === null)
    throw new AzureError(
      'NoAccount',
      `“${address.container}” names no storage account. Write the URL of the container, or log in by connection string.`,
    );
  if (kind === 'sas')
    return connect(`${address.url}?${secret.replace(/^.*\?/, '')}`, new AnonymousCredential(), use);
  return connect(address.url, new StorageSharedKeyCredential(address.account, secret), use);
}

function connect(url: string, credential: Credential, use: ContainerUse): ContainerClient {
  const pipeline = newPipeline(credential, optionsOf(use));
  if (use.agent) pipeline.factories.push(sendBy(use.agent(new URL(url))));
  return new ContainerClient(url, pipeline);
}

type Credential = ContainerClient['credential'];

const sendBy = (agent: Agent): RequestPolicyFactory => ({
  create: (next) => ({
    sendRequest(request) {
      request.agent = agent;
      return next.sendRequest(request);
    },
  }),
});

function readConnectionString(
  { container }: AzureAddress,
  secret: string,
): { url: string; credential: Credential } {
  try {
    return BlobServiceClient.fromConnectionString(secret).getContainerClient(container);
  } catch {
    throw new AzureError(
      'BadConnectionString',
      'The connection string cannot be read. Copy it again from the storage account’s page “Access keys”.',
      { isLogin: true },
    );
  }
}

function refuseExpired(secret: string, nowMs: number, { rights }: ContainerUse): void {
  const sas = /SharedAccessSignature=([^;]*)/.exec(secret)?.[1] ?? secret;
  const expiry = sasExpiry(sas);
  if (expiry === null || expiry > nowMs) return;
  throw new AzureError(
    'SasExpired',
    `The SAS expired at ${new Date(expiry).toISOString()}. Create a new one with the rights ${rights} and put it in the place of the old.`,
    { isLogin: true },
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

function toAzureError(
  error: unknown,
  container: string,
  kind: AzureLogin['kind'],
  use: ContainerUse,
): Error {
  if (error instanceof AzureError) return error;
  if (!(error instanceof RestError))
    return error instanceof Error ? error : new Error(String(error));
  const code = error.code ?? String(error.statusCode ?? 'unknown');
  const { says, isLogin = false } = sayOf({ ...use, code, container, kind }, error);
  return new AzureError(code, says, {
    isLogin,
    status: error.statusCode,
    retryAfter: error.response?.headers.get('retry-after'),
  });
}
