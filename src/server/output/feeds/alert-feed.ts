import { type LogEntry, type Severity, severityRank } from '#core/alert/index.ts';
import { type Links, messageOf } from '#core/output/index.ts';
import type { Feed } from '../feed.ts';
import type { OutputState } from '../state.ts';

/** What people and outputs are told, numbered in order. */
export interface AlertLog {
  log(after: number, limit: number): readonly LogEntry[];
  head(): number;
}

export interface AlertFeedDeps {
  readonly name: string;
  readonly kind: LogEntry['kind'];
  readonly minSeverity: Severity;
  /** Whether Weir's own tests are sent, whatever their severity. */
  readonly takesCanaries: boolean;
  readonly log: AlertLog;
  readonly links: Links;
  readonly state: OutputState;
}

const POLL_MS = 30_000;

/** Each version of each alert or incident, in the order of the log. The position is the number of the last entry. */
export function createAlertFeed(deps: AlertFeedDeps): Feed {
  const { name, kind, minSeverity, log, links, state } = deps;

  /** A new output begins with what comes next. */
  function position(): number {
    const cursor = state.cursor(name);
    if (typeof cursor === 'number') return cursor;
    const head = log.head();
    state.setCursor(name, head);
    return head;
  }

  const isWanted = (entry: LogEntry): boolean => {
    const { severity } = entry.kind === 'alert' ? entry.alert : entry.incident;
    if (entry.kind === 'alert' && entry.alert.finder.kind === 'canary')
      return kind === 'alert' && deps.takesCanaries;
    return entry.kind === kind && severityRank(severity) >= severityRank(minSeverity);
  };

  position();
  return {
    async read(limit) {
      const after = position();
      const entries = log.log(after, limit);
      const [first] = entries;
      const last = entries.at(-1);
      if (!first || !last) return undefined;
      return {
        messages: entries.filter(isWanted).map((entry) => messageOf(entry, links)),
        // The log keeps what is unread for months, not for ever.
        lost: first.number - after - 1,
        settle: () => state.setCursor(name, last.number),
      };
    },
    waiting() {
      const [first, ...others] = log.log(position(), 1000).filter(isWanted);
      return { messages: first ? others.length + 1 : 0, since: first?.at };
    },
    pollMs: () => POLL_MS,
    close: async () => {},
  };
}
