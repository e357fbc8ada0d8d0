import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Me } from '#core/contract/index.ts';
import { type Ask, type Fixture, openFixture, PASSWORD, readJson } from './testdata/fixture.ts';

const HOUR = 3600_000;
let fixture: Fixture;
beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

const login = (body: unknown, more: Ask = {}) =>
  fixture.ask('POST', '/api/v1/login', { body, ...more });
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
const me = (cookie: string) => fixture.ask('GET', '/api/v1/me', { cookie });

test('the cookie is closed to scripts and other sites', async () => {
  await fixture.auth.accounts.create('ann', 'viewer', PASSWORD);
  const response = await login({ name: 'ann', password: PASSWORD });
  expect(response.headers.get('set-cookie')).toMatch(
    /^weir-session-8787=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
  );
  expect(await response.json()).toEqual({
    name: 'ann',
    role: 'viewer',
    hasPassword: true,
    via: 'session',
  });
});

test('behind TLS it is marked Secure and cannot be set by others', async () => {
  const secure = await openFixture({ isSecure: true });
  await secure.auth.accounts.create('ann', 'viewer', PASSWORD);
  const headers = { host: 'weir.example', origin: 'https://weir.example' };
  const response = await secure.ask('POST', '/api/v1/login', {
    body: { name: 'ann', password: PASSWORD },
    headers,
  });
  expect(response.headers.get('set-cookie')).toMatch(/^__Host-weir-session=.*; Secure$/);
  expect(
    (await secure.ask('GET', '/api/v1/me', { cookie: cookieOf(response), headers })).status,
  ).toBe(200);
  await secure.close();
});

describe('the one-time link', () => {
  test('is printed by a start, logs in once, and asks for a password', async () => {
    const { loginLink = '', url } = await fixture.server.start({ host: '127.0.0.1', port: 0 });
    expect(loginLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/login#token=[\w-]{43}$/);
    expect(loginLink.startsWith(url)).toBe(true);
    const token = loginLink.split('=')[1];
    const first = await login({ token });
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({
      name: 'admin',
      role: 'admin',
      hasPassword: false,
      via: 'session',
    });
    const second = await login({ token });
    expect(second.status).toBe(401);
    expect(second.headers.get('set-cookie')).toBeNull();

    const cookie = cookieOf(first);
    const body = { password: PASSWORD };
    expect((await fixture.ask('POST', '/api/v1/me/password', { cookie, body })).status).toBe(200);
    expect((await readJson<Me>(await me(cookie))).hasPassword).toBe(true);
    expect((await login({ name: 'admin', password: PASSWORD })).status).toBe(200);
    expect(fixture.auth.firstLink()).toBeUndefined();
    expect(JSON.stringify(fixture.logged)).not.toContain(token);
  });

  test('a short password is refused', async () => {
    const cookie = cookieOf(await login({ token: fixture.auth.firstLink() }));
    const response = await fixture.ask('POST', '/api/v1/me/password', {
      cookie,
      body: { password: 'short' },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('at least 12 characters');
  });
});

test('five wrong passwords lock the account for a while, from other addresses too', async () => {
  await fixture.auth.accounts.create('ann', 'viewer', PASSWORD);
  for (let i = 0; i < 5; i++)
    expect(
      (await login({ name: 'ann', password: 'wrong' }, { address: `192.0.2.${i}` })).status,
    ).toBe(401);
  const locked = await login({ name: 'ann', password: PASSWORD }, { address: '192.0.2.99' });
  expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '30']);
  fixture.now += 30_000;
  expect((await login({ name: 'ann', password: PASSWORD })).status).toBe(200);
});

test('twenty wrong ones lock the address, whatever the names', async () => {
  await fixture.auth.accounts.create('ann', 'viewer', PASSWORD);
  const address = '192.0.2.1';
  for (let i = 0; i < 20; i++) await login({ name: `user${i}`, password: 'wrong' }, { address });
  expect((await login({ name: 'ann', password: PASSWORD }, { address })).status).toBe(429);
  expect((await login({ name: 'ann', password: PASSWORD }, { address: '192.0.2.2' })).status).toBe(
    200,
  );
});

test('behind a proxy that is named, one caller does not lock out the others', async () => {
  const behind = await openFixture({ proxies: ['127.0.0.1'] });
  await behind.auth.accounts.create('ann', 'viewer', PASSWORD);
  const from = (address: string, body: unknown) =>
    behind.ask('POST', '/api/v1/login', {
      body,
      headers: { 'x-forwarded-for': `1.1.1.1, ${address}` },
    });
  for (let i = 0; i < 21; i++) await from('192.0.2.1', { name: `user${i}`, password: 'wrong' });
  const right = { name: 'ann', password: PASSWORD };
  expect((await from('192.0.2.1', right)).status).toBe(429);
  expect((await from('192.0.2.2', right)).status).toBe(200);
  expect(behind.auth.audit.list({ limit: 1 })[0]?.from).toBe('192.0.2.2');
  await behind.close();
});

test('a session ends by idleness, by age, and by logout', async () => {
  let cookie = await fixture.login('viewer');
  fixture.now += 12 * HOUR - 1;
  expect((await me(cookie)).status).toBe(200);
  fixture.now += 12 * HOUR;
  expect((await me(cookie)).status).toBe(401);

  cookie = await fixture.login('viewer');
  for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
    fixture.now += 8 * HOUR;
    expect((await me(cookie)).status).toBe(200);
  }
  fixture.now += 8 * HOUR;
  expect((await me(cookie)).status).toBe(401);

  cookie = await fixture.login('viewer');
  const out = await fixture.ask('POST', '/api/v1/logout', { cookie, body: {} });
  expect(out.headers.get('set-cookie')).toMatch(/^weir-session-8787=; Path=\/; Max-Age=0;/);
  expect((await me(cookie)).status).toBe(401);
});

test('a cookie of another server on this machine is no hindrance', async () => {
  const cookie = await fixture.login('viewer');
  expect((await me(`weir-session-9999=${'B'.repeat(43)}; ${cookie}`)).status).toBe(200);
  expect((await me(`weir-session-8787=${'B'.repeat(43)}; ${cookie}`)).status).toBe(200);
  expect((await me(cookie.replace('8787', '9999'))).status).toBe(401);
});

test('accounts: an admin makes, changes and removes them; the last admin stays', async () => {
  const cookie = await fixture.login('admin');
  const users = (method: string, path: string, body?: unknown) =>
    fixture.ask(method, `/api/v1/users${path}`, {
      cookie,
      ...(body === undefined ? {} : { body }),
    });
  const ann = { name: 'ann', role: 'viewer', password: PASSWORD };
  expect((await users('POST', '', ann)).status).toBe(200);
  expect((await users('POST', '', ann)).status).toBe(409);
  expect((await users('POST', '', { ...ann, name: 'No Spaces' })).status).toBe(400);
  expect((await users('POST', '', { ...ann, name: 'local' })).status).toBe(400);
  expect(await (await users('PUT', '/ann', { role: 'analyst' })).json()).toMatchObject({
    role: 'analyst',
  });
  expect((await users('PUT', '/nobody', { role: 'analyst' })).status).toBe(404);
  expect((await users('PUT', '/admin-person', { role: 'viewer' })).status).toBe(409);
  expect((await users('DELETE', '/admin-person')).status).toBe(409);
  expect((await users('DELETE', '/ann')).status).toBe(200);
  const text = await (await users('GET', '')).text();
  expect(text).not.toContain('ann');
  expect(text).not.toContain('scrypt');
});
