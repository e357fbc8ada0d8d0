import type { Rows } from './rows.ts';
import { makeSlots, mix, slotsFor } from './slots.ts';

/** No start was seen: later than any instant of an hour in µs. */
export const NEVER = 0xffff_ffff;

/** What a record says of its flow; `DENIED` and `ONE_WAY` tell flows of one source port apart. */
export const DENIED = 1;
export const ONE_WAY = 2;
/** An answer could not have been seen. */
export const BLIND = 4;
export const STARTED = 8;

/**
 * Flows: one for each service, source port and verdict, with the sums of its rows, and which rows those are, since a flow
 * that started twice gives each start the bytes that followed it. Instants are µs in the hour.
 */
export class Flows {
  #slots = makeSlots(0);
  #mask = 0;
  readonly service: Int32Array;
  readonly port: Int32Array;
  readonly flags: Uint8Array;
  readonly records: Float64Array;
  readonly starts: Float64Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  readonly packetsBack: Float64Array;
  readonly bytesBack: Float64Array;
  readonly first: Uint32Array;
  readonly last: Uint32Array;
  readonly firstStart: Uint32Array;
  readonly lastStart: Uint32Array;
  /** The earliest start and the latest end by the records' own account, and how long they cover, µs; with windows only. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly window: Float64Array;
  readonly rate: Float64Array;
  count = 0;

  /** The rows of each flow: the newest, and before each row the one before it. -1 ends. */
  readonly #newest: Int32Array;
  readonly #before: Int32Array;

  constructor(rows: number, hasMore: boolean) {
    this.service = new Int32Array(rows);
    this.port = new Int32Array(rows);
    this.flags = new Uint8Array(rows);
    this.records = new Float64Array(rows);
    this.starts = new Float64Array(rows);
    this.packets = new Float64Array(rows);
    this.bytes = new Float64Array(rows);
    this.packetsBack = new Float64Array(rows);
    this.bytesBack = new Float64Array(rows);
    this.first = new Uint32Array(rows);
    this.last = new Uint32Array(rows);
    this.firstStart = new Uint32Array(rows);
    this.lastStart = new Uint32Array(rows);
    const more = hasMore ? rows : 0;
    this.from = new Float64Array(more);
    this.to = new Float64Array(more);
    this.window = new Float64Array(more);
    this.rate = new Float64Array(more);
    this.#newest = new Int32Array(rows);
    this.#before = new Int32Array(rows);
  }

  /** Begins a bucket of so many rows, which shares no flow with others. */
  open(rows: number): void {
    const size = slotsFor(rows);
    if (size > this.#slots.length) this.#slots = new Int32Array(size);
    else this.#slots.fill(0, 0, size);
    this.#mask = size - 1;
  }

  /** The number of a flow; without records where it is new. */
  find(service: number, port: number, flags: number): number {
    const kind = flags & (DENIED | ONE_WAY);
    let slot = mix(Math.imul(service, 0x9e3779b1) ^ (port * 4 + kind)) & this.#mask;
    for (;;) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) break;
      if (
        this.service[found] === service &&
        this.port[found] === port &&
        (this.flags[found]! & (DENIED | ONE_WAY)) === kind
      )
        return found;
      slot = (slot + 1) & this.#mask;
    }
    const flow = this.count++;
    this.#slots[slot] = flow + 1;
    this.service[flow] = service;
    this.port[flow] = port;
    this.flags[flow] = flags;
    this.records[flow] = 0;
    this.starts[flow] = 0;
    this.packets[flow] = 0;
    this.bytes[flow] = 0;
    this.packetsBack[flow] = 0;
    this.bytesBack[flow] = 0;
    this.first[flow] = NEVER;
    this.last[flow] = 0;
    this.firstStart[flow] = NEVER;
    this.lastStart[flow] = 0;
    this.#newest[flow] = -1;
    return flow;
  }

  /** Adds a row to its flow. */
  add(flow: number, rows: Rows, row: number): void {
    const begun = rows.hasMore ? rows.begun[row]! : rows.at[row]!;
    const last = rows.hasMore ? rows.last[row]! : rows.at[row]!;
    if (rows.hasMore) this.#addMore(flow, rows, row);
    this.records[flow]! += 1;
    this.packets[flow]! += rows.packets[row]!;
    this.bytes[flow]! += rows.bytes[row]!;
    this.packetsBack[flow]! += rows.packetsBack[row]!;
    this.bytesBack[flow]! += rows.bytesBack[row]!;
    if (begun < this.first[flow]!) this.first[flow] = begun;
    if (last > this.last[flow]!) this.last[flow] = last;
    if (rows.flags[row]! & STARTED) {
      this.starts[flow]! += 1;
      if (begun < this.firstStart[flow]!) this.firstStart[flow] = begun;
      if (begun > this.lastStart[flow]!) this.lastStart[flow] = begun;
    }
    this.#before[row] = this.#newest[flow]!;
    this.#newest[flow] = row;
  }

  #addMore(flow: number, { from, to, window, rate }: Rows, row: number): void {
    const isFirst = this.records[flow] === 0;
    this.from[flow] = isFirst ? from[row]! : Math.min(this.from[flow]!, from[row]!);
    this.to[flow] = isFirst ? to[row]! : Math.max(this.to[flow]!, to[row]!);
    this.window[flow] = isFirst ? window[row]! : this.window[flow]! + window[row]!;
    this.rate[flow] = isFirst ? rate[row]! : Math.max(this.rate[flow]!, rate[row]!);
  }

  /** Tells each row's bytes with the start that they follow: the latest until then, or else the first. */
  eachStart(flow: number, rows: Rows, tell: (startedAt: number, bytes: number) => void): void {
    const own: number[] = [];
    for (let row = this.#newest[flow]!; row >= 0; row = this.#before[row]!) own.push(row);
    const begun = rows.hasMore ? rows.begun : rows.at;
    const startOf = (row: number) => (rows.flags[row]! & STARTED ? begun[row]! : NEVER);
    // Of rows at one instant, starts come first: no start is NEVER, the highest.
    own.sort((a, b) => rows.at[a]! - rows.at[b]! || startOf(a) - startOf(b));
    let latest = -1;
    for (const row of own) {
      const start = startOf(row);
      if (start !== NEVER && start > latest) latest = start;
      tell(latest < 0 ? this.firstStart[flow]! : latest, rows.bytes[row]!);
    }
  }
}
