import { hashSecret, newSecret } from './secret.ts';
import { type State, text } from './state.ts';

export const LOGIN_LINK_MS = 60 * 60_000;

export interface LoginLinks {
  /** The secret for `/login#token=…`; earlier links end, so that only the one made last works. */
  create(account: string): string;
  /** The account, once, for a link that is neither used nor expired. */
  use(secret: string): string | undefined;
  endAll(): void;
}

export function createLoginLinks(state: State, now: () => number): LoginLinks {
  const endAll = () => {
    state.run('DELETE FROM login_links');
  };
  return {
    create(account) {
      const secret = newSecret();
      state.transaction(() => {
        endAll();
        state.run(
          'INSERT INTO login_links (hash, expires_at, account) VALUES (?, ?, ?)',
          hashSecret(secret),
          now() + LOGIN_LINK_MS,
          account,
        );
      });
      return secret;
    },
    use: (secret) =>
      state.transaction(() => {
        const hash = hashSecret(secret);
        const found = state.get(
          'SELECT account FROM login_links WHERE hash = ? AND expires_at > ?',
          hash,
          now(),
        );
        state.run('DELETE FROM login_links WHERE hash = ?', hash);
        return found && text(found, 'account');
      }),
    endAll,
  };
}
