import { type ReactNode, Suspense, useEffect } from 'react';
import { Clock, openLive, useRoute } from '#web/query/index.ts';
import { Failed, Loading, Toasts } from '#web/widgets/index.ts';
import { Login } from './login.tsx';
import { SetPassword } from './set-password.tsx';
import { Shell } from './shell.tsx';

/** Shows the page to those who are logged in, and the login to everybody else. */
export function Gate(): ReactNode {
  const me = useRoute('me', {});
  const isIn = me.data !== undefined && me.error === undefined;
  useEffect(() => (isIn ? openLive() : undefined), [isIn]);

  if (me.error?.status === 401) return <Login />;
  if (me.error)
    return (
      <main className="alone">
        <Failed error={me.error} onRetry={me.retry} />
      </main>
    );
  if (!me.data)
    return (
      <main className="alone">
        <Loading says="Waiting for the server" />
      </main>
    );
  if (!me.data.hasPassword && me.data.via === 'session') return <SetPassword me={me.data} />;
  return (
    <Clock>
      <Suspense>
        <Shell me={me.data} />
      </Suspense>
      <Toasts />
    </Clock>
  );
}
