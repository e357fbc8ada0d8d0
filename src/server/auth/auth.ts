import { hasRole, type Me, type Role } from '#core/contract/index.ts';
import { type Accounts, createAccounts, FIRST_ACCOUNT } from './accounts.ts';
import { type AuditLog, createAuditLog } from './audit.ts';
import { createLoginLinks } from './login-links.ts';
import { createPasswords, type PasswordCost } from './password.ts';
import { Refused } from './refused.ts';
import { hashSecret, newSecret } from './secret.ts';
import { createSessions, SESSION_LIFE, type SessionLife } from './sessions.ts';
import type { State } from './state.ts';
import { ACCOUNT_RULE, ADDRESS_RULE, createThrottle, throttleAddress } from './throttle.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** Who makes a request. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  readonly via: Me['via'];
  readonly hasPassword: boolean;
  /** What the audit log calls it: the account, with the token's name where one was used. */
  readonly label: string;
  /** The cookie's secret; undefined for tokens. */
  readonly session: string | undefined;
  /** True for a caller who proved that it can read the data folder. */
  readonly isLocal: boolean;
}

export interface LoggedIn {
  readonly me: Me;
  /** For the cookie. */
  readonly session: string;
}

export interface Auth {
  /** The owner of a live session; with `touch` false it does not keep the session alive. */
  bySession(secret: string, touch?: boolean): Principal | undefined;
  byToken(secret: string): Principal | undefined;
  /** Throws Refused: `login-failed` without saying what was wrong, `too-many` with the seconds to wait. */
  loginWithPassword(name: string, password: string, address: string): Promise<LoggedIn>;
  /** The first account's way in, and that of whoever lost a password: a new one is to be set. Throws as above. */
  loginWithLink(secret: string, address: string): LoggedIn;
  logout(principal: Principal): void;
  /** Asks for the current password where there is one; ends the account's other sessions. */
  changeOwnPassword(
    principal: Principal,
    current: string | undefined,
    password: string,
    address: string,
  ): Promise<void>;
  /** The secret of a new one-time link, or undefined when an admin has a password. */
  firstLink(): string | undefined;
  /**
   * The secret of a new one-time link for an account, the first one unless named. Using it takes away the account's
   * password and its other sessions. For people who may read the data folder. Throws Refused `not-found`.
   */
  makeLink(name?: string): string;
  /** The token for DATA/server.json; made anew by each start, never stored here. */
  readonly localToken: string;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly audit: AuditLog;
}

export interface AuthDeps {
  readonly state: State;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Called when entries of the audit log that do not hold anything up could not be written. */
  readonly onAuditFailure: (error: unknown) => void;
  readonly passwordCost?: PasswordCost;
  readonly sessionLife?: SessionLife;
}

/** Accounts, sessions, tokens and the audit log over one state file. */
export function createAuth(deps: AuthDeps): Auth {
  const { state, now } = deps;
  const passwords = createPasswords(deps.passwordCost);
  const accounts = createAccounts(state, now, passwords);
  const sessions = createSessions(state, now, deps.sessionLife ?? SESSION_LIFE);
  const tokens = createTokens(state, now);
  const links = createLoginLinks(state, now);
  const byAccount = createThrottle(ACCOUNT_RULE, now);
  const byAddress = createThrottle(ADDRESS_RULE, now);

  /** Counts an attempt in advance; the function it returns takes it back. */
  function beginAttempt(account: string | undefined, address: string): () => void {
    const network = throttleAddress(address);
    const waitMs =
      (account === undefined ? 0 : byAccount.begin(account)) || byAddress.begin(network);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new Refused('too-many', `Too many failed logins; try again in ${seconds} seconds.`, {
        retryAfter: seconds,
      });
    }
    return () => {
      if (account !== undefined) byAccount.succeed(account, true);
      byAddress.succeed(network, false);
    };
  }

  function logIn(name: string): LoggedIn {
    const account = accounts.find(name);
    if (!account) throw loginFailed();
    accounts.noteLogin(name);
    const { role, hasPassword } = account;
    return { me: { name, role, hasPassword, via: 'session' }, session: sessions.create(name) };
  }

  const localToken = newSecret();
  const localHash = hashSecret(localToken);

  return {
    localToken,
    accounts,
    tokens,
    audit: createAuditLog(state, now, deps.onAuditFailure),
    bySession(secret, touch = true) {
      const name = sessions.find(secret, touch);
      const account = name === undefined ? undefined : accounts.find(name);
      if (!account) return undefined;
      const { role, hasPassword } = account;
      return {
        name: account.name,
        role,
        hasPassword,
        via: 'session',
        label: account.name,
        session: secret,
        isLocal: false,
      };
    },
    byToken(secret) {
      // Compared as hashes, so that the time it takes tells nothing about the token.
      if (hashSecret(secret) === localHash) return LOCAL;
      const token = tokens.find(secret);
      const account = token && accounts.find(token.owner);
      if (!token || !account) return undefined;
      return {
        name: account.name,
        // A token never outranks its owner, who may have been given a weaker role since.
        role: weaker(token.role, account.role),
        hasPassword: account.hasPassword,
        via: 'token',
        label: `${account.name} token:${token.name}`,
        session: undefined,
        isLocal: false,
      };
    },
    async loginWithPassword(name, password, address) {
      const forgive = beginAttempt(name, address);
      if (!(await passwords.isRight(password, accounts.passwordOf(name)))) throw loginFailed();
      forgive();
      return logIn(name);
    },
    loginWithLink(secret, address) {
      const forgive = beginAttempt(undefined, address);
      const name = links.use(secret);
      if (name === undefined)
        throw new Refused('login-failed', 'This link was used already or is too old.', {
          hint: 'Log in with name and password; while no admin has a password, each start of Weir prints a new link.',
        });
      forgive();
      if (name === FIRST_ACCOUNT) accounts.ensureFirst();
      accounts.forgetPassword(name);
      return logIn(name);
    },
    logout(principal) {
      if (principal.session !== undefined) sessions.end(principal.session);
    },
    async changeOwnPassword(principal, current, password, address) {
      const stored = accounts.passwordOf(principal.name);
      if (stored !== null) {
        const forgive = beginAttempt(principal.name, address);
        if (!(await passwords.isRight(current ?? '', stored)))
          throw new Refused('forbidden', 'The current password is wrong.');
        forgive();
      }
      await accounts.setPassword(principal.name, password);
      links.endAll();
      sessions.endOthers(principal.name, principal.session);
    },
    firstLink: () => (accounts.needsLink() ? links.create(FIRST_ACCOUNT) : undefined),
    makeLink(name = FIRST_ACCOUNT) {
      if (name !== FIRST_ACCOUNT && !accounts.find(name))
        throw new Refused('not-found', `There is no account ${name}.`);
      return links.create(name);
    },
  };
}

/** Whoever can read DATA/server.json can read and change the data anyway. */
const LOCAL: Principal = {
  name: 'local',
  role: 'admin',
  via: 'token',
  hasPassword: false,
  label: 'local',
  session: undefined,
  isLocal: true,
};

function loginFailed(): Refused {
  return new Refused('login-failed', 'Name or password is wrong.');
}

function weaker(one: Role, other: Role): Role {
  return hasRole(one, other) ? other : one;
}
