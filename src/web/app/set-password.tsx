import { type FormEvent, type ReactNode, useState } from 'react';
import type { Me } from '#core/contract/index.ts';
import { type RequestFailed, refresh, useChange } from '#web/query/index.ts';
import { Button, Failed, Field } from '#web/widgets/index.ts';
import { Mark } from './mark.tsx';

const SHORTEST = 12;

/** Asked for after the first login by link, since the link works only once. */
export function SetPassword(props: { readonly me: Me }): ReactNode {
  const change = useChange('setPassword');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && again !== password;
  const isShort = password !== '' && password.length < SHORTEST;

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (password.length < SHORTEST || password !== again) return;
    change.mutate({ password }, { onSuccess: () => refresh('me') });
  };
  return (
    <main className="alone">
      <Mark />
      <h1>Set a password</h1>
      <p>
        You are logged in as <b>{props.me.name}</b>. The link you came by has been used up; from now
        on you log in with this name and a password.
      </p>
      {change.error && <Failed error={change.error as RequestFailed} />}
      <form onSubmit={onSubmit}>
        <input
          type="hidden"
          name="username"
          autoComplete="username"
          value={props.me.name}
          readOnly
        />
        <Field
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          autoFocus
          value={password}
          hint="At least 12 characters. A short sentence is easier to remember than a code."
          error={isShort ? `${SHORTEST - password.length} more characters` : undefined}
          onChange={(e) => setPassword(e.target.value)}
        />
        <Field
          label="Once more"
          type="password"
          autoComplete="new-password"
          required
          value={again}
          error={differs ? 'The two are not the same' : undefined}
          onChange={(e) => setAgain(e.target.value)}
        />
        <Button
          type="submit"
          look="main"
          disabled={change.isPending || password.length < SHORTEST || password !== again}
        >
          {change.isPending ? 'Setting it …' : 'Set password and go on'}
        </Button>
      </form>
    </main>
  );
}
