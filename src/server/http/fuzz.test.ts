import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ROUTES, type Route } from '#core/contract/index.ts';
import { chooseEncoding } from './compress.ts';
import { readCookie } from './cookie.ts';
import { hostName } from './origin.ts';
import { openFixture } from './testdata/fixture.ts';

const fixture = await openFixture();
afterAll(() => fixture.close());
const cookie = await fixture.login('admin');

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '\ud800',
    '\u0000',
    '../..',
    "'; DROP TABLE audit --",
    '=cmd()',
    '<script>',
    '%',
    '%00',
    '\r\nSet-Cookie: a=b',
  ),
  fc.string({ minLength: 1000, maxLength: 3000 }),
);
const value = fc.oneof(
  hostile,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(hostile, { maxLength: 3 }),
  fc.jsonValue(),
);

/** Inputs of the right names with any values: what gets past the schema reaches handlers and the database. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  query: ['query', 'timespan', 'parameters', 'limits'],
  kqlComplete: ['query', 'position'],
  exportQuery: ['query', 'format', 'name'],
  login: ['token', 'name', 'password'],
  setPassword: ['current', 'password'],
  createUser: ['name', 'role', 'password'],
  updateUser: ['name', 'role', 'password'],
  deleteUser: ['name'],
  createToken: ['name', 'role', 'expiresInDays'],
  deleteToken: ['id'],
  audit: ['before', 'limit', 'who', 'action'],
  saveQuery: ['id', 'name', 'query', 'description'],
  deleteQuery: ['id'],
  job: ['id'],
  quarantine: ['limit'],
  status: ['from', 'to'],
  logAnalyticsQuery: ['id', 'query', 'timespan'],
  kustoQueryV1: ['db', 'csl', 'properties'],
  kustoQueryV2: ['db', 'csl'],
  kustoManagement: ['db', 'csl'],
};
const good: Readonly<Record<string, unknown>> = {
  query: 'Flows',
  csl: 'Flows',
  role: 'viewer',
  format: 'csv',
  password: 'a password long enough',
  position: 1,
  token: 'none',
};

const textOf = (v: unknown) =>
  (typeof v === 'object' ? JSON.stringify(v) : String(v)).toWellFormed();

test.each(Object.entries(inputs))('%s never breaks', async (id, names) => {
  const route: Route | undefined = Object.entries(ROUTES).find(([known]) => known === id)?.[1];
  if (!route) throw new Error(`there is no route ${id}`);
  const field = (name: string) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(good[name]) }, { weight: 3, arbitrary: value });
  const input = fc.record(Object.fromEntries(names.map((name) => [name, field(name)])), {
    requiredKeys: [],
  });
  await fc.assert(
    fc.asyncProperty(input, async (given) => {
      const rest: [string, unknown][] = [];
      let path = route.path;
      for (const [name, v] of Object.entries(given)) {
        const text = textOf(v);
        if (path.includes(`:${name}`))
          path = path.replace(`:${name}`, () => encodeURIComponent(text) || 'x');
        else rest.push([name, v]);
      }
      path = path.replace(/:\w+/, 'x');
      const search = new URLSearchParams(rest.map(([n, v]): [string, string] => [n, textOf(v)]));
      const response =
        route.body === 'json'
          ? await fixture.ask(route.method, path, { cookie, body: Object.fromEntries(rest) })
          : await fixture.ask(route.method, `${path}?${search}`, { cookie });
      expect(response.status).not.toBe(500);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      await response.text();
    }),
    { numRuns: 300, seed: 20260301 },
  );
});

test('any bytes as a body are answered', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      async (bytes) => {
        const response = await fixture.ask('POST', '/api/v1/query', {
          cookie,
          raw: new Uint8Array(bytes),
          headers: { 'content-type': 'application/json' },
        });
        expect([200, 400]).toContain(response.status);
      },
    ),
    { numRuns: 300, seed: 20260301 },
  );
});

test('any path is answered', async () => {
  const piece = fc.oneof(
    fc.constantFrom('api', 'v1', '..', '%2e%2e', '%', '%ff', 'login', '', 'query', '%00'),
    fc.webSegment(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const response = await fixture.ask('GET', `/${pieces.join('/')}`, { cookie });
      expect(response.status).not.toBe(500);
      expect(await response.text()).not.toContain('not to be seen');
    }),
    { numRuns: 300, seed: 20260301 },
  );
});

test('readers of headers take any text, in time that grows with its length only', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(text, (header) => {
      hostName(header);
      readCookie(header, 'weir-session');
      chooseEncoding(header);
    }),
    { seed: 20260301 },
  );
  const began = performance.now();
  for (const long of [
    'a'.repeat(16_000),
    '[:'.repeat(8000),
    '; '.repeat(8000),
    'a;q=,'.repeat(3000),
    ' '.repeat(16_000),
  ]) {
    hostName(long);
    readCookie(long, 'weir-session');
    chooseEncoding(long);
  }
  expect(performance.now() - began).toBeLessThan(200);
});
