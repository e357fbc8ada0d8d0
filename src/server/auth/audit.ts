import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { AuditEntry, AuditVerdict } from '#core/contract/index.ts';
import {
  AUDIT_TRIGGERS,
  integer,
  integerOrNull,
  isPrepared,
  type Row,
  type State,
  text,
} from './state.ts';

/** What happened; the log adds when, and the hash that chains it to what came before. */
export interface AuditRecord {
  /** Account, `NAME token:TOKEN` for an API token, or empty where nobody was logged in. */
  readonly who: string;
  readonly from: string;
  readonly action: string;
  readonly outcome: AuditEntry['outcome'];
  /** Plain JSON without secrets; texts are cut at 8,192 characters. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditLog {
  /** Durable when it returns. Throws when the disk does: what cannot be written down is not done. */
  append(record: AuditRecord): void;
  /** Durable within a tenth of a second, many in one commit; for reading, which must not wait for the disk. */
  appendSoon(record: AuditRecord): void;
  /** Writes what waits. Call before closing the state. */
  flush(): void;
  /** Newest first. */
  list(filter: {
    readonly before?: number | undefined;
    /** Half-open interval, ISO 8601. */
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly limit: number;
    readonly who?: string | undefined;
    readonly action?: string | undefined;
  }): readonly AuditEntry[];
  /** As `verifyAudit`, letting other work pass between a thousand entries and the next. */
  verify(): Promise<AuditVerdict>;
}

const SOON_MS = 100;
const WAITING = 1000;
const TEXT_LIMIT = 8192;
/** Sorts behind every instant. */
const AFTER_ALL = '~';

/** An append-only log in which each entry holds the hash of the one before it. */
export function createAuditLog(
  state: State,
  now: () => number,
  onFailure: (error: unknown) => void,
): AuditLog {
  let waiting: { record: AuditRecord; at: number }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function write(records: readonly { record: AuditRecord; at: number }[]): void {
    state.transaction(() => {
      const last = state.get('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
      let seq = last ? integer(last, 'seq') : 0;
      let previous = last ? text(last, 'hash') : '';
      for (const { record, at } of records) {
        seq++;
        const fields: ChainedFields = [
          seq,
          new Date(at).toISOString(),
          storable(record.who),
          storable(record.from),
          storable(record.action),
          record.outcome,
          JSON.stringify(record.detail, cutTexts),
        ];
        const hash = chainHash(previous, fields);
        state.run(
          'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          ...fields,
          previous,
          hash,
        );
        previous = hash;
      }
      state.run('UPDATE audit_head SET seq = ?, hash = ?', seq, previous);
    });
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    try {
      write(batch);
    } catch (error) {
      onFailure(error);
    }
  }

  return {
    append(record) {
      flush();
      write([{ record, at: now() }]);
    },
    appendSoon(record) {
      waiting.push({ record, at: now() });
      if (waiting.length >= WAITING) flush();
      else timer ??= setTimeout(flush, SOON_MS).unref();
    },
    flush,
    list({ before, from, to, limit, who, action }) {
      flush();
      const rows = state.all(
        `SELECT * FROM audit WHERE seq < ?1 AND (?2 IS NULL OR who = ?2) AND (?3 IS NULL OR action = ?3)
         AND at >= ?4 AND at < ?5 ORDER BY seq DESC LIMIT ?6`,
        before ?? Number.MAX_SAFE_INTEGER,
        who ?? null,
        action ?? null,
        from === undefined ? '' : new Date(from).toISOString(),
        to === undefined ? AFTER_ALL : new Date(to).toISOString(),
        limit,
      );
      return rows.map(entryOf);
    },
    async verify() {
      flush();
      const work = verifyPages(state);
      for (let step = work.next(); ; step = work.next()) {
        if (step.done) return step.value;
        await setImmediate();
      }
    },
  };
}

/** What SQLite gives back as it was given; JSON escapes the rest by itself. */
function storable(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\ufffd');
}

function cutTexts(_: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > TEXT_LIMIT
    ? `${value.slice(0, TEXT_LIMIT)}… (${value.length} characters)`
    : value;
}

function entryOf(row: Row): AuditEntry {
  const outcome = text(row, 'outcome');
  return {
    seq: integer(row, 'seq'),
    at: text(row, 'at'),
    who: text(row, 'who'),
    from: text(row, 'address'),
    action: text(row, 'action'),
    outcome: outcome === 'done' || outcome === 'refused' ? outcome : 'failed',
    detail: detailOf(text(row, 'detail')),
    hash: text(row, 'hash'),
  };
}

function detailOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value));
  } catch {
    // A damaged entry is still shown; verifyAudit says what is wrong with it.
  }
  return { damaged: json };
}

type ChainedFields = readonly [
  seq: number,
  at: string,
  who: string,
  from: string,
  action: string,
  outcome: string,
  detail: string,
];

/** SHA-256 over the previous hash, a line feed, and the entry as a JSON array. */
function chainHash(previous: string, fields: ChainedFields): string {
  return createHash('sha256')
    .update(`${previous}\n${JSON.stringify(fields)}`)
    .digest('hex');
}

const PAGE = 1000;

/** Recomputes the whole chain. Reads a thousand entries at a time. A database that no server has used has no entries. */
export function verifyAudit(state: State): AuditVerdict {
  return state.snapshot(() => {
    const work = verifyPages(state);
    for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
  });
}

/** The same, one page a step; what is appended meanwhile is not looked at. */
function* verifyPages(state: State): Generator<undefined, AuditVerdict> {
  if (!isPrepared(state)) return { ok: true, entries: 0, head: '' };
  for (const [name, sql] of Object.entries(AUDIT_TRIGGERS)) {
    const found = state.get(
      "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?",
      name,
    );
    if (!found || found['sql'] !== sql)
      return {
        ok: false,
        seq: 0,
        problem: `the guard ${name} of the audit log is gone or changed`,
      };
  }
  const head = state.get('SELECT seq, hash FROM audit_head');
  const last = state.get('SELECT max(seq) AS seq FROM audit');
  const end = last ? (integerOrNull(last, 'seq') ?? 0) : 0;
  let seq = 0;
  let previous = '';
  while (seq < end) {
    const rows = state.all(
      'SELECT * FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      seq,
      end,
      PAGE,
    );
    if (rows.length === 0) break;
    for (const row of rows) {
      const found = integer(row, 'seq');
      if (found !== seq + 1)
        return { ok: false, seq: seq + 1, problem: `entry ${seq + 1} of the audit log is missing` };
      seq = found;
      const hash = chainHash(previous, [
        seq,
        text(row, 'at'),
        text(row, 'who'),
        text(row, 'address'),
        text(row, 'action'),
        text(row, 'outcome'),
        text(row, 'detail'),
      ]);
      if (text(row, 'previous') !== previous || text(row, 'hash') !== hash)
        return {
          ok: false,
          seq,
          problem: `entry ${seq} of the audit log was changed after it was written`,
        };
      previous = hash;
    }
    yield;
  }
  if (!head || integer(head, 'seq') !== seq || text(head, 'hash') !== previous)
    return {
      ok: false,
      seq: seq + 1,
      problem: `entries after ${seq} of the audit log were cut off`,
    };
  return { ok: true, entries: seq, head: previous };
}
