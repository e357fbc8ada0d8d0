import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type Interval, previousOf, resolveAligned } from '#web/base/range.ts';
import { useLocation, useSearch } from '#web/base/router.ts';
import {
  type FilterKey,
  type Filters,
  parseSelection,
  printSelection,
  type Selection,
} from '#web/base/selection.ts';
import { refresh } from './client.tsx';
import { onLive } from './live.ts';

/** The selection in the address bar. Changing it adds a step to the browser's history. */
export function useSelection(): {
  readonly selection: Selection;
  readonly change: (part: Partial<Selection>) => void;
  readonly setFilter: (key: FilterKey, value: string | undefined) => void;
  /** The selection as a search string, for links to other pages. */
  readonly search: string;
} {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const selection = useMemo(() => parseSelection(search), [search]);
  const change = (part: Partial<Selection>) =>
    navigate(`${path}${printSelection({ ...selection, ...part })}`);
  return {
    selection,
    change,
    setFilter: (key, value) => {
      const { [key]: _, ...rest } = selection.filters;
      change({ filters: value === undefined ? rest : { ...rest, [key]: value } });
    },
    search: printSelection(selection),
  };
}

const Now = createContext(0);

const LIVE_MS = 10_000;
const MINUTE_MS = 60_000;

/** Keeps the present of the page: it moves on each minute, and sooner when the server says that data came in. */
export function Clock(props: { readonly children: ReactNode }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    let last = Date.now();
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const move = () => {
      waiting = undefined;
      last = Date.now();
      setNow(last);
      refresh('query', 'status');
    };
    const stop = onLive((event) => {
      if (event.type === 'status') refresh('status');
      // Connected, perhaps again after a while: what was asked meanwhile may have failed.
      if (event.type === 'hello') refresh('query', 'status');
      if (event.type === 'data-changed' && event.tables.includes('SecurityIncident'))
        refresh('incidents', 'incident', 'alerts', 'suppressions', 'alertStatistics');
      if (event.type === 'data-changed')
        waiting ??= setTimeout(move, Math.max(200, last + LIVE_MS - Date.now()));
    });
    const timer = setInterval(
      () => document.visibilityState === 'visible' && setNow(Date.now()),
      MINUTE_MS,
    );
    return () => {
      stop();
      clearInterval(timer);
      clearTimeout(waiting);
    };
  }, []);
  return <Now value={now}>{props.children}</Now>;
}

/** The selection at this moment: what panels turn into KQL. */
export interface Scope {
  readonly interval: Interval;
  /** The period to compare with; undefined when comparing is off. */
  readonly previous: Interval | undefined;
  readonly filters: Filters;
  /** True when the interval ends now and moves on. */
  readonly isOpen: boolean;
}

export function useScope(): Scope {
  const now = useContext(Now);
  const { selection } = useSelection();
  return useMemo(() => {
    const interval = resolveAligned(selection.range, now);
    return {
      interval,
      previous: selection.isComparing ? previousOf(selection.range, interval) : undefined,
      filters: selection.filters,
      isOpen: selection.range.kind === 'last',
    };
  }, [selection, now]);
}
