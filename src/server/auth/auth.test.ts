import { beforeEach, describe, expect, test } from 'vitest';
import { type Auth, createAuth, openState, Refused, type State } from './index.ts';
import { createPasswords } from './password.ts';
import { createThrottle } from './throttle.ts';

const CHEAP = { logN: 4, r: 8, p: 1 };
const HOUR = 3600_000;
const RIGHT = 'correct horse battery';

let state: State;
let now: number;
let auth: Auth;

beforeEach(() => {
  state = openState(':memory:');
  now = Date.UTC(2026, 0, 1);
  auth = createAuth({
    state,
    now: () => now,
    passwordCost: CHEAP,
    sessionLife: { idleMs: HOUR, absoluteMs: 5 * HOUR },
    onAuditFailure: (error) => {
      throw error;
    },
  });
});

/** The code of the refusal that `work` ends in. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  return 'not refused';
}

describe('the one-time link', () => {
  test('logs in once, as the first admin', async () => {
    const link = auth.firstLink() ?? '';
    const { me, session } = auth.loginWithLink(link, '127.0.0.1');
    expect(me).toEqual({ name: 'admin', role: 'admin', hasPassword: false, via: 'session' });
    expect(auth.bySession(session)?.name).toBe('admin');
    expect(await refusal(() => auth.loginWithLink(link, '127.0.0.1'))).toBe('login-failed');
  });

  test('expires after an hour', async () => {
    const link = auth.firstLink() ?? '';
    now += HOUR;
    expect(await refusal(() => auth.loginWithLink(link, '127.0.0.1'))).toBe('login-failed');
  });

  test('a new one ends the old one', async () => {
    const old = auth.firstLink() ?? '';
    const link = auth.firstLink() ?? '';
    expect(await refusal(() => auth.loginWithLink(old, '127.0.0.1'))).toBe('login-failed');
    expect(auth.loginWithLink(link, '127.0.0.1').me.name).toBe('admin');
  });

  test('is offered until an admin has a password, and one printed before does not outlive that', async () => {
    const { session } = auth.loginWithLink(auth.firstLink() ?? '', '127.0.0.1');
    await auth.accounts.create('v', 'viewer', RIGHT);
    const link = auth.firstLink() ?? '';
    expect(link).not.toBe('');
    const me = auth.bySession(session);
    if (!me) throw new Error('the session is gone');
    await auth.changeOwnPassword(me, undefined, RIGHT, '127.0.0.1');
    expect(auth.firstLink()).toBeUndefined();
    expect(await refusal(() => auth.loginWithLink(link, '127.0.0.1'))).toBe('login-failed');
  });

  test('made on the machine of the server, opens an account whose password was lost', async () => {
    await auth.accounts.create('root', 'admin', RIGHT);
    await auth.accounts.create('ann', 'analyst', RIGHT);
    const { session: old } = await auth.loginWithPassword('ann', RIGHT, '127.0.0.1');
    expect(await refusal(() => auth.makeLink('nobody'))).toBe('not-found');
    const { me, session } = auth.loginWithLink(auth.makeLink('ann'), '127.0.0.1');
    expect(me).toEqual({ name: 'ann', role: 'analyst', hasPassword: false, via: 'session' });
    expect(auth.bySession(old)).toBeUndefined();
    expect(await refusal(() => auth.loginWithPassword('ann', RIGHT, '127.0.0.1'))).toBe(
      'login-failed',
    );
    const ann = auth.bySession(session);
    if (!ann) throw new Error('the session is gone');
    await auth.changeOwnPassword(ann, undefined, 'another long one', '127.0.0.1');
    expect((await auth.loginWithPassword('ann', 'another long one', '127.0.0.1')).me.name).toBe(
      'ann',
    );
  });

  test('guesses are throttled by address', async () => {
    for (let i = 0; i < 20; i++)
      expect(await refusal(() => auth.loginWithLink(`guess${i}`, '10.0.0.1'))).toBe('login-failed');
    const link = auth.firstLink() ?? '';
    expect(await refusal(() => auth.loginWithLink(link, '10.0.0.1'))).toBe('too-many');
    expect(auth.loginWithLink(link, '10.0.0.2').me.name).toBe('admin');
  });
});

describe('passwords', () => {
  test('the right one logs in; a wrong one and an unknown account look alike', async () => {
    await auth.accounts.create('ann', 'analyst', RIGHT);
    const { me } = await auth.loginWithPassword('ann', RIGHT, '127.0.0.1');
    expect(me).toEqual({ name: 'ann', role: 'analyst', hasPassword: true, via: 'session' });
    const message = async (name: string) =>
      auth.loginWithPassword(name, 'wrong', '127.0.0.1').then(String, String);
    expect(await message('ann')).toBe(await message('nobody'));
  });

  test('are computed a few at a time; a burst is refused, and the event loop turns meanwhile', async () => {
    const passwords = createPasswords({ logN: 12, r: 8, p: 1 });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const codes = await Promise.all(
      Array.from({ length: 40 }, () => refusal(() => passwords.hash(RIGHT))),
    );
    clearInterval(timer);
    expect(codes.filter((code) => code === 'too-many')).toHaveLength(6);
    expect(turns).toBeGreaterThan(10);
    expect(await passwords.isRight(RIGHT, await passwords.hash(RIGHT))).toBe(true);
  });

  test('are never stored readable', async () => {
    await auth.accounts.create('ann', 'analyst', RIGHT);
    expect(auth.accounts.passwordOf('ann')).toMatch(/^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  });

  test('an account without one cannot log in by password', async () => {
    auth.loginWithLink(auth.firstLink() ?? '', '127.0.0.1');
    expect(await refusal(() => auth.loginWithPassword('admin', '', '127.0.0.1'))).toBe(
      'login-failed',
    );
  });

  test('five failures lock the account from anywhere, for longer each time; the wait ends', async () => {
    await auth.accounts.create('ann', 'analyst', RIGHT);
    for (let i = 0; i < 5; i++)
      expect(await refusal(() => auth.loginWithPassword('ann', `wrong${i}`, `10.0.0.${i}`))).toBe(
        'login-failed',
      );
    expect(await refusal(() => auth.loginWithPassword('ann', RIGHT, '10.0.9.9'))).toBe('too-many');
    now += 30_000;
    expect(await refusal(() => auth.loginWithPassword('ann', 'wrong', '10.0.9.9'))).toBe(
      'login-failed',
    );
    now += 30_000;
    expect(await refusal(() => auth.loginWithPassword('ann', RIGHT, '10.0.9.9'))).toBe('too-many');
    now += 30_000;
    expect((await auth.loginWithPassword('ann', RIGHT, '10.0.9.9')).me.name).toBe('ann');
  });

  test('guesses made in parallel count before they are answered', async () => {
    await auth.accounts.create('ann', 'analyst', RIGHT);
    const codes = await Promise.all(
      Array.from({ length: 12 }, () =>
        refusal(() => auth.loginWithPassword('ann', 'wrong', '10.0.0.1')),
      ),
    );
    expect(codes.filter((code) => code === 'login-failed')).toHaveLength(5);
    expect(codes.filter((code) => code === 'too-many')).toHaveLength(7);
  });

  test('twenty failures from one address lock it for every account', async () => {
    await auth.accounts.create('ann', 'analyst', RIGHT);
    for (let i = 0; i < 20; i++)
      await refusal(() => auth.loginWithPassword(`user${i}`, 'wrong', '2001:db8::1'));
    expect(await refusal(() => auth.loginWithPassword('ann', RIGHT, '2001:db8::ffff'))).toBe(
      'too-many',
    );
    expect((await auth.loginWithPassword('ann', RIGHT, '2001:db8:0:1::1')).me.name).toBe('ann');
  });
});

describe('sessions', () => {
  const login = async () => {
    await auth.accounts.create('ann', 'analyst', RIGHT);
    return (await auth.loginWithPassword('ann', RIGHT, '127.0.0.1')).session;
  };

  test('end an hour after the last request', async () => {
    const session = await login();
    now += HOUR - 1;
    expect(auth.bySession(session)).toBeDefined();
    now += HOUR - 1;
    expect(auth.bySession(session)).toBeDefined();
    now += HOUR;
    expect(auth.bySession(session)).toBeUndefined();
  });

  test('are not kept alive by looking without touching', async () => {
    const session = await login();
    now += HOUR - 1;
    expect(auth.bySession(session, false)).toBeDefined();
    now += 1;
    expect(auth.bySession(session, false)).toBeUndefined();
  });

  test('end five hours after the login, however busy', async () => {
    const session = await login();
    for (let minutes = 0; minutes < 5 * 60 - 30; minutes += 30) {
      now += 30 * 60_000;
      expect(auth.bySession(session)).toBeDefined();
    }
    now += 30 * 60_000;
    expect(auth.bySession(session)).toBeUndefined();
  });

  test('end with logout, with a change of role, and with the account', async () => {
    const session = await login();
    const me = auth.bySession(session);
    if (me) auth.logout(me);
    expect(auth.bySession(session)).toBeUndefined();

    await auth.accounts.create('root', 'admin', RIGHT);
    const second = (await auth.loginWithPassword('ann', RIGHT, '127.0.0.1')).session;
    await auth.accounts.update('ann', { role: 'viewer' });
    expect(auth.bySession(second)).toBeUndefined();

    const third = (await auth.loginWithPassword('ann', RIGHT, '127.0.0.1')).session;
    auth.accounts.remove('ann');
    expect(auth.bySession(third)).toBeUndefined();
  });

  test('a change of password ends the others and keeps this one', async () => {
    const here = await login();
    const there = (await auth.loginWithPassword('ann', RIGHT, '127.0.0.1')).session;
    const me = auth.bySession(here);
    if (!me) throw new Error('the session is gone');
    expect(
      await refusal(() => auth.changeOwnPassword(me, 'wrong', 'another long one', '127.0.0.1')),
    ).toBe('forbidden');
    await auth.changeOwnPassword(me, RIGHT, 'another long one', '127.0.0.1');
    expect(auth.bySession(here)).toBeDefined();
    expect(auth.bySession(there)).toBeUndefined();
    expect((await auth.loginWithPassword('ann', 'another long one', '127.0.0.1')).me.name).toBe(
      'ann',
    );
  });

  test('are stored hashed', async () => {
    const session = await login();
    const stored = state.all('SELECT hash FROM sessions').map((row) => row['hash']);
    expect(stored).toHaveLength(1);
    expect(stored).not.toContain(session);
  });
});

describe('API tokens', () => {
  test('act with the weaker of their own and their owner’s role, and end with either', async () => {
    await auth.accounts.create('ann', 'admin', RIGHT);
    await auth.accounts.create('root', 'admin', RIGHT);
    const { token, secret } = auth.tokens.create({ owner: 'ann', name: 'ci', role: 'analyst' });
    expect(auth.byToken(secret)).toMatchObject({
      name: 'ann',
      role: 'analyst',
      label: 'ann token:ci',
      via: 'token',
    });
    await auth.accounts.update('ann', { role: 'viewer' });
    expect(auth.byToken(secret)?.role).toBe('viewer');
    expect(auth.tokens.remove(token.id)).toBe(true);
    expect(auth.byToken(secret)).toBeUndefined();
    const other = auth.tokens.create({ owner: 'ann', name: 'cd', role: 'viewer' });
    auth.accounts.remove('ann');
    expect(auth.byToken(other.secret)).toBeUndefined();
  });

  test('expire', async () => {
    await auth.accounts.create('ann', 'admin', RIGHT);
    const { secret } = auth.tokens.create({
      owner: 'ann',
      name: 'ci',
      role: 'viewer',
      expiresInDays: 1,
    });
    now += 24 * HOUR - 1;
    expect(auth.byToken(secret)).toBeDefined();
    now += 1;
    expect(auth.byToken(secret)).toBeUndefined();
  });
});

test('the last admin can be neither removed nor demoted', async () => {
  await auth.accounts.create('ann', 'admin', RIGHT);
  expect(await refusal(() => auth.accounts.remove('ann'))).toBe('conflict');
  expect(await refusal(() => auth.accounts.update('ann', { role: 'viewer' }))).toBe('conflict');
  expect(auth.accounts.find('ann')?.role).toBe('admin');
  await auth.accounts.create('root', 'admin', RIGHT);
  auth.accounts.remove('ann');
  expect(auth.accounts.list().map((a) => a.name)).toEqual(['root']);
});

test('a throttle remembers at most ten thousand keys', () => {
  const throttle = createThrottle(
    { free: 1, firstMs: 1000, maxMs: 1000, forgetMs: HOUR },
    () => now,
  );
  expect(throttle.begin('first')).toBe(0);
  expect(throttle.begin('first')).toBe(1000);
  for (let i = 0; i < 10_000; i++) throttle.begin(`key${i}`);
  expect(throttle.begin('key9999')).toBe(1000);
  expect(throttle.begin('first')).toBe(0);
});
