import { ROUTES, SERVER_EVENTS, type ServerEvent } from '#core/contract/index.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

type Listener = (event: ServerEvent) => void;

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let state: LiveState = 'connecting';
let source: EventSource | undefined;

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

/** Opens the stream of server-sent events; the browser reconnects by itself. Returns what closes it. */
export function openLive(): () => void {
  source ??= new EventSource(ROUTES.events.path);
  const opened = source;
  opened.onopen = () => become('live');
  opened.onerror = () => become('lost');
  for (const type of SERVER_EVENTS) {
    opened.addEventListener(type, (message) => {
      const event: unknown = JSON.parse(String(message.data));
      if (isEvent(event)) for (const listener of listeners) listener(event);
    });
  }
  return () => {
    opened.close();
    source = undefined;
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
