import { createHash } from 'node:crypto';
import type { Json, JsonObject, Message } from '#core/output/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { DeliveryFailure } from '../failure.ts';
import type { Batch, Feed } from '../feed.ts';
import type { OutputState } from '../state.ts';
import { queryFailure } from './query-failure.ts';

/*
 * The answer of a query, for one stretch of event time after another. A stretch is asked for once it has been over for
 * the settling time; what comes later is not sent. For tables whose rows are replaced (reduction does, when data comes
 * late) and for sums. The position is the end of the last stretch that was sent whole; one that was not is sent again from
 * its beginning. A row's id is made of its stretch and content, so that receivers that look at ids keep one.
 */

export interface WindowFeedDeps {
  readonly name: string;
  /** KQL; its tables are restricted to the stretch. */
  readonly query: string;
  /** What rows are called. */
  readonly as: string;
  readonly everyMs: number;
  readonly settleMs: number;
  readonly queries: Pick<QueryService, 'query'>;
  readonly state: OutputState;
  /** ms since 1970. */
  readonly now: () => number;
}

interface Stretch {
  readonly to: number;
  readonly messages: readonly Message[];
  taken: number;
}

const LONGEST_POLL_MS = 30_000;

export function createWindowFeed(deps: WindowFeedDeps): Feed {
  const { name, everyMs, settleMs, state, now } = deps;
  let open: Stretch | undefined;

  /** The end of what was sent, ms; the first time the beginning of the stretch that is under way. */
  function position(): number {
    const cursor = state.cursor(name);
    if (typeof cursor === 'number') return cursor;
    const begin = Math.floor(now() / everyMs) * everyMs;
    state.setCursor(name, begin);
    return begin;
  }

  async function ask(from: number, signal: AbortSignal): Promise<Stretch> {
    const to = from + everyMs;
    const answer = await deps.queries.query({
      text: deps.query,
      timespan: { from: from * 1000, to: to * 1000 },
      user: `output ${name}`,
      signal,
    });
    if (answer.truncated)
      throw new DeliveryFailure('setting', 'the query has more rows than an answer may have', {
        advice: 'Shorten `every`, sum rows up, or raise query.maxRows and query.maxResult.',
      });
    const seen = new Map<string, number>();
    const messages = answer.rows.map((row): Message => {
      // Cells are ready for JSON, as the query service says.
      const cells = row as readonly Json[];
      const values: JsonObject = Object.fromEntries(
        answer.columns.map((column, i) => [column.name, cells[i] ?? null]),
      );
      const digest = createHash('sha256')
        .update(`${from} ${JSON.stringify(values)}`)
        .digest('hex')
        .slice(0, 32);
      const twin = seen.get(digest) ?? 0;
      seen.set(digest, twin + 1);
      return {
        kind: 'row',
        id: twin === 0 ? digest : `${digest}-${twin}`,
        table: deps.as,
        values,
      };
    });
    return { to, messages, taken: 0 };
  }

  return {
    async read(limit, signal): Promise<Batch | undefined> {
      if (!open) {
        const from = position();
        if (from + everyMs + settleMs > now()) return undefined;
        open = await ask(from, signal).catch((error: unknown) => {
          throw queryFailure(error);
        });
      }
      const { to, messages, taken } = open;
      const part = messages.slice(taken, taken + limit);
      open.taken += part.length;
      const isLast = open.taken >= messages.length;
      if (isLast) open = undefined;
      return { messages: part, lost: 0, settle: () => isLast && state.setCursor(name, to) };
    },
    waiting() {
      const from = position();
      const isDue = from + everyMs + settleMs <= now();
      return { messages: null, since: isDue ? (from + everyMs + settleMs) * 1000 : undefined };
    },
    pollMs: () => Math.min(LONGEST_POLL_MS, Math.max(100, position() + everyMs + settleMs - now())),
    async close() {
      open = undefined;
    },
  };
}
