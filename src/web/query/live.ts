import { ROUTES, SERVER_EVENTS, type ServerEvent } from '#core/contract/index.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

type Listener = (event: ServerEvent) => void;

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let state: LiveState = 'connecting';

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

function isEvent(value: unknown): value is ServerEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    SERVER_EVENTS.some((type) => type === value.type)
  );
}

const REOPEN_MS = 3000;

/**
 * Opens the stream of server-sent events; returns what closes it. A broken connection is opened again: by the browser, or
 * by us where the browser gives up, as it does when a proxy answers in the server's place.
 */
export function openLive(): () => void {
  let opened: EventSource;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    opened = new EventSource(ROUTES.events.path);
    opened.onopen = () => become('live');
    opened.onerror = () => {
      become('lost');
      if (opened.readyState === EventSource.CLOSED) waiting = setTimeout(open, REOPEN_MS);
    };
    for (const type of SERVER_EVENTS) {
      opened.addEventListener(type, (message) => {
        const event: unknown = JSON.parse(String(message.data));
        if (isEvent(event)) for (const listener of listeners) listener(event);
      });
    }
  };
  open();
  return () => {
    clearTimeout(waiting);
    opened.close();
    become('connecting');
  };
}

/** Calls back for each event; returns what stops it. */
export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const readLiveState = (): LiveState => state;

export function watchLiveState(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
