import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServerEvent } from '#core/contract/index.ts';
import { type Fixture, openFixture } from './testdata/fixture.ts';

let fixture: Fixture;
let url: string;
let port: number;
let token: string;
beforeEach(async () => {
  fixture = await openFixture({
    heartbeatMs: 20,
    uploadLimit: 2_000_000,
    bodyTimeoutMs: 200,
    uploadIdleMs: 200,
  });
  ({ url, port } = await fixture.server.start({ host: '127.0.0.1', port: 0 }));
  token = await fixture.token('analyst');
});
afterEach(() => fixture.close());

const headers = () => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
const post = (path: string, body: unknown, more: RequestInit = {}) =>
  fetch(url + path, { method: 'POST', headers: headers(), body: JSON.stringify(body), ...more });

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !condition(); i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

/** Everything a raw connection hears until the other end closes it. */
function talk(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let heard = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

test('serves over a socket, and knows the address of the caller', async () => {
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ ok: true });
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  await post('/api/v1/query', { query: 'Flows' });
  fixture.auth.audit.flush();
  expect(fixture.auth.audit.list({ limit: 1 })[0]).toMatchObject({
    from: '127.0.0.1',
    action: 'query',
  });
});

test('an address that is taken is an error', async () => {
  const other = await openFixture();
  await expect(other.server.start({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await other.close();
});

test('long answers are compressed for readers elsewhere', async () => {
  const ask = (query: string, address: string, accept: string) =>
    fixture.ask('POST', '/api/v1/query', {
      token,
      body: { query },
      address,
      headers: { 'accept-encoding': accept },
    });
  const plain = await ask('big', '127.0.0.1', 'gzip, br');
  expect(plain.headers.get('content-encoding')).toBeNull();
  const whole = await plain.text();
  expect(JSON.parse(whole)).toMatchObject({ rows: { length: 2000 } });
  for (const encoding of ['gzip', 'br']) {
    const packed = await ask('big', '192.0.2.1', encoding);
    expect(packed.headers.get('content-encoding')).toBe(encoding);
    expect(packed.headers.get('vary')).toBe('Accept-Encoding');
    expect((await packed.arrayBuffer()).byteLength).toBeLessThan(whole.length / 4);
  }
  expect((await ask('Flows', '192.0.2.1', 'gzip, br')).headers.get('content-encoding')).toBeNull();
});

test('an export is a download with a name', async () => {
  const response = await post('/api/v1/export', {
    query: 'Flows',
    format: 'csv',
    name: 'März "1"',
  });
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="M_rz _1_.csv"; filename*=UTF-8''M%C3%A4rz%20%221%22.csv`,
  );
  expect(await response.text()).toBe('csv of 2 rows\n');
  const odd = await post('/api/v1/export', {
    query: 'Flows',
    format: 'csv',
    name: 'half \ud800\r\nX: y',
  });
  expect(odd.headers.get('content-disposition')).toContain('filename="half ___X_ y.csv"');
});

test('an export that would be cut is refused: nobody would see it in the file', async () => {
  const response = await post('/api/v1/export', { query: 'big', format: 'csv' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: 'query-limit' } });
});

test('a query ends when its caller goes away', async () => {
  const gone = new AbortController();
  const answer = post('/api/v1/query', { query: 'wait' }, { signal: gone.signal });
  const ended = expect(answer).rejects.toThrow();
  await until(() => fixture.queries.some((q) => q.query === 'wait'));
  expect(fixture.aborted).toEqual([]);
  gone.abort();
  await ended;
  await until(() => fixture.aborted.length === 1);
});

describe('server-sent events', () => {
  async function open(): Promise<{
    events: ServerEvent[];
    text: () => string;
    ended: Promise<void>;
    stop: () => void;
  }> {
    const stop = new AbortController();
    const response = await fetch(`${url}/api/v1/events`, {
      headers: headers(),
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events: ServerEvent[] = [];
    let text = '';
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const whole = text.split('\n\n').slice(0, -1);
        events.length = 0;
        for (const part of whole) {
          const data = /^data: (.*)$/m.exec(part)?.[1];
          if (data) events.push(JSON.parse(data));
        }
      }
    };
    return { events, text: () => text, ended: read().catch(() => {}), stop: () => stop.abort() };
  }

  test('begin with the version, tell of changes together, and show that they live', async () => {
    const stream = await open();
    await until(() => stream.events.length === 1);
    fixture.events.changed(['Flows']);
    fixture.events.changed(['NTANetAnalytics', 'Flows']);
    fixture.events.publish({ type: 'status', sentence: 'hub-eu failed' });
    await until(() => stream.events.length === 3);
    expect(stream.events).toEqual([
      { type: 'hello', version: '0.1.0' },
      { type: 'status', sentence: 'hub-eu failed' },
      { type: 'data-changed', tables: ['Flows', 'NTANetAnalytics'] },
    ]);
    expect(stream.text()).toContain('event: data-changed\ndata: {');
    await until(() => stream.text().includes(': alive'));
    stream.stop();
    await stream.ended;
    await until(() => fixture.events.listeners === 1);
  });

  test('are so many and no more', async () => {
    const few = await openFixture({ streams: 2 });
    const bearer = await few.token('viewer');
    const first = await few.ask('GET', '/api/v1/events', { token: bearer });
    expect(first.status).toBe(200);
    expect((await few.ask('GET', '/api/v1/events', { token: bearer })).status).toBe(429);
    await first.body?.cancel();
    expect((await few.ask('GET', '/api/v1/events', { token: bearer })).status).toBe(200);
    await few.close();
  });

  test('end with the login', async () => {
    const stream = await open();
    const [mine] = fixture.auth.tokens.list();
    fixture.auth.tokens.remove(mine?.id ?? '');
    await stream.ended;
    expect(fixture.events.listeners).toBe(1);
  });

  test('end when the server stops, at once', async () => {
    const stream = await open();
    const began = performance.now();
    await fixture.server.stop(5000);
    await stream.ended;
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('end for a reader that does not read, so that nothing piles up', async () => {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        );
        socket.pause();
        resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => socket.destroy());
    });
    await until(() => fixture.events.listeners === 2);
    const tables = Array.from({ length: 2000 }, (_, i) => `Table${i}`);
    for (let i = 0; i < 3000 && fixture.events.listeners === 2; i++) {
      fixture.events.publish({ type: 'data-changed', tables });
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(fixture.events.listeners).toBe(1);
  });
});

describe('slow and rude callers', () => {
  const head = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${more}\r\n`;

  test('a body that stops half-way is answered and the connection closed', async () => {
    const heard = await talk(
      `${head('/api/v1/query', 'Content-Length: 100\r\nConnection: close\r\n')}{"query":`,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(heard).toContain('too-slow');
  });

  test('an upload that stops half-way leaves nothing behind', async () => {
    const heard = await talk(
      `${head('/api/v1/uploads?name=a', 'Content-Length: 100000\r\nConnection: close\r\n')}{`,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('an upload larger than the limit is answered, not read to its end', async () => {
    const response = await fetch(`${url}/api/v1/uploads?name=big`, {
      method: 'POST',
      headers: headers(),
      body: new Uint8Array(5_000_000),
    }).catch((error: unknown) => error);
    // A client that is still sending may see the connection end before it reads the answer.
    if (response instanceof Response) expect(response.status).toBe(413);
    else expect(String(response)).toContain('fetch failed');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test.each([
    ['nonsense', 'hello\r\n\r\n', 400],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    [
      'two lengths',
      'POST /api/v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
      400,
    ],
    [
      'length and chunks',
      'POST /api/v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['another host', 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 421],
    [
      'an absolute address of another host',
      'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      421,
    ],
    [
      'a path that climbs',
      'GET /../../outside.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      404,
    ],
    [
      'a path that climbs in disguise',
      'GET /assets/%2e%2e/%2e%2e/outside.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      404,
    ],
  ])('%s', async (_, text, status) => {
    const heard = await talk(text);
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(heard).not.toContain('not to be seen');
  });
});

test('a stop lets running requests finish and then takes no more', async () => {
  const slow = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode('{}\n'));
      await new Promise((resolve) => setTimeout(resolve, 100));
      controller.close();
    },
  });
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: headers(),
    body: slow,
    duplex: 'half',
  };
  const answer = fetch(`${url}/api/v1/export`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ query: 'Flows', format: 'csv' }),
  });
  const late = fetch(`${url}/api/v1/kql/check`, init);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const stopped = fixture.server.stop(3000);
  expect((await answer).status).toBe(200);
  expect((await late).status).toBe(400);
  await stopped;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('a stop gives up what does not end', async () => {
  const answer = post('/api/v1/query', { query: 'wait' }).catch(() => undefined);
  await until(() => fixture.queries.some((q) => q.query === 'wait'));
  const began = performance.now();
  await fixture.server.stop(300);
  await answer;
  expect(performance.now() - began).toBeLessThan(2000);
  expect(fixture.aborted).toEqual(['wait']);
});
