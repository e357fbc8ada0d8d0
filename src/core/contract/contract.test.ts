import { describe, expect, test } from 'vitest';
import {
  ACCESS,
  ERRORS,
  hasRole,
  pathParameters,
  printPath,
  ROLES,
  ROUTES,
  type Route,
} from './index.ts';

const routes: readonly (readonly [string, Route])[] = Object.entries(ROUTES);

test('no two routes share method and path', () => {
  const keys = routes.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ':')}`);
  expect(new Set(keys).size).toBe(keys.length);
});

describe.each(routes)('%s', (_, route) => {
  test('is declared whole', () => {
    expect(ACCESS).toContain(route.access);
    expect(route.path).toMatch(/^\/[a-z0-9/:$-]+$/i);
    expect(route.says).toMatch(/^[A-Z].*[^.]\.$/);
    if (route.method === 'GET') expect(route.body).toBe('none');
    // What changes something is written down, unless it is a question asked by POST.
    if (route.method !== 'GET' && route.audit === 'none')
      expect(route.path).toMatch(/\/kql\/|\/mgmt$|\/metadata$/);
  });

  test('refuses names it does not know, except from clients of other products', () => {
    const given = {
      ...Object.fromEntries(pathParameters(route.path).map((name) => [name, 'x'])),
      surprise: 1,
    };
    const issues = route.input.safeParse(given).error?.issues ?? [];
    const isStrict = JSON.stringify(issues).includes('unrecognized_keys');
    expect(isStrict).toBe(route.errors === 'weir');
  });
});

test('paths are filled in and escaped', () => {
  expect(printPath('/api/v1/jobs/:id', { id: 'a/../b?c' })).toBe('/api/v1/jobs/a%2F..%2Fb%3Fc');
  expect(() => printPath('/api/v1/jobs/:id', {})).toThrow('needs id');
});

test('roles include the weaker ones', () => {
  const table = ROLES.map((held) => ROLES.map((needed) => hasRole(held, needed)));
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

test('every error has a status that says "not fine" and a sentence', () => {
  for (const [status, meaning] of Object.values(ERRORS)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});

test('reading input does not compile code, which the page forbids', () => {
  const original = globalThis.Function;
  let made = 0;
  globalThis.Function = new Proxy(original, {
    construct: (target, args) => {
      made++;
      return Reflect.construct(target, args);
    },
  });
  try {
    ROUTES.query.input.parse({ query: 'Flows' });
    ROUTES.saveQuery.input.parse({ id: 'a', name: 'A', query: 'Flows' });
  } finally {
    globalThis.Function = original;
  }
  expect(made).toBe(0);
});
