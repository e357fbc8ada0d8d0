import type { ColumnChunk, NumberColumn } from '#server/duckdb/index.ts';

/** Bytes of a row, and of what rows say more. */
const BYTES = 64;
const MORE_BYTES = 40;

/**
 * Raw rows as columns, gathered from chunks. Chunks have these columns, in this order: number of the hour (UTINYINT), instant
 * (µs in the hour, UINTEGER), hashes of both addresses (UBIGINT), source port, port (INTEGER, -1 for none), protocol (a number,
 * USMALLINT), flags (`flows.ts`, UTINYINT), packets and bytes there, packets and bytes back (DOUBLE). Where rows say more,
 * also when the flow began and was seen last (µs in the hour, UINTEGER), when it began and ended by its own account, how long the
 * record covers (µs), sampling rate (DOUBLE).
 */
export class Rows {
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  readonly packetsBack: Float64Array;
  readonly bytesBack: Float64Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly window: Float64Array;
  readonly rate: Float64Array;
  /** Two halves for each row. */
  readonly source: Uint32Array;
  readonly dest: Uint32Array;
  readonly at: Uint32Array;
  readonly begun: Uint32Array;
  readonly last: Uint32Array;
  readonly sourcePort: Int32Array;
  readonly port: Int32Array;
  readonly protocol: Uint16Array;
  readonly hour: Uint8Array;
  readonly flags: Uint8Array;
  readonly hasMore: boolean;
  readonly capacity: number;
  count = 0;

  /** For at most so many rows, in memory that may be shared (`bytesFor`). */
  constructor(
    rows: number,
    hasMore: boolean,
    memory: ArrayBufferLike = new ArrayBuffer(Rows.bytesFor(rows, hasMore)),
  ) {
    const more = hasMore ? rows : 0;
    this.hasMore = hasMore;
    this.capacity = rows;
    let used = 0;
    function carve<T>(kind: NumberArray<T>, length: number): T {
      const column = new kind(memory, used, length);
      used += length * kind.BYTES_PER_ELEMENT;
      return column;
    }
    // The widest first, so that each begins where its kind may.
    this.packets = carve(Float64Array, rows);
    this.bytes = carve(Float64Array, rows);
    this.packetsBack = carve(Float64Array, rows);
    this.bytesBack = carve(Float64Array, rows);
    this.from = carve(Float64Array, more);
    this.to = carve(Float64Array, more);
    this.window = carve(Float64Array, more);
    this.rate = carve(Float64Array, more);
    this.source = carve(Uint32Array, rows * 2);
    this.dest = carve(Uint32Array, rows * 2);
    this.at = carve(Uint32Array, rows);
    this.begun = carve(Uint32Array, more);
    this.last = carve(Uint32Array, more);
    this.sourcePort = carve(Int32Array, rows);
    this.port = carve(Int32Array, rows);
    this.protocol = carve(Uint16Array, rows);
    this.hour = carve(Uint8Array, rows);
    this.flags = carve(Uint8Array, rows);
  }

  static bytesFor(rows: number, hasMore: boolean): number {
    return rows * (BYTES + (hasMore ? MORE_BYTES : 0));
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
}

interface NumberArray<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (memory: ArrayBufferLike, offset: number, length: number): T;
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
