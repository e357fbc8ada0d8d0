import { afterAll, describe, expect, test } from 'vitest';
import {
  hasRole,
  printPath,
  ROLES,
  ROUTES,
  type Role,
  type RouteId,
} from '#core/contract/index.ts';
import { openFixture, readJson } from './testdata/fixture.ts';

/** Input that each route accepts: what is asked of it is who may call it. */
const INPUTS: Readonly<Record<RouteId, Readonly<Record<string, unknown>>>> = {
  query: { query: 'Flows' },
  schema: {},
  kqlCheck: { query: 'Flows' },
  kqlComplete: { query: 'Flo', position: 3 },
  kqlHover: { query: 'Flows', position: 1 },
  kqlSignature: { query: 'print strlen(', position: 13 },
  kqlFormat: { query: 'Flows|count' },
  exportQuery: { query: 'Flows', format: 'csv' },
  status: {},
  quarantine: { limit: 5 },
  about: {},
  health: {},
  metrics: {},
  upload: { name: 'a.json' },
  ingestPaths: { paths: ['/nowhere'] },
  jobs: {},
  job: { id: 'none' },
  events: {},
  me: {},
  login: { name: 'nobody', password: 'wrong' },
  createLoginLink: {},
  logout: {},
  setPassword: { current: 'wrong', password: 'a password long enough' },
  users: {},
  createUser: { name: 'new', role: 'viewer', password: 'a password long enough' },
  updateUser: { name: 'nobody', role: 'viewer' },
  deleteUser: { name: 'nobody' },
  tokens: {},
  createToken: { name: 'mine', role: 'viewer' },
  deleteToken: { id: 'none' },
  audit: {},
  auditVerdict: {},
  savedQueries: {},
  saveQuery: { id: 'mine', name: 'Mine', query: 'Flows' },
  deleteQuery: { id: 'none' },
  queryHistory: {},
  clearHistory: {},
  watchlists: {},
  watchlist: { alias: 'none' },
  putWatchlist: { alias: 'hosts' },
  deleteWatchlist: { alias: 'none' },
  incidents: { states: 'New,Closed', severity: 'low' },
  incident: { number: 1 },
  openIncident: { alerts: ['none'] },
  changeIncident: { number: 1, state: 'Active' },
  noteIncident: { number: 1, text: 'Seen.' },
  bookmarkIncident: { number: 1, name: 'Flows', query: 'Flows' },
  removeBookmark: { number: 1, bookmark: 'none' },
  splitIncident: { number: 1, alerts: ['none'] },
  alerts: { isUnplaced: true },
  judgeAlert: { id: 'none', verdict: 'TruePositive' },
  suppressions: {},
  previewSuppression: { scope: '{"finders":["scan"]}', days: 30 },
  suppress: { scope: { finders: ['scan'] }, reason: 'Ours.' },
  endSuppression: { id: 'none' },
  intel: {},
  syncFeed: { name: 'none' },
  sightings: { limit: 10 },
  addIndicator: { value: '203.0.113.7', role: 'c2' },
  removeIndicator: { value: '203.0.113.7' },
  declareHarmless: { value: '203.0.113.7', why: 'Ours.' },
  endHarmless: { value: '203.0.113.7' },
  alertStatistics: { days: 7 },
  rules: {},
  rule: { id: 'none' },
  ruleHistory: { id: 'none' },
  enableRule: { id: 'none', isEnabled: true },
  removeRule: { id: 'none' },
  checkRules: { text: 'id: a' },
  putRuleFile: { file: 'a.yaml', text: 'id: a' },
  outputs: {},
  testOutput: { name: 'none' },
  previewOutput: { name: 'none' },
  retryOutput: { name: 'none' },
  rejectedMessages: { name: 'none' },
  canary: { outputs: ['none'] },
  logAnalyticsQuery: { id: 'ws', query: 'Flows' },
  logAnalyticsGet: { id: 'ws', query: 'Flows' },
  logAnalyticsResource: {
    subscription: 's',
    group: 'g',
    provider: 'Microsoft.OperationalInsights',
    type: 'workspaces',
    name: 'w',
    query: 'Flows',
  },
  logAnalyticsMetadata: { id: 'ws' },
  logAnalyticsMetadataPost: { id: 'ws' },
  logAnalyticsBatch: { requests: [{ id: '1', body: { query: 'Flows' } }] },
  kustoMetadata: {},
  kustoQueryV1: { csl: 'Flows' },
  kustoQueryV2: { csl: 'Flows' },
  kustoManagement: { csl: '.show tables' },
};
const IDS = Object.keys(ROUTES).filter((id): id is RouteId => Object.hasOwn(ROUTES, id));

const fixture = await openFixture();
afterAll(() => fixture.close());

async function ask(id: RouteId, by: { cookie?: string; token?: string; address?: string }) {
  const { method, path, body } = ROUTES[id];
  const input = INPUTS[id];
  const inPath = new Set([...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? ''));
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !inPath.has(name)));
  const target = printPath(path, input);
  if (body === 'json') return fixture.ask(method, target, { ...by, body: rest });
  const search = new URLSearchParams(
    Object.entries(rest).map(([k, v]): [string, string] => [k, String(v)]),
  ).toString();
  const more = body === 'raw' ? { raw: '{}\n' } : {};
  return fixture.ask(method, search === '' ? target : `${target}?${search}`, { ...by, ...more });
}

async function codeOf(response: Response): Promise<string> {
  if (response.status < 400) return 'answered';
  return (await readJson<{ error: { code: string } }>(response)).error.code;
}

test('every route of the table is asked here', () => {
  expect(Object.keys(INPUTS).sort()).toEqual([...IDS].sort());
});

describe.each(IDS)('%s', (id) => {
  const { access, errors } = ROUTES[id];
  const notLoggedIn =
    errors === 'kusto'
      ? 'Unauthorized'
      : errors === 'log-analytics'
        ? 'AuthorizationRequiredError'
        : 'not-logged-in';

  test('a stranger', async () => {
    const response = await ask(id, { address: '192.0.2.7' });
    if (access === 'anyone') expect(await codeOf(response)).not.toBe(notLoggedIn);
    else {
      expect(response.status).toBe(401);
      expect(await codeOf(response)).toBe(notLoggedIn);
    }
  });

  test.each(['weir_made-up-token-made-up-token-made-up', 'x'])('a made-up token', async (token) => {
    const response = await ask(id, { token });
    expect(response.status).toBe(401);
  });

  test('a made-up cookie', async () => {
    const response = await ask(id, {
      cookie: `weir-session-8787=${'A'.repeat(43)}`,
      address: '192.0.2.7',
    });
    if (access !== 'anyone') expect(response.status).toBe(401);
  });

  test.each(ROLES)('%s', async (role: Role) => {
    for (const by of [
      { token: await fixture.token(role) },
      { cookie: await fixture.login(role) },
    ]) {
      const response = await ask(id, { ...by, address: '192.0.2.7' });
      const isAllowed =
        access === 'anyone' ||
        access === 'loopback' ||
        (access !== 'local' && hasRole(role, access));
      if (isAllowed) {
        // A wrong password is 401 to anyone.
        if (id !== 'login') expect(response.status).not.toBe(401);
        if (id !== 'setPassword' && id !== 'createToken') expect(response.status).not.toBe(403);
      } else expect(response.status).toBe(403);
      await response.body?.cancel();
    }
  });
});

test('the local token may hand over paths, and nobody else may', async () => {
  const response = await ask('ingestPaths', { token: fixture.auth.localToken });
  expect(response.status).toBe(200);
  const { id } = await readJson<{ id: string }>(response);
  expect(await fixture.job(id)).toMatchObject({ state: 'failed', by: 'local', name: '/nowhere' });
});

test('the local token may make a login link', async () => {
  const { token } = await readJson<{ token: string }>(
    await ask('createLoginLink', { token: fixture.auth.localToken }),
  );
  expect((await fixture.ask('POST', '/api/v1/login', { body: { token } })).status).toBe(200);
});

test('a token can neither change a password nor make a token', async () => {
  const token = await fixture.token('admin');
  expect((await ask('setPassword', { token })).status).toBe(403);
  expect((await ask('createToken', { token })).status).toBe(403);
});

test('metrics answer on this machine without a login, but not what a proxy forwards', async () => {
  expect((await fixture.ask('GET', '/metrics', { address: '::1' })).status).toBe(200);
  const forwarded = { headers: { 'x-forwarded-for': '192.0.2.7' } };
  expect((await fixture.ask('GET', '/metrics', forwarded)).status).toBe(401);
});

test('a token cannot be of a stronger role than its maker', async () => {
  const cookie = await fixture.login('analyst');
  const make = (role: Role) =>
    fixture.ask('POST', '/api/v1/tokens', { cookie, body: { name: 't', role } });
  expect((await make('admin')).status).toBe(403);
  expect((await make('analyst')).status).toBe(200);
});

test('people see and end only their own tokens, admins all', async () => {
  const analyst = await fixture.login('analyst');
  const viewer = await fixture.login('viewer');
  const admin = await fixture.login('admin');
  const made = await readJson<{ token: { id: string } }>(
    await fixture.ask('POST', '/api/v1/tokens', {
      cookie: analyst,
      body: { name: 'own', role: 'viewer' },
    }),
  );
  const path = `/api/v1/tokens/${made.token.id}`;
  const list = async (cookie: string) =>
    (await fixture.ask('GET', '/api/v1/tokens', { cookie })).text();
  expect(await list(analyst)).toContain(made.token.id);
  expect(await list(viewer)).not.toContain(made.token.id);
  expect(await list(admin)).toContain(made.token.id);
  expect((await fixture.ask('DELETE', path, { cookie: viewer })).status).toBe(404);
  expect((await fixture.ask('DELETE', path, { cookie: admin })).status).toBe(200);
  expect(await list(analyst)).not.toContain(made.token.id);
});

test.each([
  ['PATCH', '/api/v1/query', 405],
  ['GET', '/api/v1/query', 405],
  ['DELETE', '/api/v1/status', 405],
  ['GET', '/api/v1/nothing', 404],
  ['GET', '/v2/other', 404],
  ['POST', '/', 404],
])('%s %s is %d', async (method, path, status) => {
  const response = await fixture.ask(method, path, { token: await fixture.token('admin') });
  expect(response.status).toBe(status);
  if (status === 405)
    expect(response.headers.get('allow')).toBe(path.endsWith('query') ? 'POST' : 'GET');
});
