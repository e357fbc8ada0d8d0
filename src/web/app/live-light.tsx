import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { onLive, readLiveState, watchLiveState } from '#web/query/index.ts';
import { Button, Dot } from '#web/widgets/index.ts';

/** Whether news reach the page; offers a reload when the server has another version than the page. */
export function LiveLight(): ReactNode {
  const state = useSyncExternalStore(watchLiveState, readLiveState);
  const [isOutdated, setOutdated] = useState(false);
  useEffect(() => {
    let version: string | undefined;
    return onLive((event) => {
      if (event.type !== 'hello') return;
      setOutdated(version !== undefined && version !== event.version);
      version ??= event.version;
    });
  }, []);

  if (isOutdated)
    return (
      <Button
        look="main"
        onClick={() => location.reload()}
        title="The server has been updated since this page was loaded"
      >
        Reload
      </Button>
    );
  if (state === 'lost')
    return (
      <span
        className="live"
        role="status"
        title="The connection to the server broke; the page keeps trying."
      >
        <Dot tone="bad" /> <span className="live-word">Not connected</span>
      </span>
    );
  return (
    <span
      className="live"
      role="status"
      title={
        state === 'live' ? 'Numbers follow the data as it comes in.' : 'Connecting to the server'
      }
    >
      <Dot tone={state === 'live' ? 'ok' : 'plain'} pulses={state !== 'live'} />{' '}
      <span className="live-word">{state === 'live' ? 'Live' : 'Connecting'}</span>
    </span>
  );
}
