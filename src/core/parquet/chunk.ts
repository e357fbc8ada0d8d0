import { encodeUtf8 } from '#core/base/index.ts';
import { BATCH_ROWS, isText, type Vector } from '#core/batch/index.ts';
import { Kernel } from '#core/kernel/index.ts';
import type { Column, KqlType } from '#core/schema/index.ts';
import { ByteSink } from './byte-sink.ts';
import { EncodedDictionary } from './encoded-dictionary.ts';

/** Parquet's numbers for physical types. */
export const PHYSICAL = { boolean: 0, int32: 1, int64: 2, double: 5, byteArray: 6 } as const;
/** Parquet's numbers for encodings. */
export const ENCODING = { plain: 0, rle: 3, deltaBinaryPacked: 5, rleDictionary: 8 } as const;

export function physicalType(type: KqlType): number {
  if (isText(type) || type === 'decimal') return PHYSICAL.byteArray;
  if (type === 'bool') return PHYSICAL.boolean;
  if (type === 'int') return PHYSICAL.int32;
  return type === 'real' ? PHYSICAL.double : PHYSICAL.int64;
}

/** True when a column's cells may be null: all but text. */
export function isNullable(type: KqlType): boolean {
  return !isText(type);
}

/** The pages of one column of one row group, uncompressed. */
export interface Chunk {
  /** Entries of the dictionary page, PLAIN; null when the column has none. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly count: number } | null;
  readonly data: Uint8Array;
  readonly encoding: number;
  readonly nullCount: number;
  /** Lowest and highest value of numbers and instants. */
  readonly range: readonly [min: number, max: number] | null;
}

/** Address space of an encoder's own kernel, MiB; pages take memory once they are used. */
const KERNEL_MEBIBYTES = 24;
/** Entries of a dictionary above which a text column is written without one. */
const MOST_PLACES = 1 << 20;

/** Where an encoder works, as addresses in its kernel's memory. */
type Space = ReturnType<typeof allocateSpace>;

function allocateSpace(kernel: Kernel) {
  const column = () => kernel.allocate(BATCH_ROWS * 8);
  const words = () => kernel.allocate((BATCH_ROWS + 1) * 4);
  return {
    /** Copies of columns that are elsewhere. */
    values: column(),
    nulls: kernel.allocate(BATCH_ROWS),
    /** The values that are not null. */
    present: column(),
    indices: words(),
    /** Codes that occur, or where runs end. */
    used: words(),
    places: kernel.allocate(MOST_PLACES * 4),
    direct: kernel.allocate(DIRECT * 4),
    entries: kernel.allocate((DIRECT + 1) * 8),
    result: kernel.allocate(32),
    /** Deltas take up to 1038 bytes for 128 values. */
    out: kernel.allocate(BATCH_ROWS * 9 + 1024),
  };
}

/** Encodes columns of up to BATCH_ROWS rows; keeps its work space from one to the next, so that little is allocated. */
export class ChunkEncoder {
  readonly #kernel: Kernel;
  readonly #space: Space;
  readonly #data = new ByteSink(1 << 10);
  readonly #dictionary = new ByteSink(1 << 16);
  readonly #encoded = new WeakMap<readonly string[], EncodedDictionary>();

  /** Columns that are in the kernel's memory already are not copied. */
  constructor(kernel: Kernel = new Kernel(KERNEL_MEBIBYTES)) {
    this.#kernel = kernel;
    this.#space = allocateSpace(kernel);
  }

  /** The returned bytes are views, valid until the next call. */
  encode(column: Column, vector: Vector | undefined, rows: number): Chunk {
    this.#data.clear();
    this.#dictionary.clear();
    if (!vector || vector.kind === 'constant')
      return this.#constant(column, vector?.value ?? (isText(column.type) ? '' : null), rows);
    if (vector.kind === 'text') return this.#text(vector.codes, vector.dictionary, rows);
    // All null: as a vector of many rows is on some of its days.
    const { nulls } = vector;
    if (nulls && !nulls.subarray(0, rows).includes(0)) return this.#constant(column, null, rows);
    if (vector.kind === 'bool') return this.#bool(vector.values, vector.nulls, rows);
    return this.#number(column.type, vector.values, vector.nulls, rows);
  }

  /** The address of the first `rows` elements of a column, which is copied when it is elsewhere. */
  #addressOf(column: Uint8Array | Uint32Array | Float64Array, rows: number, copy: number): number {
    if (this.#kernel.holds(column)) return column.byteOffset;
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = column;
    this.#kernel.bytes.set(new Uint8Array(buffer, byteOffset, rows * BYTES_PER_ELEMENT), copy);
    return copy;
  }

  /** The bytes from `out` on. */
  #written(end: number): Uint8Array {
    return this.#kernel.bytes.subarray(this.#space.out, end);
  }

  #constant(column: Column, value: string | number | boolean | null, rows: number): Chunk {
    const data = this.#data;
    const physical = physicalType(column.type);
    if (value === null) {
      data.uint32(0);
      data.varint(rows * 2);
      data.byte(0);
      data.bytes[0] = data.length - 4;
      return {
        dictionary: null,
        data: data.view(),
        encoding: ENCODING.plain,
        nullCount: rows,
        range: null,
      };
    }
    if (isNullable(column.type)) writeAllPresent(data, rows);
    if (typeof value === 'boolean') {
      for (let i = 0; i < rows; i += 8) data.byte(value ? 0xff : 0);
      return {
        dictionary: null,
        data: data.view(),
        encoding: ENCODING.plain,
        nullCount: 0,
        range: null,
      };
    }
    if (typeof value === 'string') {
      const bytes = encodeUtf8(value);
      this.#dictionary.uint32(bytes.length);
      this.#dictionary.append(bytes);
    } else writePlain(this.#dictionary, physical, Float64Array.of(value), 1);
    // One entry: indices of width 0 in one run.
    data.byte(0);
    data.varint(rows * 2);
    const range = Number.isFinite(value) ? ([Number(value), Number(value)] as const) : null;
    return {
      dictionary: { bytes: this.#dictionary.view(), count: 1 },
      data: data.view(),
      encoding: ENCODING.rleDictionary,
      nullCount: 0,
      range,
    };
  }

  #text(codes: Uint32Array, dictionary: readonly string[], rows: number): Chunk {
    const { call, words } = this.#kernel;
    const { values, places, indices, used, result } = this.#space;
    const encoded = this.#encodedOf(dictionary);
    let count = dictionary.length;
    if (count <= MOST_PLACES) {
      call.placeCodes(this.#addressOf(codes, rows, values), rows, places, indices, used, result);
      count = words[result / 4]!;
    }
    if ((count > rows / 2 && rows > 1000) || count > MOST_PLACES) {
      for (let i = 0; i < rows; i++) encoded.copy(codes[i]!, this.#data);
      return {
        dictionary: null,
        data: this.#data.view(),
        encoding: ENCODING.plain,
        nullCount: 0,
        range: null,
      };
    }
    const runs = words[result / 4 + 1]!;
    for (let i = used / 4; i < used / 4 + count; i++) encoded.copy(words[i]!, this.#dictionary);
    return {
      dictionary: { bytes: this.#dictionary.view(), count },
      data: this.#written(this.#putIndices(this.#space.out, rows, count, runs)),
      encoding: ENCODING.rleDictionary,
      nullCount: 0,
      range: null,
    };
  }

  #encodedOf(dictionary: readonly string[]): EncodedDictionary {
    let encoded = this.#encoded.get(dictionary);
    if (!encoded) {
      encoded = new EncodedDictionary(dictionary);
      this.#encoded.set(dictionary, encoded);
    }
    encoded.extend();
    return encoded;
  }

  #putIndices(out: number, count: number, entries: number, runs: number): number {
    const width = bitWidth(entries - 1);
    this.#kernel.bytes[out] = width;
    return this.#kernel.call.encodeHybrid(this.#space.indices, count, width, runs, out + 1);
  }

  /** Definition levels of `rows` rows; returns where they end. */
  #putLevels(nulls: number, rows: number): number {
    const { out } = this.#space;
    if (nulls !== 0) return this.#kernel.call.encodeLevels(nulls, rows, out);
    writeAllPresent(this.#data, rows);
    this.#kernel.bytes.set(this.#data.view(), out);
    return out + this.#data.length;
  }

  #bool(values: Uint8Array, nulls: Uint8Array | null, rows: number): Chunk {
    const space = this.#space;
    const at = this.#addressOf(values, rows, space.values);
    const nullsAt = nulls ? this.#addressOf(nulls, rows, space.nulls) : 0;
    const out = this.#putLevels(nullsAt, rows);
    return {
      dictionary: null,
      data: this.#written(this.#kernel.call.encodeBits(at, nullsAt, rows, out)),
      encoding: ENCODING.plain,
      nullCount: nulls ? countOnes(nulls, rows) : 0,
      range: null,
    };
  }

  #number(type: KqlType, all: Float64Array, nulls: Uint8Array | null, rows: number): Chunk {
    const { call, bytes, words } = this.#kernel;
    const space = this.#space;
    let values = this.#addressOf(all, rows, space.values);
    const nullsAt = nulls ? this.#addressOf(nulls, rows, space.nulls) : 0;
    let count = rows;
    if (nulls) {
      count = call.compact(values, nullsAt, rows, space.present);
      values = space.present;
    }
    const out = this.#putLevels(nullsAt, rows);
    call.measure(values, count, space.result);
    const [min = 0, max = 0] = new Float64Array(bytes.buffer, space.result, 2);
    const runs = words[space.result / 4 + 4]!;
    const physical = physicalType(type);
    const range = Number.isFinite(min) && Number.isFinite(max) ? ([min, max] as const) : null;
    const facts = { nullCount: rows - count, range };
    const entries = this.#entriesOf(values, count, min, max, runs, physical);
    if (entries) {
      writePlain(this.#dictionary, physical, entries, entries.length);
      return {
        dictionary: { bytes: this.#dictionary.view(), count: entries.length },
        data: this.#written(this.#putIndices(out, count, entries.length, runs)),
        encoding: ENCODING.rleDictionary,
        ...facts,
      };
    }
    if (physical !== PHYSICAL.double && max - min <= WIDEST_DELTAS) {
      const data = this.#written(call.encodeDeltas(values, count, out));
      return { dictionary: null, data, encoding: ENCODING.deltaBinaryPacked, ...facts };
    }
    let end = out + count * 8;
    if (physical === PHYSICAL.double) bytes.copyWithin(out, values, values + count * 8);
    else end = call.encodeIntegers(values, count, physical === PHYSICAL.int32 ? 4 : 8, out);
    return { dictionary: null, data: this.#written(end), encoding: ENCODING.plain, ...facts };
  }

  /** The entries of a dictionary, with the indices filled, where a dictionary is the smaller way; else null. */
  #entriesOf(
    values: number,
    count: number,
    min: number,
    max: number,
    runs: number,
    physical: number,
  ): Float64Array | null {
    const { call, bytes } = this.#kernel;
    if (runs * 8 <= count) return this.#placeRuns(values, count);
    if (physical === PHYSICAL.double || max - min >= DIRECT) return null;
    const limit = dictionaryLimit(count, max - min, physical);
    const { direct, indices, entries } = this.#space;
    const found = call.placeValues(values, count, min, limit, direct, indices, entries);
    return found > limit ? null : new Float64Array(bytes.buffer, entries, found);
  }

  /** Indices of values that come in runs; returns the distinct values in their order. */
  #placeRuns(values: number, count: number): Float64Array {
    const { call, bytes, words } = this.#kernel;
    const { used, places, indices } = this.#space;
    const numbers = new Float64Array(bytes.buffer, values, count);
    const runs = call.findRuns(values, count, used);
    const placeOf = new Map<number, number>();
    for (let run = 0; run < runs; run++) {
      const value = numbers[words[used / 4 + run]! - 1]!;
      let place = placeOf.get(value);
      if (place === undefined) {
        place = placeOf.size;
        placeOf.set(value, place);
      }
      words[places / 4 + run] = place;
    }
    call.fillRuns(used, places, runs, indices);
    words.fill(0, places / 4, places / 4 + runs);
    return Float64Array.from(placeOf.keys());
  }
}

/** Bits that hold the whole numbers 0 to `largest` (up to 2^53). */
function bitWidth(largest: number): number {
  return largest < 2 ** 32
    ? 32 - Math.clz32(largest)
    : 64 - Math.clz32(Math.floor(largest / 2 ** 32));
}

/** Definition levels of a column without nulls: one run of ones. */
function writeAllPresent(sink: ByteSink, count: number): void {
  const at = sink.length;
  sink.uint32(0);
  sink.varint(count * 2);
  sink.byte(1);
  sink.bytes[at] = sink.length - at - 4;
}

function countOnes(flags: Uint8Array, count: number): number {
  let ones = 0;
  for (let i = 0; i < count; i++) ones += flags[i]!;
  return ones;
}

/** Span of values whose deltas' differences are still exact in a double. */
const WIDEST_DELTAS = 2 ** 51;

/** Span of values for which places are looked up in a table rather than a hash. */
const DIRECT = 1 << 17;

/** Entries up to which a dictionary is smaller than deltas, taking deltas to need a bit more than the span. */
function dictionaryLimit(count: number, span: number, physical: number): number {
  const deltaBits = bitWidth(span) + 1;
  let entries = 2;
  const bytes = physical === PHYSICAL.int32 ? 2 : 4;
  while (
    entries < span &&
    (entries * 2 * bytes + (count * bitWidth(entries * 2 - 1)) / 8) * 8 < count * deltaBits
  )
    entries *= 2;
  return entries;
}

function writePlain(sink: ByteSink, physical: number, values: Float64Array, count: number): void {
  const size = physical === PHYSICAL.int32 ? 4 : 8;
  sink.reserve(count * size);
  const view = new DataView(sink.bytes.buffer, sink.bytes.byteOffset);
  let at = sink.length;
  for (let i = 0; i < count; i++, at += size) {
    const value = values[i]!;
    if (physical === PHYSICAL.double) view.setFloat64(at, value, true);
    else if (physical === PHYSICAL.int32) view.setInt32(at, value, true);
    else {
      const high = Math.floor(value / 2 ** 32);
      view.setUint32(at, value - high * 2 ** 32, true);
      view.setInt32(at + 4, high, true);
    }
  }
  sink.length = at;
}
