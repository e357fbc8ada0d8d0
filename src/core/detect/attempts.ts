import { type Conversation, conversations } from './conversation.ts';
import { HOUR } from './detector.ts';
import { instantOf, numberOf, type Row } from './row.ts';
import { ADMIN_PORTS, DATABASE_PORTS, LOGIN_PORTS } from './services.ts';
import { isSampled } from './sight.ts';
import { sum } from './statistics.ts';

/** Where a flow is a try to log in. RPC and NetBIOS are not: everything calls them. */
export const LOGIN_SERVICES: readonly number[] = [
  ...Object.keys(ADMIN_PORTS),
  ...Object.keys(DATABASE_PORTS),
  ...Object.keys(LOGIN_PORTS),
]
  .map(Number)
  .filter((port) => port !== 135 && port !== 139);

/** What one source tried at one service, without the largest flow: that one may have got in. */
export interface Attempts {
  readonly conversation: Conversation;
  readonly tries: number;
  readonly bytesEach: number;
  readonly packetsEach: number;
  /** Standard deviation of the bytes of one flow over their mean. */
  readonly spread: number;
  /** Most tries in ten minutes. */
  readonly burst: number;
  readonly largest: number;
  /** A flow that is several times as large as the tries, when most of them were over. */
  readonly gotIn: boolean;
  readonly largestAt: number;
}

export function attemptsOf(conversation: Conversation): Attempts {
  const { rows, flows, seconds, sent, received, packets, sight } = conversation;
  const largestRow = rows.reduce((a, b) =>
    numberOf(b, 'LargestBytes') > numberOf(a, 'LargestBytes') ? b : a,
  );
  const largest = numberOf(largestRow, 'LargestBytes');
  const tries = Math.max(1, flows - 1);
  const bytesEach = Math.max(1, (sent + received - largest) / tries);
  const squares = sum(rows.map((row) => numberOf(row, 'BytesSquared'))) - largest * largest;
  const variance = Math.max(0, squares / tries - bytesEach * bytesEach);
  const largestAt = instantOf(largestRow, 'LargestAt');
  const before = seconds.filter((at) => at * 1e6 <= largestAt).length / Math.max(1, seconds.length);
  return {
    conversation,
    tries,
    bytesEach,
    packetsEach: packets / flows,
    spread: Math.sqrt(variance) / bytesEach,
    // Several flows may begin in one second, which is told once.
    burst: Math.round(mostWithin(seconds, 600) * (flows / Math.max(1, seconds.length))),
    largest,
    gotIn: !isSampled(sight) && isWork(largest, bytesEach) && before >= 0.7,
    largestAt,
  };
}

/** A flow that carries several times what a try does. */
const isWork = (bytes: number, bytesEach: number): boolean =>
  bytes >= 3 * bytesEach && bytes >= 8000;

function mostWithin(seconds: readonly number[], span: number): number {
  let most = 0;
  let start = 0;
  for (let end = 0; end < seconds.length; end++) {
    while (seconds[end]! - seconds[start]! >= span) start++;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

/** A login that fails moves some packets and a few kilobytes, always about the same; a health check moves less, work more. */
const LEAST_PACKETS = 5;
const LEAST_BYTES = 400;
export const MOST_BYTES = 20_000;
/** Of a database: a query or two carries more than a log-in. */
const MOST_DATABASE_BYTES = 5000;

export function looksLikeTries(
  { bytesEach, packetsEach, spread, conversation }: Attempts,
  values: { readonly mostSpread: number },
): boolean {
  return (
    spread <= values.mostSpread &&
    bytesEach >= LEAST_BYTES &&
    bytesEach <= ((conversation.port ?? 0) in DATABASE_PORTS ? MOST_DATABASE_BYTES : MOST_BYTES) &&
    (conversation.protocol === 'U' || packetsEach >= LEAST_PACKETS || bytesEach >= 2 * LEAST_BYTES)
  );
}

/** Flows of an hour from which on it is judged by itself. */
const LEAST_OF_HOUR = 10;

/**
 * The tries among what a source does at a service: all of it, or else the hours that look like tries by themselves. Whoever
 * works there at other hours hides nothing, nor does the work that a guess gave way to: where nothing of the kind came
 * before, what is large in the hour after the tries may have got in.
 */
export function triesIn(
  conversation: Conversation,
  values: { readonly mostSpread: number },
): Attempts | undefined {
  const whole = attemptsOf(conversation);
  if (looksLikeTries(whole, values)) return whole;
  const hours = conversations(
    conversation.rows.filter((row) => {
      const [hour] = conversations([row]);
      return hour && hour.flows >= LEAST_OF_HOUR && looksLikeTries(attemptsOf(hour), values);
    }),
  );
  const [part] = hours.map(attemptsOf);
  if (!part || !looksLikeTries(part, values)) return undefined;
  const startOf = (row: Row) => instantOf(row, 'TimeGenerated');
  const starts = part.conversation.rows.map(startOf);
  const others = conversation.rows.filter((row) => !starts.includes(startOf(row)));
  const after = others.find((row) => startOf(row) === Math.max(...starts) + HOUR);
  const largest = after ? numberOf(after, 'LargestBytes') : 0;
  const isNew = others.every((row) => startOf(row) > Math.min(...starts));
  if (part.gotIn || !after || !isNew || isSampled(part.conversation.sight)) return part;
  if (!isWork(largest, part.bytesEach)) return part;
  return { ...part, gotIn: true, largest, largestAt: instantOf(after, 'LargestAt') };
}
