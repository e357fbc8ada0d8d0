import { afterAll, describe, expect, test } from 'vitest';
import { ROUTES } from '#core/contract/index.ts';
import { verifyAudit } from '#server/auth/index.ts';
import { HOST, ORIGIN, openFixture, PASSWORD, readJson } from './testdata/fixture.ts';

const fixture = await openFixture({ bodyLimitBytes: 10_000, bodyTimeoutMs: 100 });
afterAll(() => fixture.close());
const cookie = await fixture.login('admin');

const query = (headers: Readonly<Record<string, string | undefined>>, more: object = {}) =>
  fixture.ask('POST', '/api/v1/query', { cookie, body: { query: 'Flows' }, headers, ...more });
const codeOf = async (response: Response) =>
  (await readJson<{ error: { code: string } }>(response)).error.code;

describe('the host of a request', () => {
  test.each([
    '127.0.0.1',
    'localhost:9999',
    'LOCALHOST',
    '[::1]:8787',
    '192.0.2.1:80',
    'weir.example',
    'Weir.Example:443',
    'weir.example.',
  ])('may be %s', async (host) => {
    expect((await fixture.ask('GET', '/healthz', { headers: { host } })).status).toBe(200);
  });
  test.each([
    'evil.example',
    'weir.example.evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'a@127.0.0.1',
    '127.0.0.1:1:2',
    '[::1',
    '',
  ])('may not be %j', async (host) => {
    for (const path of ['/', '/healthz', '/api/v1/status']) {
      const response = await fixture.ask('GET', path, { headers: { host } });
      expect(response.status).toBe(421);
      expect(await codeOf(response)).toBe('wrong-host');
    }
  });
  test('must be there', async () => {
    expect((await fixture.ask('GET', '/', { headers: { host: undefined } })).status).toBe(421);
  });
});

describe('the page that made a request', () => {
  test.each([
    ['its own page', { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, 200],
    ['its own page behind TLS', { origin: `https://${HOST}` }, 200],
    ['an older browser', { origin: ORIGIN, 'sec-fetch-site': undefined }, 200],
    ['a person typing the address', { origin: undefined, 'sec-fetch-site': 'none' }, 200],
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    [
      'another port of this host',
      { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' },
      403,
    ],
    ['another site without an origin', { origin: undefined, 'sec-fetch-site': 'cross-site' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['nobody knows', { origin: undefined, 'sec-fetch-site': undefined }, 403],
  ])('%s: %o is %d', async (_, headers, status) => {
    const response = await query(headers);
    expect(response.status).toBe(status);
    if (status === 403) expect(await codeOf(response)).toBe('wrong-origin');
  });

  test('a program with a token needs no origin, and another page cannot use one either', async () => {
    const token = await fixture.token('viewer');
    expect((await query({ origin: undefined }, { token, cookie: undefined })).status).toBe(200);
    expect(
      (await query({ origin: 'https://evil.example' }, { token, cookie: undefined })).status,
    ).toBe(403);
  });

  test('nobody is logged in by another site', async () => {
    const response = await fixture.ask('POST', '/api/v1/login', {
      body: { name: 'admin-person', password: PASSWORD },
      headers: { origin: 'https://evil.example' },
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  test('data is not given to another site either', async () => {
    const response = await fixture.ask('GET', '/api/v1/status', {
      cookie,
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(response.status).toBe(403);
  });
});

test.each([
  ['GET', '/'],
  ['GET', '/explore'],
  ['GET', '/assets/main-AbCd1234.js'],
  ['GET', '/healthz'],
  ['GET', '/api/v1/status'],
  ['GET', '/api/v1/nothing'],
  ['GET', '/api/v1/query'],
  ['POST', '/api/v1/query'],
  ['GET', '/metrics'],
  ['GET', '/missing.js'],
])('%s %s carries the headers', async (method, path) => {
  for (const headers of [{}, { host: 'evil.example' }]) {
    const { headers: found } = await fixture.ask(method, path, { headers });
    expect(found.get('x-content-type-options')).toBe('nosniff');
    expect(found.get('x-frame-options')).toBe('DENY');
    expect(found.get('referrer-policy')).toBe('no-referrer');
    expect(found.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(found.get('cross-origin-resource-policy')).toBe('same-origin');
    const policy = found.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(found.get('access-control-allow-origin')).toBeNull();
    expect(found.get('x-powered-by')).toBeNull();
    expect(found.get('server')).toBeNull();
  }
});

test('answers of the API are never cached, and the page is told when it may speak TLS only', async () => {
  expect((await query({})).headers.get('cache-control')).toBe('no-store');
  const secure = await openFixture({ isSecure: true });
  const response = await secure.ask('GET', '/', { headers: { host: 'weir.example' } });
  expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
  await secure.close();
});

describe('bodies', () => {
  const raw = (text: string, type = 'application/json') =>
    fixture.ask('POST', '/api/v1/query', { cookie, raw: text, headers: { 'content-type': type } });

  test.each([
    '{"query":"Flows","__proto__":{"isAdmin":true}}',
    '{"query":"Flows","parameters":{"__proto__":"x"}}',
    '{"query":"Flows","parameters":{"\\u005f_proto__":"x"}}',
    '{"query":"Flows","constructor":{"prototype":{"isAdmin":true}}}',
    '{"query":"Flows","parameters":{"prototype":"x"}}',
  ])('%s is refused', async (text) => {
    const response = await raw(text);
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('bad-json');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });

  test.each([
    ['not JSON', '{query}', 'bad-json'],
    ['too deep', '['.repeat(9000), 'bad-json'],
    ['deep and whole', '['.repeat(4500) + ']'.repeat(4500), 'bad-json'],
    ['not an object', '[]', 'bad-request'],
    ['a field too many', '{"query":"Flows","admin":true}', 'bad-request'],
    ['a field of the wrong kind', '{"query":1}', 'bad-request'],
    ['nothing', '', 'bad-request'],
  ])('%s is refused', async (_, text, code) => {
    const response = await raw(text);
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe(code);
  });

  test('of another type are refused, as a form of another page would send them', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'text/plain; application/json',
    ])
      expect((await raw('{"query":"Flows"}', type)).status).toBe(415);
    expect((await raw('{"query":"Flows"}', 'application/json; charset=utf-8')).status).toBe(200);
  });

  test('too large are refused, said or not', async () => {
    const text = JSON.stringify({ query: 'x'.repeat(20_000) });
    expect((await raw(text)).status).toBe(413);
    const said = await fixture.ask('POST', '/api/v1/query', {
      cookie,
      raw: '{}',
      headers: { 'content-type': 'application/json', 'content-length': '99999999' },
    });
    expect(said.status).toBe(413);
  });

  test('that do not come are not waited for', async () => {
    const never = new ReadableStream({
      start: (c) => c.enqueue(new TextEncoder().encode('{"query":')),
    });
    const response = await fixture.ask('POST', '/api/v1/query', {
      cookie,
      raw: never,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(408);
    expect(await codeOf(response)).toBe('too-slow');
  });

  test('a repeated parameter is an error, and so is an unknown one', async () => {
    expect((await fixture.ask('GET', '/api/v1/audit?limit=1&limit=2', { cookie })).status).toBe(
      400,
    );
    expect((await fixture.ask('GET', '/api/v1/audit?__proto__=1', { cookie })).status).toBe(400);
    expect((await fixture.ask('GET', '/api/v1/audit?limit=x', { cookie })).status).toBe(400);
  });
});

describe('failures', () => {
  test('of a query say where and what to do', async () => {
    const response = await query({}, { body: { query: 'bad' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: {
        code: 'unknown-column',
        message: 'There is no column SrcIpp.',
        line: 2,
        column: 9,
        hint: 'Columns of Flows are listed by `Flows | getschema`.',
      },
    });
  });

  test('of too many say when to come back', async () => {
    const response = await query({}, { body: { query: 'busy' } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
  });

  test('of Weir itself go to the log and tell the caller nothing', async () => {
    const response = await query({}, { body: { query: 'bug' } });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('secret detail');
    const id = /request ([\w-]+)/.exec(text)?.[1] ?? 'none';
    const line = fixture.logged.find((entry) => entry.includes(id)) ?? '';
    expect(line).toContain('secret detail of a bug');
    expect(line).toContain('fixture.ts');
  });
});

describe('the audit log', () => {
  const entries = async (action: string) => {
    const response = await fixture.ask('GET', `/api/v1/audit?action=${action}`, { cookie });
    return (
      await readJson<{ entries: { who: string; from: string; outcome: string; detail: object }[] }>(
        response,
      )
    ).entries;
  };

  test('holds logins and failed ones, without the password', async () => {
    await fixture.ask('POST', '/api/v1/login', {
      body: { name: 'mallory', password: 'a wrong guess' },
      address: '192.0.2.9',
    });
    const [failed] = await entries('login');
    expect(failed).toMatchObject({
      who: '',
      from: '192.0.2.9',
      outcome: 'refused',
      detail: { with: 'password', name: 'mallory' },
    });
    await fixture.login('viewer');
    expect((await entries('login'))[0]).toMatchObject({ who: 'viewer-person', outcome: 'done' });
    const all = JSON.stringify(fixture.state.all('SELECT * FROM audit'));
    expect(all).not.toContain('a wrong guess');
    expect(all).not.toContain(PASSWORD);
  });

  test('holds changes, and who was refused one', async () => {
    const viewer = await fixture.login('viewer');
    const body = { name: 'eve', role: 'admin', password: PASSWORD };
    await fixture.ask('POST', '/api/v1/users', { cookie: viewer, body });
    await fixture.ask('POST', '/api/v1/users', { cookie, body });
    expect(await entries('createUser')).toMatchObject([
      { who: 'admin-person', outcome: 'done', detail: { name: 'eve', role: 'admin' } },
      { who: 'viewer-person', outcome: 'refused', detail: { error: 'forbidden' } },
    ]);
  });

  test('holds what tokens did, by their name', async () => {
    const token = await fixture.token('analyst');
    await fixture.ask('PUT', '/api/v1/saved-queries/mine', {
      token,
      body: { name: 'Mine', query: 'Flows' },
    });
    expect((await entries('saveQuery'))[0]).toMatchObject({
      who: 'analyst-person token:ci',
      outcome: 'done',
    });
  });

  test('holds exports and queries with their text, rows and time; repetitions as one', async () => {
    const ask = (text: string) =>
      fixture.ask('POST', '/api/v1/query', { cookie, body: { query: text } });
    for (let i = 0; i < 5; i++) await ask('Flows | count');
    await ask('bad one');
    await fixture.ask('POST', '/api/v1/export', {
      cookie,
      body: { query: 'Flows', format: 'csv' },
    });
    const mine = (await entries('query')).filter((e) => JSON.stringify(e).includes('count'));
    expect(mine).toMatchObject([
      { who: 'admin-person', detail: { query: 'Flows | count', rows: 2, elapsedMs: 13 } },
    ]);
    expect((await entries('query'))[0]).toMatchObject({
      outcome: 'failed',
      detail: { query: 'bad one', error: 'unknown-column' },
    });
    expect((await entries('exportQuery'))[0]).toMatchObject({
      detail: { query: 'Flows', format: 'csv', rows: 2 },
    });
    await fixture.server.stop(50);
    const counted = fixture.state.all(
      "SELECT detail FROM audit WHERE detail LIKE '%repeated%' AND detail LIKE '%count%'",
    );
    expect(counted.map((row) => JSON.parse(String(row['detail'])))).toMatchObject([
      { query: 'Flows | count', repeated: 4 },
    ]);
  });

  test('cannot be filled by strangers, and verifies in the end', async () => {
    const count = () => fixture.state.all('SELECT seq FROM audit').length;
    const before = count();
    for (const { method, path, audit } of Object.values(ROUTES))
      if (audit !== 'none' && path !== ROUTES.login.path)
        await fixture.ask(method, path, method === 'GET' ? {} : { raw: '{}' });
    fixture.auth.audit.flush();
    expect(count()).toBe(before);
    expect(verifyAudit(fixture.state)).toMatchObject({ ok: true });
  });
});
