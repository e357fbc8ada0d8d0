import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chooseEncoding } from './compress.ts';
import { openFixture } from './testdata/fixture.ts';

const fixture = await openFixture();
afterAll(() => fixture.close());
const get = (path: string, headers: Record<string, string> = {}) =>
  fixture.ask('GET', path, { headers });

test.each(['/', '/explore', '/login', '/incidents/17', '/hunting/10.2.0.9'])(
  '%s is the page, asked for anew each time',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('<title>Weir</title>');
  },
);

test('a file whose name holds its hash is kept for good', async () => {
  const response = await get('/assets/main-AbCd1234.js');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
});

test('the page comes compressed, and not at all when it is known', async () => {
  const plain = await get('/');
  const packed = await get('/', { 'accept-encoding': 'gzip, br' });
  expect(packed.headers.get('content-encoding')).toBe('br');
  expect((await packed.arrayBuffer()).byteLength).toBeLessThan(
    (await plain.arrayBuffer()).byteLength / 4,
  );
  for (const response of [plain, packed]) {
    const etag = response.headers.get('etag') ?? '';
    const encoding = response === packed ? { 'accept-encoding': 'br' } : {};
    const again = await get('/', { 'if-none-match': `"other", W/${etag}`, ...encoding });
    expect([again.status, again.body]).toEqual([304, null]);
    expect(again.headers.get('content-security-policy')).toContain("default-src 'none'");
  }
  expect(plain.headers.get('etag')).not.toBe(packed.headers.get('etag'));
});

test.each([
  '/missing.js',
  '/assets/',
  '/../outside.html',
  '/assets/../../outside.html',
  '/%2e%2e/outside.html',
  '/..%2foutside.html',
  '/index.html%00.js',
])('%s leads nowhere', async (path) => {
  const response = await get(path);
  expect(await response.text()).not.toContain('not to be seen');
  if (path.includes('.')) expect(response.status).toBe(404);
});

test('a page that is not built says what to do', async () => {
  const bare = await openFixture();
  rmSync(join(bare.folder, 'web'), { recursive: true });
  const response = await bare.ask('GET', '/');
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('npm start');
  expect((await bare.ask('GET', '/healthz')).status).toBe(200);
  await bare.close();
});

test.each([
  [null, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['identity', undefined],
  ['gzip;q=0', undefined],
])('accept-encoding %j gives %s', (accept, encoding) => {
  expect(chooseEncoding(accept)).toBe(encoding);
});
