import { MICROS_PER_HOUR } from '#server/observe/index.ts';
import { BLIND, DENIED, type Flows, NEVER } from './flows.ts';
import type { Services } from './services.ts';

const SECOND = 1_000_000;
/** The highest long that a double can hold. */
const MOST = 2 ** 63 - 1024;

export interface FlowSums {
  /** Columns by the names that PairHours is computed from; instants in µs. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The first and last second of the hour in which a flow started; -1 where none did. */
  readonly firstSecond: Int32Array;
  readonly lastSecond: Int32Array;
}

/** Sums up the flows of each service. `base` is the start of hour 0, µs. */
export function sumFlows(
  services: Services,
  flows: Flows,
  { base, hasMore }: { readonly base: number; readonly hasMore: boolean },
): FlowSums {
  const rows = services.count;
  const column = (value = 0) => new Float64Array(rows).fill(value);
  const allowed = column();
  const denied = column();
  const unanswered = column();
  const oneWay = column();
  const packets = column();
  const bytes = column();
  const packetsBack = column();
  const bytesBack = column();
  const squares = column();
  const largest = column(Number.NEGATIVE_INFINITY);
  const largestAt = column();
  const duration = column();
  const longest = column(Number.NEGATIVE_INFINITY);
  const first = column(NEVER);
  const last = column();
  const rate = column(1);
  const window = column();
  const records = column();
  const startedBytes = column();
  const firstStart = column(NEVER);
  const lastStart = column(-1);
  for (let f = 0; f < flows.count; f++) {
    const s = flows.service[f]!;
    const flags = flows.flags[f]!;
    const starts = flows.starts[f]!;
    const carried = flows.bytes[f]! + flows.bytesBack[f]!;
    const isSilent = flows.packetsBack[f] === 0 && flows.bytesBack[f] === 0;
    if (flags & DENIED) denied[s]! += starts;
    else {
      allowed[s]! += starts;
      if (isSilent && flags & BLIND) oneWay[s]! += starts;
      else if (isSilent && flows.packets[f]! > 0) unanswered[s]! += starts;
    }
    packets[s]! += flows.packets[f]!;
    bytes[s]! += flows.bytes[f]!;
    packetsBack[s]! += flows.packetsBack[f]!;
    bytesBack[s]! += flows.bytesBack[f]!;
    squares[s]! += carried * carried;
    if (carried > largest[s]!) {
      largest[s] = carried;
      largestAt[s] = flows.last[f]!;
    }
    const open = hasMore ? flows.to[f]! - flows.from[f]! : flows.last[f]! - flows.first[f]!;
    duration[s]! += open;
    if (open > longest[s]!) longest[s] = open;
    if (flows.first[f]! < first[s]!) first[s] = flows.first[f]!;
    if (flows.last[f]! > last[s]!) last[s] = flows.last[f]!;
    records[s]! += flows.records[f]!;
    if (hasMore) {
      window[s]! += flows.window[f]!;
      rate[s] = Math.max(rate[s]!, flows.rate[f]!);
    }
    if (starts === 0) continue;
    startedBytes[s]! += flows.bytes[f]!;
    if (flows.firstStart[f]! < firstStart[s]!) firstStart[s] = flows.firstStart[f]!;
    if (flows.lastStart[f]! > lastStart[s]!) lastStart[s] = flows.lastStart[f]!;
  }
  for (let s = 0; s < rows; s++) {
    const hour = base + services.hour[s]! * MICROS_PER_HOUR;
    first[s] = hour + (firstStart[s] === NEVER ? first[s]! : firstStart[s]!);
    last[s]! += hour;
    largestAt[s]! += hour;
  }
  const longs = {
    ...{ al: allowed, de: denied, un: unanswered, ow: oneWay, n: records },
    ...{ pf: packets, bf: bytes, pb: packetsBack, bb: bytesBack, sb: startedBytes },
    ...{ lb: largest, la: largestAt, du: duration, lo: longest, t0: first, t1: last, w: window },
  };
  for (const column of Object.values(longs)) limit(column);
  const secondOf = (at: number) => (at === NEVER || at < 0 ? -1 : Math.floor(at / SECOND));
  return {
    columns: { ...longs, sq: squares, sr: rate },
    firstSecond: Int32Array.from(firstStart, secondOf),
    lastSecond: Int32Array.from(lastStart, secondOf),
  };
}

/** Counters may have been made up by any exporter: they end where longs do. */
function limit(column: Float64Array): void {
  for (let i = 0; i < column.length; i++) column[i] = Math.max(-MOST, Math.min(MOST, column[i]!));
}
