import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PastQuery, Role, SavedQuery } from '#core/contract/index.ts';
import { type Fixture, openFixture, readJson } from './testdata/fixture.ts';

let fixture: Fixture;
let cookies: Record<Role, string>;

beforeEach(async () => {
  fixture = await openFixture();
  cookies = {
    viewer: await fixture.login('viewer'),
    analyst: await fixture.login('analyst'),
    admin: await fixture.login('admin'),
  };
});
afterEach(() => fixture.close());

const history = async (role: Role) =>
  (
    await readJson<{ queries: PastQuery[] }>(
      await fixture.ask('GET', '/api/v1/query-history', { cookie: cookies[role] }),
    )
  ).queries;
const run = (role: Role, query: string, isKept?: boolean) =>
  fixture.ask('POST', '/api/v1/query', { cookie: cookies[role], body: { query, isKept } });

test('what a person runs by hand is in their own history, newest first', async () => {
  await run('viewer', 'Flows | take 2', true);
  await run('viewer', 'bad one', true);
  await run('viewer', 'Flows | of a panel');
  await run('analyst', 'Flows | mine', true);
  expect(await history('viewer')).toMatchObject([
    { query: 'bad one', outcome: 'failed', rows: null },
    { query: 'Flows | take 2', outcome: 'done', rows: 2, at: new Date(fixture.now).toISOString() },
  ]);
  await fixture.ask('DELETE', '/api/v1/query-history', { cookie: cookies.viewer });
  expect(await history('viewer')).toEqual([]);
  expect(await history('analyst')).toHaveLength(1);
});

test('a history holds the latest two hundred, and goes with its account', async () => {
  for (let i = 0; i < 205; i++) await run('viewer', `print ${i}`, true);
  const kept = await history('viewer');
  expect([kept.length, kept[0]?.query, kept.at(-1)?.query]).toEqual([200, 'print 204', 'print 5']);
  await fixture.ask('DELETE', '/api/v1/users/viewer-person', { cookie: cookies.admin });
  expect(fixture.state.get('SELECT count(*) AS n FROM query_history')).toEqual({ n: 0 });
});

test('a saved query is changed and deleted by its owner and by admins only', async () => {
  await fixture.auth.accounts.create('other', 'analyst', 'a password long enough');
  const login = await fixture.ask('POST', '/api/v1/login', {
    body: { name: 'other', password: 'a password long enough' },
  });
  const other = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const save = (cookie: string, query: string) =>
    fixture.ask('PUT', '/api/v1/saved-queries/denied', { cookie, body: { name: 'Denied', query } });
  expect(await readJson<SavedQuery>(await save(cookies.analyst, 'one'))).toMatchObject({
    owner: 'analyst-person',
  });
  const refused = await save(other, 'two');
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('analyst-person');
  const path = '/api/v1/saved-queries/denied';
  expect((await fixture.ask('DELETE', path, { cookie: other })).status).toBe(403);
  expect(await readJson<SavedQuery>(await save(cookies.admin, 'three'))).toMatchObject({
    owner: 'analyst-person',
    changedBy: 'admin-person',
    query: 'three',
  });
  expect((await fixture.ask('DELETE', path, { cookie: cookies.analyst })).status).toBe(200);
});
