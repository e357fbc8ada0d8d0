import { hashSecret, newSecret } from './secret.ts';
import type { State } from './state.ts';

export const LOGIN_LINK_MS = 60 * 60_000;

export interface LoginLinks {
  /** The secret for `/login#token=…`; earlier links end, so that only the one printed last works. */
  create(): string;
  /** True once, for a link that is neither used nor expired. */
  use(secret: string): boolean;
}

export function createLoginLinks(state: State, now: () => number): LoginLinks {
  return {
    create() {
      const secret = newSecret();
      state.transaction(() => {
        state.run('DELETE FROM login_links');
        state.run(
          'INSERT INTO login_links VALUES (?, ?)',
          hashSecret(secret),
          now() + LOGIN_LINK_MS,
        );
      });
      return secret;
    },
    use: (secret) =>
      state.run(
        'DELETE FROM login_links WHERE hash = ? AND expires_at > ?',
        hashSecret(secret),
        now(),
      ) === 1,
  };
}
