/** Against Azurite, Microsoft's own emulator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AzureWriter } from '#server/source/testing/azure-writer.ts';
import { type Azurite, installAzurite, startAzurite } from '../../../test/azurite/start.ts';
import { type BlobContainer, openContainer, parseAzureAddress } from './index.ts';

const missing = await installAzurite();
if (missing !== null) process.stderr.write(`skipped: ${missing}\n`);

const never = new AbortController().signal;
let azurite: Azurite;
let container: BlobContainer;
beforeAll(async () => {
  if (missing !== null) return;
  azurite = await startAzurite();
  const address = parseAzureAddress((await AzureWriter.create(azurite, 'blobs')).url);
  if (typeof address === 'string') throw new Error(address);
  container = await openContainer(
    address,
    { kind: 'accountKey', secret: () => azurite.key },
    Date.now(),
    { rights: 'Create and Write', whenAbsent: 'Create it.', tries: 1 },
  );
}, 60_000);
afterAll(() => azurite?.stop());

async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of container.list('', never)) found.push(...page.map(({ name }) => name));
  return found;
}

describe.skipIf(missing !== null)('a blob that is put', () => {
  const large = new Uint8Array(20 << 20).fill(7);
  const put = (name: string, bytes: Uint8Array, signal = never) =>
    container.put(name, bytes, 'application/octet-stream', signal);

  it('is not there until it is whole', async () => {
    const broken = new AbortController();
    const underWay = put('large', large, broken.signal);
    setTimeout(() => broken.abort(new Error('enough')), 20);
    await expect(underWay).rejects.toThrow('enough');
    expect(await names()).toEqual([]);
    await put('large', large);
    expect(await names()).toEqual(['large']);
    const { sizeBytes, blocks } = await container.view('large', never);
    expect([sizeBytes, blocks.length]).toEqual([large.length, 3]);
  });

  it.each([
    ['small', new Uint8Array([1, 2, 3])],
    ['large', large],
  ])('and is there already stays as it is: %s', async (name, bytes) => {
    await put(name, bytes);
    const { etag } = await container.view(name, never);
    await put(name, bytes.with(0, 9));
    expect((await container.view(name, never)).etag).toBe(etag);
  });
});
