import type { ServerEvent } from '#core/contract/index.ts';

/** Where parts of the server say what pages should know at once. */
export interface EventHub {
  publish(event: ServerEvent): void;
  /** Tables that changed; those of one `gatherMs` are told together. */
  changed(tables: Iterable<string>): void;
  /** Returns what ends it. */
  subscribe(listener: (event: ServerEvent) => void): () => void;
  readonly listeners: number;
  stop(): void;
}

/** Delivers in order and at once, except changes of data, which come at most every `gatherMs`. */
export function createEventHub(gatherMs = 500): EventHub {
  const listeners = new Set<(event: ServerEvent) => void>();
  const tables = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const publish = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  return {
    publish,
    changed(names) {
      for (const name of names) tables.add(name);
      if (tables.size === 0) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        const changed = [...tables].sort();
        tables.clear();
        publish({ type: 'data-changed', tables: changed });
      }, gatherMs).unref();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get listeners() {
      return listeners.size;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      listeners.clear();
    },
  };
}
