import type { JsonObject, Message } from '#core/output/index.ts';
import type { QueryService, WholeFile } from '#server/query/index.ts';
import type { Arrival, Arrivals } from '#server/store/index.ts';
import { DeliveryFailure } from '../failure.ts';
import type { Batch, Feed } from '../feed.ts';
import { linesOf } from '../lines.ts';
import type { OutputState } from '../state.ts';
import { queryFailure } from './query-failure.ts';

/*
 * Every row of a table in the order of commit. The position is a segment and how many of its rows are settled; a segment
 * is immutable and its file stays until it is read, so merges neither repeat nor lose a row. Its rows come from a query
 * over that one file: the engine keeps the file's order, so the n-th row is the same each time it is asked, and a row's
 * id is its segment and n.
 */

export interface ArrivalFeedDeps {
  /** Of the output. */
  readonly name: string;
  /** Under which it stands in `arrivals`. */
  readonly follower: string;
  readonly table: string;
  /** A KQL condition on its columns. */
  readonly where: string | undefined;
  readonly arrivals: Arrivals;
  readonly queries: Pick<QueryService, 'answer'>;
  readonly state: OutputState;
}

/** Rows of this segment that are settled. */
interface Cursor {
  readonly segment: string;
  readonly row: number;
}

interface Reading {
  readonly arrival: Arrival;
  readonly lines: AsyncGenerator<string>;
  /** The place of `ahead`. */
  row: number;
  /** Read, not handed on: shows whether there is more. */
  ahead: string | undefined;
  free(): Promise<void>;
}

const POLL_MS = 30_000;

export function createArrivalFeed(deps: ArrivalFeedDeps): Feed {
  const { name, follower, table, arrivals, queries, state } = deps;
  let reading: Reading | undefined;
  const condition = deps.where === undefined ? '' : ` | where (${deps.where}\n)`;
  // Which of several observers is the primary one is decided later, when the flow is reduced.
  const text = `${table}${condition} | project-away IsPrimary`;

  async function open(arrival: Arrival, signal: AbortSignal): Promise<Reading> {
    const file: WholeFile = {
      path: arrival.path,
      rows: arrival.rows,
      sizeBytes: 0,
      version: arrival.segment,
    };
    const answer = await queries.answer(
      { text, files: new Map([[table, file]]), user: `output ${name}`, signal },
      'ndjson',
    );
    if (answer.truncated) {
      await answer.body.discard();
      throw new DeliveryFailure('setting', `one segment has more rows than a query may answer`, {
        advice: 'Raise query.maxFile in the configuration.',
      });
    }
    const lines = linesOf(answer.body.stream());
    const cursor = readCursor(state.cursor(name));
    const done = cursor?.segment === arrival.segment ? cursor.row : 0;
    const opened: Reading = {
      arrival,
      lines,
      row: 0,
      ahead: undefined,
      async free() {
        await lines.return(undefined);
        await answer.body.discard();
      },
    };
    await advance(opened);
    while (opened.row < done && opened.ahead !== undefined) await step(opened);
    return opened;
  }

  async function advance(open: Reading): Promise<void> {
    const next = await open.lines.next();
    open.ahead = next.done ? undefined : next.value;
  }

  async function step(open: Reading): Promise<void> {
    open.row++;
    await advance(open);
  }

  async function take(open: Reading, limit: number): Promise<Batch> {
    const messages: Message[] = [];
    while (messages.length < limit && open.ahead !== undefined) {
      const values: JsonObject = JSON.parse(open.ahead);
      messages.push({ kind: 'row', id: `${open.arrival.segment}-${open.row}`, table, values });
      await step(open);
    }
    const { row, ahead, arrival } = open;
    if (ahead === undefined) {
      reading = undefined;
      await open.free();
    }
    return {
      messages,
      lost: 0,
      settle() {
        if (ahead === undefined) arrivals.settle(follower, arrival.number);
        state.setCursor(name, ahead === undefined ? undefined : { segment: arrival.segment, row });
      },
    };
  }

  /** What comes next of one segment: the open one, else the first after a number. */
  async function readOne(
    after: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly number: number; readonly batch: Batch } | undefined> {
    if (!reading) {
      const arrival = arrivals.next(follower, after);
      if (!arrival) return undefined;
      if (arrival.isGone) return { number: arrival.number, batch: goneBatch(deps, arrival) };
      reading = await open(arrival, signal).catch((error: unknown) => {
        throw queryFailure(error);
      });
    }
    const { number } = reading.arrival;
    try {
      return { number, batch: await take(reading, limit) };
    } catch (error) {
      const broken = reading;
      reading = undefined;
      await broken?.free();
      throw error;
    }
  }

  return {
    async read(limit, signal) {
      const parts: Batch[] = [];
      const messages: Message[] = [];
      let after = 0;
      while (messages.length < limit) {
        const part = await readOne(after, limit - messages.length, signal);
        if (!part) break;
        parts.push(part.batch);
        messages.push(...part.batch.messages);
        after = part.number;
      }
      if (parts.length === 0) return undefined;
      return {
        messages,
        lost: parts.reduce((sum, part) => sum + part.lost, 0),
        settle: () => {
          for (const part of parts) part.settle();
        },
      };
    },
    waiting() {
      const { rows, since } = arrivals.waiting(follower);
      return { messages: rows - (readCursor(state.cursor(name))?.row ?? 0), since };
    },
    pollMs: () => POLL_MS,
    async close() {
      await reading?.free();
      reading = undefined;
    },
  };
}

/** The rows of a segment whose file went, but for those that were sent before. */
function goneBatch({ name, follower, arrivals, state }: ArrivalFeedDeps, arrival: Arrival): Batch {
  const cursor = readCursor(state.cursor(name));
  const sent = cursor?.segment === arrival.segment ? cursor.row : 0;
  return {
    messages: [],
    lost: Math.max(0, arrival.rows - sent),
    settle() {
      arrivals.settle(follower, arrival.number);
      state.setCursor(name, undefined);
    },
  };
}

function readCursor(value: unknown): Cursor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('segment' in value) || !('row' in value)) return undefined;
  const { segment, row } = value;
  return typeof segment === 'string' && typeof row === 'number' ? { segment, row } : undefined;
}
