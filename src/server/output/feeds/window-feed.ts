import { createHash, randomUUID } from 'node:crypto';
import { isoOf, type Json, type JsonObject, type Message } from '#core/output/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { DeliveryFailure } from '../failure.ts';
import type { Batch, Feed } from '../feed.ts';
import type { OutputState } from '../state.ts';
import { type Correction, compareRows, FIRST_HASH, type HashedRow } from './ledger.ts';
import { queryFailure } from './query-failure.ts';
import { openStretches } from './stretches.ts';

/*
 * The answer of a query, for one stretch of event time after another. A stretch is asked for once it has been over for
 * the settling time, and again when it has been over for twice as long as at the look before, until `revise` has gone by:
 * what came as late as that is told after as much time again at most, and a row is sent no more often than there were
 * looks. Of a later look only what changed is sent, as a further revision of a row (see ledger.ts). For tables whose rows
 * are replaced (reduction does, when data comes late) and for sums.
 *
 * The position is the end of the last stretch that was sent whole; one that was not is sent again from its beginning, as
 * a further revision, since the answer may be another by then.
 */

export interface WindowFeedDeps {
  readonly name: string;
  /** KQL; its tables are restricted to the stretch. */
  readonly query: string;
  /** What rows are called. */
  readonly as: string;
  readonly everyMs: number;
  readonly settleMs: number;
  readonly reviseMs: number;
  readonly queries: Pick<QueryService, 'query'>;
  readonly state: OutputState;
  /** Names what the store holds of a stretch, µs: where it is the same, so is the answer. Absent where nobody can say. */
  readonly stamp?: (from: number, to: number) => string;
  /** ms since 1970. */
  readonly now: () => number;
}

interface Look {
  readonly begin: number;
  readonly isFirst: boolean;
  readonly stamp: string;
  readonly revision: number;
  readonly series: string;
  readonly corrections: readonly Correction[];
  readonly rows: readonly JsonObject[];
  readonly after: Uint8Array;
  taken: number;
}

/** Where the first look is, ms, and what the ids of rows begin with. */
interface Position {
  readonly to: number;
  readonly series: string;
}

const LONGEST_POLL_MS = 30_000;

/** Columns that tell when a row was made: a row that was made again is not another for it. */
const STAMPS: ReadonlySet<string> = new Set(['TimeProcessed', 'TimeProcessed_t', 'IngestionTime']);

export function createWindowFeed(deps: WindowFeedDeps): Feed {
  const { name, everyMs, settleMs, reviseMs, state, now } = deps;
  const stretches = openStretches(state, name);
  let open: Look | undefined;

  /** The first time the beginning of the stretch that is under way. */
  function position(): Position {
    const cursor = readPosition(state.cursor(name));
    if (cursor) return cursor;
    const begin = { to: Math.floor(now() / everyMs) * everyMs, series: randomUUID().slice(0, 8) };
    state.setCursor(name, begin);
    return begin;
  }

  const firstLook = () => position().to + everyMs + settleMs;
  const nextLook = () => Math.min(firstLook(), stretches.next()?.nextLook ?? Infinity);
  const stampOf = (begin: number) => deps.stamp?.(begin * 1000, (begin + everyMs) * 1000) ?? '';

  /** When a stretch is looked at next; undefined once it is final. */
  function laterLook(begin: number): number | undefined {
    const end = begin + everyMs;
    const age = now() - end;
    return age >= reviseMs ? undefined : end + Math.min(2 * age, reviseMs);
  }

  function keep(begin: number, more: { looks: number; stamp: string; ledger: Uint8Array }): void {
    const nextLook = laterLook(begin);
    if (nextLook === undefined) stretches.forget(begin);
    else stretches.set({ begin, nextLook, ...more });
  }

  /** The stretch that is due: the next one, else one whose rows may have changed. */
  function due(): { readonly begin: number; readonly isFirst: boolean } | undefined {
    if (firstLook() <= now()) return { begin: position().to, isFirst: true };
    for (let next = stretches.next(); next && next.nextLook <= now(); next = stretches.next()) {
      const { begin, stamp } = next;
      if (stamp === '' || stamp !== stampOf(begin)) return { begin, isFirst: false };
      const later = laterLook(begin);
      if (later === undefined) stretches.forget(begin);
      else stretches.postpone(begin, later);
    }
    return undefined;
  }

  async function ask(
    begin: number,
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly JsonObject[]; readonly hashes: readonly HashedRow[] }> {
    const answer = await deps.queries.query({
      text: deps.query,
      timespan: { from: begin * 1000, to: (begin + everyMs) * 1000 },
      user: `output ${name}`,
      signal,
    });
    if (answer.truncated)
      throw new DeliveryFailure('setting', 'the query has more rows than an answer may have', {
        advice: 'Shorten `every`, sum rows up, or raise query.maxRows and query.maxResult.',
      });
    const types = new Map(answer.columns.map((column) => [column.name, column.type]));
    const rows = answer.rows.map((row): JsonObject => {
      // Cells are ready for JSON, as the query service says.
      const cells = row as readonly Json[];
      return Object.fromEntries(answer.columns.map(({ name }, i) => [name, cells[i] ?? null]));
    });
    return { rows, hashes: rows.map((row) => hashRow(row, types)) };
  }

  async function look(begin: number, isFirst: boolean, signal: AbortSignal): Promise<Look> {
    const { series } = position();
    const stamp = stampOf(begin);
    const { rows, hashes } = await ask(begin, signal);
    const known = stretches.get(begin);
    const ledger = known?.ledger ?? new Uint8Array();
    const { corrections, during, after } = compareRows(ledger, hashes);
    const revision = (known?.looks ?? 0) + 1;
    if (corrections.length > 0)
      // If this look is cut short, nobody knows what the receiver has of it.
      stretches.set({
        begin,
        looks: revision,
        nextLook: known?.nextLook ?? now(),
        stamp: '',
        ledger: during,
      });
    return { begin, isFirst, stamp, revision, series, corrections, rows, after, taken: 0 };
  }

  function messageOf({ place, row }: Correction, look: Look): Message {
    const { begin, revision, series, rows } = look;
    const values = row === undefined ? undefined : rows[row];
    return {
      kind: 'row',
      id: `${series}-${begin / 1000}-${place}`,
      table: deps.as,
      revision: { number: revision, isWithdrawn: values === undefined },
      // Receivers want a time of each row; sums over the stretch have none of their own.
      values: { TimeGenerated: isoOf(begin * 1000), ...values },
    };
  }

  return {
    async read(limit, signal): Promise<Batch | undefined> {
      if (!open) {
        const next = due();
        if (!next) return undefined;
        open = await look(next.begin, next.isFirst, signal).catch((error: unknown) => {
          throw queryFailure(error);
        });
      }
      const now = open;
      const part = now.corrections.slice(now.taken, now.taken + limit);
      now.taken += part.length;
      const isLast = now.taken >= now.corrections.length;
      if (isLast) open = undefined;
      const { begin, isFirst, stamp, revision: looks, after: ledger } = now;
      return {
        messages: part.map((one) => messageOf(one, now)),
        lost: 0,
        settle() {
          if (!isLast) return;
          if (isFirst) state.setCursor(name, { ...position(), to: begin + everyMs });
          keep(begin, { looks, stamp, ledger });
        },
      };
    },
    waiting() {
      const since = nextLook();
      return { messages: null, since: since <= now() ? since * 1000 : undefined };
    },
    pollMs() {
      return Math.min(LONGEST_POLL_MS, Math.max(100, nextLook() - now()));
    },
    async close() {
      open = undefined;
    },
  };
}

/** What a row is about stands in texts and small numbers (ports are ints); instants and sums grow with late data. */
const SUBJECTS: ReadonlySet<KqlType> = new Set(['string', 'guid', 'bool', 'int']);

function hashRow(values: JsonObject, types: ReadonlyMap<string, KqlType>): HashedRow {
  const facts = Object.entries(values).filter(([column]) => !STAMPS.has(column));
  const subject = facts.filter(([column]) => SUBJECTS.has(types.get(column) ?? 'dynamic'));
  return {
    content: digest(facts).readBigUInt64LE(0) | FIRST_HASH,
    subject: digest(subject).readUInt32LE(0),
  };
}

const digest = (value: unknown): Buffer =>
  createHash('sha256').update(JSON.stringify(value)).digest();

function readPosition(value: unknown): Position | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('to' in value) || !('series' in value)) return undefined;
  const { to, series } = value;
  return typeof to === 'number' && typeof series === 'string' ? { to, series } : undefined;
}
