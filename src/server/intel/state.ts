import type { FeedTotals } from '#core/intel/index.ts';
import { type Database, type Migration, migrate } from '#server/store/index.ts';
import type { Contact } from './work/messages.ts';

/** Tables of this room in weir.db. Instants are µs. Only ever appended to. */
const STEPS: readonly Migration[] = [
  `
  -- body is a FeedState, segments the ids of its rows in ThreatIntelIndicators.
  CREATE TABLE intel_feed (name TEXT PRIMARY KEY, body TEXT NOT NULL, segments TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE intel_by_hand (value TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE intel_harmless (
    value TEXT PRIMARY KEY, why TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- What a host and a value had to do with each other in a day; port -1 is none, body the indicator.
  CREATE TABLE intel_contact (
    day TEXT NOT NULL, seen TEXT NOT NULL, asset TEXT NOT NULL, direction TEXT NOT NULL,
    port INTEGER NOT NULL, protocol TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, flows INTEGER NOT NULL, allowed INTEGER NOT NULL,
    sent INTEGER NOT NULL, reply INTEGER NOT NULL, found_at INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (day, seen, asset, direction, port, protocol)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX intel_contact_by_pair ON intel_contact (seen, asset);
  CREATE INDEX intel_contact_by_time ON intel_contact (last);
  -- Segments whose contacts are counted, until the store knows that they are taken.
  CREATE TABLE intel_counted (segment TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  -- Indicators named first in (after, up_to], to be looked for in the days before next_day (all when '').
  CREATE TABLE intel_retro (
    id INTEGER PRIMARY KEY, after INTEGER NOT NULL, up_to INTEGER NOT NULL, next_day TEXT NOT NULL,
    told INTEGER NOT NULL, days INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE intel_mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

/** What is known of a feed. */
export interface FeedState {
  /** Where the next fetch goes on. */
  readonly cursor: unknown;
  /** Of the last sync whose content was taken. */
  readonly syncedAt: number | null;
  /** Of the last try, whatever came of it. */
  readonly triedAt: number | null;
  /** Why the last try failed, as a sentence; what was taken before still holds. */
  readonly problem: string | null;
  readonly failures: number;
  /** Rows that the feed has now. */
  readonly indicators: number;
  readonly totals: FeedTotals | null;
}

export const NEW_FEED: FeedState = {
  cursor: null,
  syncedAt: null,
  triedAt: null,
  problem: null,
  failures: 0,
  indicators: 0,
  totals: null,
};

/** An indicator that a person added. */
export interface ByHand {
  readonly value: string;
  readonly role: string;
  readonly confidence: number;
  readonly description: string;
  readonly validUntil: string | null;
  readonly who: string;
  readonly at: number;
}

export interface RetroJob {
  readonly id: number;
  readonly after: number;
  readonly up_to: number;
  readonly next_day: string;
  readonly told: number;
  readonly days: number;
}

/** A contact as it is kept. */
export interface ContactRow extends Omit<Contact, 'port'> {
  readonly port: number | null;
  readonly foundAt: number;
}

interface PlainContact {
  readonly day: string;
  readonly seen: string;
  readonly asset: string;
  readonly direction: Contact['direction'];
  readonly port: number;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  readonly flows: number;
  readonly allowed: number;
  readonly sent: number;
  readonly reply: number;
  readonly found_at: number;
  readonly body: string;
}

const toContact = ({ sent, reply, found_at, body, port, ...rest }: PlainContact): ContactRow => ({
  ...rest,
  port: port < 0 ? null : port,
  sentBytes: sent,
  replyBytes: reply,
  foundAt: found_at,
  indicator: JSON.parse(body) as Contact['indicator'],
});

const KEY = 'day, seen, asset, direction, port, protocol';
const UPSERT = `
  INSERT INTO intel_contact (${KEY}, first, last, flows, allowed, sent, reply, found_at, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (${KEY}) DO UPDATE SET
    first = min(first, excluded.first), last = max(last, excluded.last),
    flows = flows + excluded.flows, allowed = allowed + excluded.allowed,
    sent = sent + excluded.sent, reply = reply + excluded.reply,
    found_at = excluded.found_at, body = excluded.body`;

/** The state of this room: feeds, what people decided, contacts, and how far matching came. */
export class IntelState {
  readonly #db: Database;

  constructor(db: Database) {
    migrate(db, 'intel', STEPS);
    this.#db = db;
  }

  feed(name: string): FeedState {
    const row = this.#db.get<{ body: string }>('SELECT body FROM intel_feed WHERE name = ?', name);
    return row ? { ...NEW_FEED, ...(JSON.parse(row.body) as Partial<FeedState>) } : NEW_FEED;
  }

  segmentsOf(name: string): readonly string[] {
    const row = this.#db.get<{ segments: string }>(
      'SELECT segments FROM intel_feed WHERE name = ?',
      name,
    );
    return row ? (JSON.parse(row.segments) as string[]) : [];
  }

  feedNames(): readonly string[] {
    return this.#db
      .all<{ name: string }>('SELECT name FROM intel_feed ORDER BY name')
      .map(({ name }) => name);
  }

  setFeed(name: string, state: FeedState, segments = this.segmentsOf(name)): void {
    this.#db.run(
      'INSERT INTO intel_feed (name, body, segments) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body, segments = excluded.segments',
      name,
      JSON.stringify(state),
      JSON.stringify(segments),
    );
  }

  removeFeed(name: string): void {
    this.#db.run('DELETE FROM intel_feed WHERE name = ?', name);
  }

  byHand(): readonly ByHand[] {
    return this.#db
      .all<{ body: string }>('SELECT body FROM intel_by_hand ORDER BY value')
      .map(({ body }) => JSON.parse(body) as ByHand);
  }

  addByHand(entry: ByHand): void {
    this.#db.run(
      'INSERT INTO intel_by_hand (value, body) VALUES (?, ?) ON CONFLICT (value) DO UPDATE SET body = excluded.body',
      entry.value,
      JSON.stringify(entry),
    );
  }

  removeByHand(value: string): boolean {
    return this.#db.run('DELETE FROM intel_by_hand WHERE value = ?', value) > 0;
  }

  harmless(): readonly { value: string; why: string; who: string; at: number }[] {
    return this.#db.all('SELECT value, why, who, at FROM intel_harmless ORDER BY value');
  }

  setHarmless(value: string, why: string, who: string, at: number): void {
    this.#db.run(
      'INSERT INTO intel_harmless (value, why, who, at) VALUES (?, ?, ?, ?) ON CONFLICT (value) DO UPDATE SET why = excluded.why, who = excluded.who, at = excluded.at',
      value,
      why,
      who,
      at,
    );
  }

  endHarmless(value: string): boolean {
    return this.#db.run('DELETE FROM intel_harmless WHERE value = ?', value) > 0;
  }

  /** Contacts of segments that were not counted before: they add up. One transaction. */
  count(contacts: readonly Contact[], segments: readonly string[], now: number): void {
    this.#db.transaction(() => {
      for (const contact of contacts) this.#put(contact, now);
      for (const id of segments)
        this.#db.run('INSERT OR IGNORE INTO intel_counted (segment) VALUES (?)', id);
    });
  }

  /** Contacts of a whole day with values that were not looked for before: they replace what is there of these. */
  replaceDay(day: string, contacts: readonly Contact[], job: RetroJob, now: number): void {
    this.#db.transaction(() => {
      for (const seen of new Set(contacts.map((contact) => contact.seen)))
        this.#db.run('DELETE FROM intel_contact WHERE day = ? AND seen = ?', day, seen);
      for (const contact of contacts) this.#put(contact, now);
      this.#db.run(
        'UPDATE intel_retro SET next_day = ?, days = days + 1 WHERE id = ?',
        day,
        job.id,
      );
    });
  }

  #put(c: Contact, now: number): void {
    this.#db.run(
      UPSERT,
      c.day,
      c.seen,
      c.asset,
      c.direction,
      c.port ?? -1,
      c.protocol,
      c.first,
      c.last,
      c.flows,
      c.allowed,
      c.sentBytes,
      c.replyBytes,
      now,
      JSON.stringify(c.indicator),
    );
  }

  counted(): ReadonlySet<string> {
    return new Set(
      this.#db.all<{ segment: string }>('SELECT segment FROM intel_counted').map((r) => r.segment),
    );
  }

  forgetCounted(ids: readonly string[]): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#db.run('DELETE FROM intel_counted WHERE segment = ?', id);
    });
  }

  /** Contacts of one host with one value, latest first. */
  contactsOf(seen: string, asset: string): readonly ContactRow[] {
    return this.#db
      .all<PlainContact>(
        'SELECT * FROM intel_contact WHERE seen = ? AND asset = ? ORDER BY last DESC LIMIT 1000',
        seen,
        asset,
      )
      .map(toContact);
  }

  /** Contacts that were last seen in [from, to), latest first. */
  contactsIn(from: number, to: number, limit: number): readonly ContactRow[] {
    return this.#db
      .all<PlainContact>(
        'SELECT * FROM intel_contact WHERE last >= ? AND last < ? ORDER BY last DESC LIMIT ?',
        from,
        to,
        limit,
      )
      .map(toContact);
  }

  forgetContacts(before: number): void {
    this.#db.run('DELETE FROM intel_contact WHERE last < ?', before);
  }

  mark(name: string): number | undefined {
    return this.#db.get<{ value: number }>('SELECT value FROM intel_mark WHERE name = ?', name)
      ?.value;
  }

  setMark(name: string, value: number): void {
    this.#db.run(
      'INSERT INTO intel_mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
  }

  /** Sets how far indicators were looked for, and what has to be looked for in the past; one transaction. */
  planRetro(after: number, upTo: number): void {
    this.#db.transaction(() => {
      this.#db.run(
        "INSERT INTO intel_retro (after, up_to, next_day, told, days) VALUES (?, ?, '', 0, 0)",
        after,
        upTo,
      );
      this.setMark('planned', upTo);
    });
  }

  retroJob(): RetroJob | undefined {
    return this.#db.get<RetroJob>('SELECT * FROM intel_retro ORDER BY id LIMIT 1');
  }

  noteTold(id: number, told: number): void {
    this.#db.run('UPDATE intel_retro SET told = told + ? WHERE id = ?', told, id);
  }

  endRetro(id: number): void {
    this.#db.run('DELETE FROM intel_retro WHERE id = ?', id);
  }
}
