import type { Account, Role } from '#core/contract/index.ts';
import { ROLES } from '#core/contract/index.ts';
import type { Passwords } from './password.ts';
import { Refused } from './refused.ts';
import { integer, integerOrNull, type Row, type State, text } from './state.ts';

/** The account that the first one-time link logs in to. */
export const FIRST_ACCOUNT = 'admin';

export interface Accounts {
  list(): readonly Account[];
  find(name: string): Account | undefined;
  /** Throws Refused('conflict') when the name is taken. */
  create(name: string, role: Role, password: string): Promise<Account>;
  /** Ends the account's sessions; a new role also caps its tokens. The last admin with a password stays one. */
  update(
    name: string,
    change: { role?: Role | undefined; password?: string | undefined },
  ): Promise<Account>;
  /** With its sessions and tokens. */
  remove(name: string): void;
  /** The stored hash; null where there is no account or no password. */
  passwordOf(name: string): string | null;
  setPassword(name: string, password: string): Promise<void>;
  /** Takes away password and sessions. */
  forgetPassword(name: string): void;
  /** True until some admin has a password: until then a one-time link is the only way in. */
  needsLink(): boolean;
  /** The account of the first link, created when it is not there. */
  ensureFirst(): Account;
  noteLogin(name: string): void;
}

export function createAccounts(state: State, now: () => number, passwords: Passwords): Accounts {
  const find = (name: string): Account | undefined => {
    const row = state.get('SELECT * FROM accounts WHERE name = ?', name);
    return row && accountOf(row);
  };
  const mustFind = (name: string): Account => {
    const found = find(name);
    if (!found) throw new Refused('not-found', `There is no account ${name}.`);
    return found;
  };
  /** Call inside the transaction that takes the account away. */
  const keepAnAdmin = (name: string): void => {
    const others = state.get(
      "SELECT count(*) AS n FROM accounts WHERE role = 'admin' AND password IS NOT NULL AND name <> ?",
      name,
    );
    if (mustFind(name).role === 'admin' && integer(others ?? {}, 'n') === 0)
      throw new Refused('conflict', `${name} is the last admin who can log in.`, {
        hint: 'Give another account the role admin first.',
      });
  };
  return {
    list: () => state.all('SELECT * FROM accounts ORDER BY name').map(accountOf),
    find,
    async create(name, role, password) {
      const hash = await passwords.hash(password);
      return state.transaction(() => {
        if (find(name)) throw new Refused('conflict', `There is an account ${name} already.`);
        state.run('INSERT INTO accounts VALUES (?, ?, ?, ?, NULL)', name, role, hash, now());
        return mustFind(name);
      });
    },
    async update(name, { role, password }) {
      const hash = password === undefined ? undefined : await passwords.hash(password);
      return state.transaction(() => {
        const before = mustFind(name);
        if (role !== undefined && role !== before.role) {
          if (role !== 'admin') keepAnAdmin(name);
          state.run('UPDATE accounts SET role = ? WHERE name = ?', role, name);
        }
        if (hash !== undefined)
          state.run('UPDATE accounts SET password = ? WHERE name = ?', hash, name);
        state.run('DELETE FROM sessions WHERE account = ?', name);
        return mustFind(name);
      });
    },
    remove(name) {
      state.transaction(() => {
        keepAnAdmin(name);
        state.run('DELETE FROM accounts WHERE name = ?', name);
      });
    },
    passwordOf(name) {
      const row = state.get('SELECT password FROM accounts WHERE name = ?', name);
      return row && row['password'] !== null ? text(row, 'password') : null;
    },
    async setPassword(name, password) {
      const hash = await passwords.hash(password);
      state.transaction(() => {
        mustFind(name);
        state.run('UPDATE accounts SET password = ? WHERE name = ?', hash, name);
      });
    },
    forgetPassword(name) {
      state.transaction(() => {
        state.run('UPDATE accounts SET password = NULL WHERE name = ?', name);
        state.run('DELETE FROM sessions WHERE account = ?', name);
      });
    },
    needsLink: () =>
      state.get("SELECT 1 FROM accounts WHERE role = 'admin' AND password IS NOT NULL") ===
      undefined,
    ensureFirst: () =>
      state.transaction(() => {
        if (!find(FIRST_ACCOUNT))
          state.run(
            "INSERT INTO accounts VALUES (?, 'admin', NULL, ?, NULL)",
            FIRST_ACCOUNT,
            now(),
          );
        return mustFind(FIRST_ACCOUNT);
      }),
    noteLogin: (name) => {
      state.run('UPDATE accounts SET last_login = ? WHERE name = ?', now(), name);
    },
  };
}

function accountOf(row: Row): Account {
  const lastLogin = integerOrNull(row, 'last_login');
  return {
    name: text(row, 'name'),
    role: roleOf(row),
    hasPassword: row['password'] !== null,
    createdAt: new Date(integer(row, 'created_at')).toISOString(),
    lastLogin: lastLogin === null ? null : new Date(lastLogin).toISOString(),
  };
}

/** The role a row names; the weakest when it names none that exists. */
export function roleOf(row: Row): Role {
  return ROLES.find((known) => known === row['role']) ?? 'viewer';
}
