import { hashSecret, newSecret } from './secret.ts';
import { integer, type State, text } from './state.ts';

export interface SessionLife {
  /** Without a request for this long, a session ends. */
  readonly idleMs: number;
  /** However busy, it ends this long after the login. */
  readonly absoluteMs: number;
}
export const SESSION_LIFE: SessionLife = { idleMs: 12 * 3600_000, absoluteMs: 7 * 24 * 3600_000 };

/** Being seen is written down at most this often. */
const TOUCH_MS = 60_000;
const PER_ACCOUNT = 50;

export interface Sessions {
  /** Returns the secret for the cookie; only its hash is kept. The oldest goes when an account has fifty. */
  create(account: string): string;
  /** The account of a live session; `touch` counts this as a request of its user. */
  find(secret: string, touch: boolean): string | undefined;
  end(secret: string): void;
  endOthers(account: string, keep: string | undefined): void;
}

export function createSessions(state: State, now: () => number, life: SessionLife): Sessions {
  return {
    create(account) {
      const secret = newSecret();
      const at = now();
      state.transaction(() => {
        state.run(
          'DELETE FROM sessions WHERE last_seen <= ? OR created_at <= ?',
          at - life.idleMs,
          at - life.absoluteMs,
        );
        state.run(
          `DELETE FROM sessions WHERE account = ?1 AND hash NOT IN
           (SELECT hash FROM sessions WHERE account = ?1 ORDER BY created_at DESC LIMIT ?2)`,
          account,
          PER_ACCOUNT - 1,
        );
        state.run('INSERT INTO sessions VALUES (?, ?, ?, ?)', hashSecret(secret), account, at, at);
      });
      return secret;
    },
    find(secret, touch) {
      const hash = hashSecret(secret);
      const row = state.get(
        'SELECT account, created_at, last_seen FROM sessions WHERE hash = ?',
        hash,
      );
      if (!row) return undefined;
      const at = now();
      const seen = integer(row, 'last_seen');
      if (at - seen >= life.idleMs || at - integer(row, 'created_at') >= life.absoluteMs) {
        state.run('DELETE FROM sessions WHERE hash = ?', hash);
        return undefined;
      }
      if (touch && at - seen >= Math.min(TOUCH_MS, life.idleMs / 2))
        state.run('UPDATE sessions SET last_seen = ? WHERE hash = ?', at, hash);
      return text(row, 'account');
    },
    end: (secret) => {
      state.run('DELETE FROM sessions WHERE hash = ?', hashSecret(secret));
    },
    endOthers: (account, keep) => {
      state.run(
        'DELETE FROM sessions WHERE account = ? AND hash <> ?',
        account,
        keep === undefined ? '' : hashSecret(keep),
      );
    },
  };
}
