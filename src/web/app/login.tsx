import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { forgetAnswers, type RequestFailed, useChange } from '#web/query/index.ts';
import { Button, Failed, Field, Loading } from '#web/widgets/index.ts';
import { Mark } from './mark.tsx';

/** The token of a one-time link travels in the fragment, which browsers do not send and servers do not log. */
const tokenInAddress = (): string | undefined =>
  /^#(?:login=|token=)?([A-Za-z0-9_-]{16,200})$/.exec(location.hash)?.[1];

export function Login(): ReactNode {
  const login = useChange('login');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const usedToken = useRef(false);
  const enter = login.mutate;

  useEffect(() => {
    const token = tokenInAddress();
    if (token === undefined || usedToken.current) return;
    usedToken.current = true;
    // Out of the address bar and the history at once: it works one time only.
    history.replaceState(
      null,
      '',
      location.pathname === '/login' ? '/' : location.pathname + location.search,
    );
    enter({ token }, { onSuccess: forgetAnswers });
  }, [enter]);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    enter({ name, password }, { onSuccess: forgetAnswers });
  };

  if (login.isPending && login.variables && 'token' in login.variables)
    return (
      <main className="alone">
        <Loading says="Logging in" />
      </main>
    );
  return (
    <main className="alone">
      <Mark />
      <h1>Log in</h1>
      {login.error && <Failed error={login.error as RequestFailed} />}
      <form onSubmit={onSubmit}>
        <Field
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          required
          value={name}
          onChange={(e) => setName(e.target.value)}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(e) => setPassword(e.target.value)}
        />
        <Button type="submit" look="main" disabled={login.isPending}>
          {login.isPending ? 'Logging in …' : 'Log in'}
        </Button>
      </form>
      <p className="sub">
        First time here? Open the one-time link that Weir printed when it started. Until a password
        is set, every start prints a new one.
      </p>
    </main>
  );
}
