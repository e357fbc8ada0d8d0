import { type FakeReply, type FakeServer, openFake } from './fake.ts';

/*
 * Put Blob of Azure Blob Storage, as learn.microsoft.com describes it ("Put Blob", "Specifying conditional headers for Blob
 * service operations", "Status and error codes"): a shared access signature in the URL, the type of the blob in a header,
 * 201, and 409 when a blob that must not be there is there.
 */

/** An error as Azure answers it. */
export const azureRefusal = (
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): FakeReply => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, ...headers },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>It says ${code}.\nRequestId:1</Message></Error>`,
});

export interface FakeAzure extends FakeServer {
  /** URL of the one container that there is. */
  readonly container: string;
  /** Names below the container, with how often each was put whole. */
  readonly blobs: ReadonlyMap<string, number>;
}

export async function openAzure(signature: string): Promise<FakeAzure> {
  const blobs = new Map<string, number>();
  const server = await openFake(({ method, url, headers, sizeBytes }) => {
    if (url.searchParams.get('sig') !== signature) return azureRefusal(403, 'AuthenticationFailed');
    const [, , container, ...path] = url.pathname.split('/').map(decodeURIComponent);
    if (container !== 'lake') return azureRefusal(404, 'ContainerNotFound');
    if (method !== 'PUT') return azureRefusal(405, 'UnsupportedHttpVerb');
    if (headers['x-ms-blob-type'] !== 'BlockBlob' || headers['x-ms-version'] === undefined)
      return azureRefusal(400, 'MissingRequiredHeader');
    if (sizeBytes !== Number(headers['content-length'])) return azureRefusal(400, 'InvalidInput');
    const name = path.join('/');
    if (headers['if-none-match'] === '*' && blobs.has(name))
      return azureRefusal(409, 'BlobAlreadyExists');
    blobs.set(name, (blobs.get(name) ?? 0) + 1);
    return { status: 201, headers: { etag: '"0x1"' } };
  });
  return { ...server, container: `${server.url}/account/lake`, blobs };
}
