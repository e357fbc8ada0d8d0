import { createHash } from 'node:crypto';
import type { AuditLog, AuditRecord } from '#server/auth/index.ts';

/** As much of a query's text as the audit log keeps. */
const TEXT = 8192;
const WINDOW_MS = 10 * 60_000;
const KEPT = 1000;

export interface QueryAudit {
  /** `detail.query` is the text of the query. */
  record(record: AuditRecord): void;
  flush(): void;
}

/**
 * Every query is in the audit log. A page that refreshes asks the same again and again: the first time is written at
 * once, repetitions by the same person from the same place are counted and written as one entry after ten minutes.
 */
export function createQueryAudit(audit: AuditLog, now: () => number): QueryAudit {
  const open = new Map<string, { record: AuditRecord; since: number; repeated: number }>();
  let timer: NodeJS.Timeout | undefined;

  function settle(key: string): void {
    const entry = open.get(key);
    open.delete(key);
    if (!entry || entry.repeated === 0) return;
    const { record, repeated, since } = entry;
    const { query } = record.detail;
    audit.appendSoon({
      ...record,
      detail: { query, repeated, since: new Date(since).toISOString() },
    });
  }

  function sweep(): void {
    timer = undefined;
    for (const [key, { since }] of open) if (now() - since >= WINDOW_MS) settle(key);
    if (open.size > 0) timer = setTimeout(sweep, WINDOW_MS / 10).unref();
  }

  return {
    record(record) {
      const { who, from, action, outcome, detail } = record;
      const text = JSON.stringify([who, from, action, outcome, detail['query']]);
      const key = createHash('sha256').update(text).digest('base64');
      const known = open.get(key);
      if (known && now() - known.since < WINDOW_MS) {
        known.repeated++;
        return;
      }
      settle(key);
      audit.appendSoon(record);
      open.set(key, { record: shorten(record), since: now(), repeated: 0 });
      if (open.size > KEPT)
        for (const oldest of open.keys()) {
          settle(oldest);
          break;
        }
      timer ??= setTimeout(sweep, WINDOW_MS / 10).unref();
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      for (const key of [...open.keys()]) settle(key);
      audit.flush();
    },
  };
}

/** Texts may be a megabyte long, and a thousand of them wait here. */
function shorten(record: AuditRecord): AuditRecord {
  const { query } = record.detail;
  return { ...record, detail: { query: typeof query === 'string' ? query.slice(0, TEXT) : query } };
}
