import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FeedKind } from '#core/intel/index.ts';
import { realNetwork } from '#server/external/index.ts';
import type { FeedSettings } from '../settings.ts';
import { FETCHERS, type Fetched } from './index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server on this machine, and a feed that is fetched from it. */
async function open(
  kind: FeedKind,
  answer: Answer,
  path: string,
  more: Partial<FeedSettings> = {},
) {
  const asked: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      asked.push({ url: request.url ?? '', headers: request.headers, body });
      answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const feed: FeedSettings = {
    name: 'x',
    kind,
    location: `http://127.0.0.1:${port}${path}`,
    everyMs: 1,
    trust: 1,
    confidence: 50,
    isWholeList: false,
    allowsPrivate: true,
    ...more,
  };
  const fetch = async (cursor: unknown = null): Promise<Fetched & { texts: readonly string[] }> => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-fetch-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const fetched = await FETCHERS[kind]({
      feed,
      cursor,
      folder,
      signal: new AbortController().signal,
      network: realNetwork,
      clock: () => Date.UTC(2026, 0, 1) * 1000,
    });
    const texts = fetched.isUnchanged
      ? []
      : fetched.files.map((file) => readFileSync(file, 'utf8'));
    return { ...fetched, texts };
  };
  return { asked, fetch, port };
}

const sendJson = (
  response: ServerResponse,
  value: unknown,
  headers: Record<string, string> = {},
) => {
  response.writeHead(200, headers);
  response.end(JSON.stringify(value));
};

describe('a URL', () => {
  test('is asked for again only when it changed; gzip is unpacked', async () => {
    const { asked, fetch } = await open(
      'url',
      (request, response) => {
        if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
        else response.writeHead(200, { etag: '"1"' }).end(gzipSync('203.0.113.1\n'));
      },
      '/list',
      { auth: { as: 'Auth-Key', read: () => 'geheim' } },
    );
    const first = await fetch();
    expect(first).toMatchObject({ texts: ['203.0.113.1\n'], cursor: { etag: '"1"' } });
    expect(await fetch(first.isUnchanged ? null : first.cursor)).toMatchObject({
      isUnchanged: true,
    });
    expect(asked[0]!.headers['auth-key']).toBe('geheim');
  });

  test('does not take its secret along to where it is redirected', async () => {
    const other = await open('url', (_, response) => void response.end('203.0.113.1'), '/');
    const { fetch } = await open(
      'url',
      (_, response) =>
        void response.writeHead(302, { location: `http://127.0.0.1:${other.port}/` }).end(),
      '/',
      { auth: { as: 'bearer', read: () => 'geheim' } },
    );
    expect((await fetch()).texts).toEqual(['203.0.113.1']);
    expect(other.asked[0]!.headers.authorization).toBeUndefined();
  });

  test('in one’s own network is refused unless it is allowed; errors say what to do', async () => {
    const shut = await open('url', (_, response) => void response.end(), '/', {
      allowsPrivate: false,
    });
    await expect(shut.fetch()).rejects.toMatchObject({ code: 'external-refused' });
    const late = await open(
      'url',
      (_, r) => void r.writeHead(429, { 'retry-after': '60' }).end(),
      '/',
    );
    await expect(late.fetch()).rejects.toMatchObject({
      message: expect.stringContaining('set a longer every'),
      retryAt: Date.UTC(2026, 0, 1) * 1000 + 60e6,
    });
    const zip = await open('url', (_, r) => void r.end(Buffer.from('PK\u0003\u0004')), '/');
    await expect(zip.fetch()).rejects.toThrow('zip archive');
  });
});

describe('TAXII', () => {
  const objects = (n: number) => [{ type: 'indicator', id: `indicator--${n}` }];

  test('pages by next, then goes on from the last date with a second of overlap', async () => {
    const { asked, fetch } = await open(
      'taxii',
      (request, response) => {
        const at = { 'x-taxii-date-added-last': '2026-01-01T00:00:05.000Z' };
        if (request.url?.includes('next=b')) sendJson(response, { objects: objects(2) }, at);
        else sendJson(response, { more: true, next: 'b', objects: objects(1) });
      },
      '/api/collections/c1/',
    );
    const first = await fetch();
    expect(first.texts).toHaveLength(2);
    if (first.isUnchanged) throw new Error('nothing was fetched');
    await fetch(first.cursor);
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/collections/c1/objects/',
      '/api/collections/c1/objects/?next=b',
      '/api/collections/c1/objects/?added_after=2026-01-01T00%3A00%3A04.000Z',
      '/api/collections/c1/objects/?added_after=2026-01-01T00%3A00%3A04.000Z&next=b',
    ]);
    expect(asked[0]!.headers.accept).toBe('application/taxii+json;version=2.1');
  });

  test('pages by date where the server gives no next; an empty envelope is nothing new', async () => {
    const { asked, fetch } = await open(
      'taxii',
      (request, response) => {
        const at = { 'x-taxii-date-added-last': '2026-01-01T00:00:01Z' };
        if (request.url?.includes('added_after')) response.writeHead(200).end('{}');
        else sendJson(response, { more: true, objects: objects(1) }, at);
      },
      '/api/collections/c1/objects/',
    );
    expect((await fetch()).texts).toHaveLength(1);
    expect(asked).toHaveLength(2);
    expect(await fetch({ dates: {} })).toMatchObject({ isUnchanged: false });
  });

  test('every readable collection of a root; a page that comes again and again is an error', async () => {
    const { asked, fetch } = await open(
      'taxii',
      (request, response) => {
        if (request.url === '/api/collections/')
          sendJson(response, {
            collections: [
              { id: 'a', can_read: true },
              { id: 'b', can_read: false },
            ],
          });
        else sendJson(response, { more: true, next: 'same', objects: objects(1) });
      },
      '/api/',
    );
    await expect(fetch()).rejects.toThrow('the same page');
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/collections/',
      '/api/collections/a/objects/',
      '/api/collections/a/objects/?next=same',
    ]);
  });

  test('more without a next or a date is an error', async () => {
    const { fetch } = await open(
      'taxii',
      (_, r) => sendJson(r, { more: true, objects: objects(1) }),
      '/collections/c/',
    );
    await expect(fetch()).rejects.toThrow('not where');
  });
});

describe('MISP', () => {
  const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

  test('fetches only events that changed, and holds them to the manifest', async () => {
    const event = JSON.stringify({ Event: { uuid: uuid(1) } });
    const hash = createHash('sha256').update(event).digest('hex');
    let stamp = '1';
    let sum = hash;
    const { asked, fetch } = await open(
      'misp-feed',
      (request, response) => {
        if (request.url?.endsWith('manifest.json'))
          sendJson(response, {
            [uuid(1)]: { timestamp: stamp, 'integrity:sha256': sum },
            '../etc/passwd': { timestamp: '1' },
          });
        else response.end(event);
      },
      '/feed/',
    );
    const first = await fetch();
    expect(first.texts).toEqual([event]);
    const cursor = first.isUnchanged ? null : first.cursor;
    expect(await fetch(cursor)).toMatchObject({ isUnchanged: true });
    expect(asked.map(({ url }) => url)).toEqual([
      '/feed/manifest.json',
      `/feed/${uuid(1)}.json`,
      '/feed/manifest.json',
    ]);
    stamp = '2';
    sum = 'f'.repeat(64);
    await expect(fetch(cursor)).rejects.toThrow('SHA-256');
  });

  test('asks restSearch for attributes since the last time', async () => {
    const { asked, fetch } = await open(
      'misp',
      (_, response) =>
        sendJson(response, { response: { Attribute: [{ type: 'domain', value: 'a.example' }] } }),
      '/',
      { auth: { as: '', read: () => 'key' } },
    );
    const first = await fetch();
    const cursor = first.isUnchanged ? null : first.cursor;
    await fetch(cursor);
    expect(asked[0]).toMatchObject({
      url: '/attributes/restSearch',
      headers: { authorization: 'key' },
    });
    expect(JSON.parse(asked[0]!.body)).not.toHaveProperty('timestamp');
    expect(JSON.parse(asked[1]!.body)).toMatchObject({
      to_ids: 1,
      timestamp: String(Date.UTC(2026, 0, 1) / 1000 - 3600),
    });
  });
});
