import { randomUUID } from 'node:crypto';
import type { ApiToken, Role } from '#core/contract/index.ts';
import { roleOf } from './accounts.ts';
import { Refused } from './refused.ts';
import { hashSecret, newSecret } from './secret.ts';
import { integer, integerOrNull, type Row, type State, text } from './state.ts';

/** So that scanners of source code can tell a leaked one. */
export const TOKEN_PREFIX = 'weir_';

const DAY_MS = 24 * 3600_000;
const TOUCH_MS = 60_000;
const PER_ACCOUNT = 100;

export interface Tokens {
  create(of: { owner: string; name: string; role: Role; expiresInDays?: number | undefined }): {
    token: ApiToken;
    secret: string;
  };
  /** A live token; noted as used at most once a minute. */
  find(secret: string): ApiToken | undefined;
  list(owner?: string): readonly ApiToken[];
  /** True when there was one. */
  remove(id: string): boolean;
}

export function createTokens(state: State, now: () => number): Tokens {
  return {
    create({ owner, name, role, expiresInDays }) {
      const secret = TOKEN_PREFIX + newSecret();
      const id = randomUUID();
      const at = now();
      const expires = expiresInDays === undefined ? null : at + expiresInDays * DAY_MS;
      return state.transaction(() => {
        const held = state.get('SELECT count(*) AS n FROM api_tokens WHERE account = ?', owner);
        if (integer(held ?? {}, 'n') >= PER_ACCOUNT)
          throw new Refused(
            'conflict',
            `${owner} has ${PER_ACCOUNT} tokens, which is as many as an account may have.`,
            {
              hint: 'Delete those that are not used any more.',
            },
          );
        state.run(
          'INSERT INTO api_tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL)',
          id,
          hashSecret(secret),
          owner,
          name,
          role,
          at,
          expires,
        );
        const row = state.get('SELECT * FROM api_tokens WHERE id = ?', id);
        return { token: tokenOf(row ?? {}), secret };
      });
    },
    find(secret) {
      if (!secret.startsWith(TOKEN_PREFIX)) return undefined;
      const row = state.get('SELECT * FROM api_tokens WHERE hash = ?', hashSecret(secret));
      if (!row) return undefined;
      const at = now();
      const expires = integerOrNull(row, 'expires_at');
      if (expires !== null && at >= expires) return undefined;
      if (at - (integerOrNull(row, 'last_used') ?? 0) >= TOUCH_MS)
        state.run('UPDATE api_tokens SET last_used = ? WHERE id = ?', at, text(row, 'id'));
      return tokenOf(row);
    },
    list: (owner) =>
      (owner === undefined
        ? state.all('SELECT * FROM api_tokens ORDER BY created_at')
        : state.all('SELECT * FROM api_tokens WHERE account = ? ORDER BY created_at', owner)
      ).map(tokenOf),
    remove: (id) => state.run('DELETE FROM api_tokens WHERE id = ?', id) > 0,
  };
}

function tokenOf(row: Row): ApiToken {
  const instant = (column: string) => {
    const value = integerOrNull(row, column);
    return value === null ? null : new Date(value).toISOString();
  };
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    role: roleOf(row),
    owner: text(row, 'account'),
    createdAt: new Date(integer(row, 'created_at')).toISOString(),
    expiresAt: instant('expires_at'),
    lastUsed: instant('last_used'),
  };
}
