import type { ColumnChunk, NumberColumn } from '#server/duckdb/index.ts';
import { mix } from './slots.ts';

/** Rows of one bucket, so that what they are folded into stays in the processor's cache. */
const BUCKET_ROWS = 8192;
const MOST_BUCKETS = 1024;

interface Spare {
  bytes: Uint8Array;
  shorts: Uint16Array;
  instants: Uint32Array;
  halves: Uint32Array;
  ports: Int32Array;
  numbers: Float64Array;
}

/**
 * Raw rows as columns, gathered from chunks and then put in the order of their initiators' buckets. Chunks have these
 * columns, in this order: number of the hour (UTINYINT), instant (µs in the hour, UINTEGER), hashes of both addresses (UBIGINT), source
 * port, port (INTEGER, -1 for none), protocol (a number, USMALLINT), flags (`flows.ts`, UTINYINT), packets and bytes there, packets
 * and bytes back (DOUBLE). Where rows say more, also when the flow began and was seen last (µs in the hour, UINTEGER), when it
 * began and ended by its own account, how long the record covers (µs), sampling rate (DOUBLE).
 */
export class Rows {
  hour: Uint8Array;
  at: Uint32Array;
  /** Two halves for each row. */
  source: Uint32Array;
  dest: Uint32Array;
  sourcePort: Int32Array;
  port: Int32Array;
  protocol: Uint16Array;
  flags: Uint8Array;
  packets: Float64Array;
  bytes: Float64Array;
  packetsBack: Float64Array;
  bytesBack: Float64Array;
  begun: Uint32Array;
  last: Uint32Array;
  from: Float64Array;
  to: Float64Array;
  window: Float64Array;
  rate: Float64Array;
  readonly hasMore: boolean;
  count = 0;
  /** Where columns are moved to; what they were in is the next one's. */
  readonly #spare: Spare;
  readonly #places: Uint32Array;

  /** For at most so many rows. */
  constructor(rows: number, hasMore: boolean) {
    const more = hasMore ? rows : 0;
    this.hasMore = hasMore;
    this.hour = new Uint8Array(rows);
    this.at = new Uint32Array(rows);
    this.source = new Uint32Array(rows * 2);
    this.dest = new Uint32Array(rows * 2);
    this.sourcePort = new Int32Array(rows);
    this.port = new Int32Array(rows);
    this.protocol = new Uint16Array(rows);
    this.flags = new Uint8Array(rows);
    this.packets = new Float64Array(rows);
    this.bytes = new Float64Array(rows);
    this.packetsBack = new Float64Array(rows);
    this.bytesBack = new Float64Array(rows);
    this.begun = new Uint32Array(more);
    this.last = new Uint32Array(more);
    this.from = new Float64Array(more);
    this.to = new Float64Array(more);
    this.window = new Float64Array(more);
    this.rate = new Float64Array(more);
    this.#places = new Uint32Array(rows);
    this.#spare = {
      bytes: new Uint8Array(rows),
      shorts: new Uint16Array(rows),
      instants: new Uint32Array(rows),
      halves: new Uint32Array(rows * 2),
      ports: new Int32Array(rows),
      numbers: new Float64Array(rows),
    };
  }

  add({ rows, columns }: ColumnChunk): void {
    const at = this.count;
    this.hour.set(take(Uint8Array, columns[0]), at);
    this.at.set(take(Uint32Array, columns[1]), at);
    this.source.set(halvesOf(columns[2]), at * 2);
    this.dest.set(halvesOf(columns[3]), at * 2);
    this.sourcePort.set(take(Int32Array, columns[4]), at);
    this.port.set(take(Int32Array, columns[5]), at);
    this.protocol.set(take(Uint16Array, columns[6]), at);
    this.flags.set(take(Uint8Array, columns[7]), at);
    this.packets.set(take(Float64Array, columns[8]), at);
    this.bytes.set(take(Float64Array, columns[9]), at);
    this.packetsBack.set(take(Float64Array, columns[10]), at);
    this.bytesBack.set(take(Float64Array, columns[11]), at);
    this.count += rows;
    if (!this.hasMore) return;
    this.begun.set(take(Uint32Array, columns[12]), at);
    this.last.set(take(Uint32Array, columns[13]), at);
    this.from.set(take(Float64Array, columns[14]), at);
    this.to.set(take(Float64Array, columns[15]), at);
    this.window.set(take(Float64Array, columns[16]), at);
    this.rate.set(take(Float64Array, columns[17]), at);
  }

  /** Puts rows in the order of buckets; returns where each bucket ends. Rows of one initiator are in one bucket. */
  order(): Uint32Array {
    const { count, source } = this;
    let buckets = 1;
    while (buckets < MOST_BUCKETS && buckets * BUCKET_ROWS < count) buckets *= 2;
    const next = new Uint32Array(buckets);
    if (buckets === 1) return next.fill(count);
    const places = this.#places.subarray(0, count);
    for (let row = 0; row < count; row++) {
      const bucket = mix(source[row * 2]!) & (buckets - 1);
      places[row] = bucket;
      next[bucket]! += 1;
    }
    let sum = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      sum += next[bucket]!;
      next[bucket] = sum - next[bucket]!;
    }
    for (let row = 0; row < count; row++) places[row] = next[places[row]!]!++;
    this.#move(places);
    return next;
  }

  #move(to: Uint32Array): void {
    const spare = this.#spare;
    [this.hour, spare.bytes] = [moveBytes(this.hour, spare.bytes, to), this.hour];
    [this.flags, spare.bytes] = [moveBytes(this.flags, spare.bytes, to), this.flags];
    [this.protocol, spare.shorts] = [moveShorts(this.protocol, spare.shorts, to), this.protocol];
    [this.at, spare.instants] = [moveInstants(this.at, spare.instants, to), this.at];
    [this.source, spare.halves] = [moveHalves(this.source, spare.halves, to), this.source];
    [this.dest, spare.halves] = [moveHalves(this.dest, spare.halves, to), this.dest];
    [this.sourcePort, spare.ports] = [movePorts(this.sourcePort, spare.ports, to), this.sourcePort];
    [this.port, spare.ports] = [movePorts(this.port, spare.ports, to), this.port];
    [this.packets, spare.numbers] = [moveNumbers(this.packets, spare.numbers, to), this.packets];
    [this.bytes, spare.numbers] = [moveNumbers(this.bytes, spare.numbers, to), this.bytes];
    [this.packetsBack, spare.numbers] = [
      moveNumbers(this.packetsBack, spare.numbers, to),
      this.packetsBack,
    ];
    [this.bytesBack, spare.numbers] = [
      moveNumbers(this.bytesBack, spare.numbers, to),
      this.bytesBack,
    ];
    if (!this.hasMore) return;
    [this.begun, spare.instants] = [moveInstants(this.begun, spare.instants, to), this.begun];
    [this.last, spare.instants] = [moveInstants(this.last, spare.instants, to), this.last];
    [this.from, spare.numbers] = [moveNumbers(this.from, spare.numbers, to), this.from];
    [this.to, spare.numbers] = [moveNumbers(this.to, spare.numbers, to), this.to];
    [this.window, spare.numbers] = [moveNumbers(this.window, spare.numbers, to), this.window];
    [this.rate, spare.numbers] = [moveNumbers(this.rate, spare.numbers, to), this.rate];
  }
}
// One function for each type: the compiler makes fast code of a loop over one.
function moveBytes(column: Uint8Array, into: Uint8Array, to: Uint32Array): Uint8Array {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
  return into;
}

function moveShorts(column: Uint16Array, into: Uint16Array, to: Uint32Array): Uint16Array {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
  return into;
}

function moveInstants(column: Uint32Array, into: Uint32Array, to: Uint32Array): Uint32Array {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
  return into;
}

function moveHalves(column: Uint32Array, into: Uint32Array, to: Uint32Array): Uint32Array {
  for (let row = 0; row < to.length; row++) {
    const place = to[row]! * 2;
    into[place] = column[row * 2]!;
    into[place + 1] = column[row * 2 + 1]!;
  }
  return into;
}

function movePorts(column: Int32Array, into: Int32Array, to: Uint32Array): Int32Array {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
  return into;
}

function moveNumbers(column: Float64Array, into: Float64Array, to: Uint32Array): Float64Array {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
  return into;
}

function take<T extends NumberColumn>(
  kind: abstract new (...args: never[]) => T,
  column: NumberColumn | undefined,
): T {
  if (column instanceof kind) return column;
  throw new Error(`a column of ${kind.name} was expected, not ${column?.constructor.name}`);
}

/** 64-bit numbers as two of 32: BigInts would be made one by one. */
function halvesOf(column: NumberColumn | undefined): Uint32Array {
  const wholes = take(BigUint64Array, column);
  return new Uint32Array(wholes.buffer, wholes.byteOffset, wholes.length * 2);
}
