import { encodeUtf8 } from '#core/base/index.ts';
import { isText, type Vector } from '#core/batch/index.ts';
import type { Column, KqlType } from '#core/schema/index.ts';
import { ByteSink } from './byte-sink.ts';
import { bitWidth, encodeDefinitionLevels, encodeDeltas, encodeHybrid } from './encodings.ts';

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

/** Encodes columns; keeps its work space from one to the next, so that little is allocated. */
export class ChunkEncoder {
  readonly #data = new ByteSink(1 << 20);
  readonly #dictionary = new ByteSink(1 << 18);
  #indices = new Uint32Array(1 << 17);
  #numbers = new Float64Array(1 << 17);
  /** Place of a dictionary entry in the page + 1; 0 where it is not used yet. */
  #places = new Int32Array(1 << 12);
  readonly #encoded = new WeakMap<readonly string[], EncodedDictionary>();

  /** The returned bytes are views, valid until the next call. */
  encode(column: Column, vector: Vector | undefined, rows: number): Chunk {
    this.#data.clear();
    this.#dictionary.clear();
    if (this.#indices.length < rows) {
      this.#indices = new Uint32Array(rows);
      this.#numbers = new Float64Array(rows);
    }
    if (!vector || vector.kind === 'constant')
      return this.#constant(column, vector?.value ?? (isText(column.type) ? '' : null), rows);
    if (vector.kind === 'text') return this.#text(vector.codes, vector.dictionary, rows);
    // All null: as a vector of many rows is on some of its days.
    const { nulls } = vector;
    if (nulls && !nulls.subarray(0, rows).includes(0)) return this.#constant(column, null, rows);
    if (vector.kind === 'bool') return this.#bool(vector.values, vector.nulls, rows);
    return this.#number(column.type, vector.values, vector.nulls, rows);
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
    if (isNullable(column.type)) encodeDefinitionLevels(data, null, rows);
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
    if (this.#places.length < dictionary.length)
      this.#places = new Int32Array(dictionary.length * 2);
    const used: number[] = [];
    const runs = placeCodes(codes, rows, this.#places, this.#indices, used);
    for (const code of used) this.#places[code] = 0;
    const encoded = this.#encodedOf(dictionary);
    if (used.length > rows / 2 && rows > 1000) {
      for (let i = 0; i < rows; i++) encoded.copy(codes[i]!, this.#data);
      return {
        dictionary: null,
        data: this.#data.view(),
        encoding: ENCODING.plain,
        nullCount: 0,
        range: null,
      };
    }
    for (const code of used) encoded.copy(code, this.#dictionary);
    this.#writeIndices(rows, used.length, runs);
    return {
      dictionary: { bytes: this.#dictionary.view(), count: used.length },
      data: this.#data.view(),
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

  #writeIndices(count: number, entries: number, runs: number): void {
    const width = bitWidth(entries - 1);
    this.#data.byte(width);
    encodeHybrid(this.#data, this.#indices, count, width, runs);
  }

  #bool(values: Uint8Array, nulls: Uint8Array | null, rows: number): Chunk {
    const data = this.#data;
    encodeDefinitionLevels(data, nulls, rows);
    let bits = 0;
    let byte = 0;
    let nullCount = 0;
    for (let i = 0; i < rows; i++) {
      if (nulls?.[i]) {
        nullCount++;
        continue;
      }
      byte |= values[i]! << bits;
      if (++bits === 8) {
        data.byte(byte);
        bits = 0;
        byte = 0;
      }
    }
    if (bits > 0) data.byte(byte);
    return {
      dictionary: null,
      data: data.view(),
      encoding: ENCODING.plain,
      nullCount,
      range: null,
    };
  }

  #number(type: KqlType, all: Float64Array, nulls: Uint8Array | null, rows: number): Chunk {
    encodeDefinitionLevels(this.#data, nulls, rows);
    const values = nulls ? this.#numbers : all;
    const count = nulls ? compact(all, nulls, rows, values) : rows;
    const nullCount = rows - count;
    const { min, max, runs } = measure(values, count);
    const physical = physicalType(type);
    const range = Number.isFinite(min) && Number.isFinite(max) ? ([min, max] as const) : null;
    const entries = this.#entriesOf(values, count, min, max, runs, physical);
    if (entries) {
      writePlain(this.#dictionary, physical, Float64Array.from(entries), entries.length);
      this.#writeIndices(count, entries.length, runs);
      return {
        dictionary: { bytes: this.#dictionary.view(), count: entries.length },
        data: this.#data.view(),
        encoding: ENCODING.rleDictionary,
        nullCount,
        range,
      };
    }
    if (physical === PHYSICAL.double || max - min > WIDEST_DELTAS) {
      writePlain(this.#data, physical, values, count);
      return {
        dictionary: null,
        data: this.#data.view(),
        encoding: ENCODING.plain,
        nullCount,
        range,
      };
    }
    encodeDeltas(this.#data, values, count);
    return {
      dictionary: null,
      data: this.#data.view(),
      encoding: ENCODING.deltaBinaryPacked,
      nullCount,
      range,
    };
  }

  /** The entries of a dictionary, with the indices filled, where a dictionary is the smaller way; else null. */
  #entriesOf(
    values: Float64Array,
    count: number,
    min: number,
    max: number,
    runs: number,
    physical: number,
  ): readonly number[] | null {
    if (runs * 8 <= count) return placeRuns(values, count, this.#indices);
    if (physical === PHYSICAL.double || max - min >= DIRECT) return null;
    const limit = dictionaryLimit(count, max - min, physical);
    const entries: number[] = [];
    placeValues(values, count, min, limit, this.#indices, entries);
    for (const entry of entries) direct[entry - min] = 0;
    return entries.length > limit ? null : entries;
  }
}

/**
 * Numbers the codes in the order they appear, from 1 in `places`, from 0 in `indices`; `used` lists them. Returns how
 * often the code changes from one row to the next, plus one.
 */
function placeCodes(
  codes: Uint32Array,
  rows: number,
  places: Int32Array,
  indices: Uint32Array,
  used: number[],
): number {
  let runs = 0;
  let previous = -1;
  let index = 0;
  for (let i = 0; i < rows; i++) {
    const code = codes[i]!;
    if (code !== previous) {
      previous = code;
      runs++;
      let place = places[code]!;
      if (place === 0) {
        place = used.push(code);
        places[code] = place;
      }
      index = place - 1;
    }
    indices[i] = index;
  }
  return runs;
}

/** Copies the values that are not null; returns how many. */
function compact(values: Float64Array, nulls: Uint8Array, rows: number, out: Float64Array): number {
  let count = 0;
  for (let i = 0; i < rows; i++) if (nulls[i] === 0) out[count++] = values[i]!;
  return count;
}

/** Lowest, highest, and how often the value changes from one row to the next, plus one. */
function measure(values: Float64Array, count: number): { min: number; max: number; runs: number } {
  let previous = values[0]!;
  let min = previous;
  let max = previous;
  let runs = 1;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    if (value === previous) continue;
    runs++;
    if (value < min) min = value;
    else if (value > max) max = value;
    previous = value;
  }
  return { min, max, runs };
}

/** Indices of values that come in runs; returns the distinct values in their order. */
function placeRuns(values: Float64Array, count: number, indices: Uint32Array): readonly number[] {
  const placeOf = new Map<number, number>();
  let i = 0;
  while (i < count) {
    const value = values[i]!;
    let place = placeOf.get(value);
    if (place === undefined) {
      place = placeOf.size;
      placeOf.set(value, place);
    }
    do indices[i++] = place;
    while (i < count && values[i] === value);
  }
  return [...placeOf.keys()];
}

/** Indices of values within DIRECT of `min`, adding to `entries`; gives up when there are more than `limit`. */
function placeValues(
  values: Float64Array,
  count: number,
  min: number,
  limit: number,
  indices: Uint32Array,
  entries: number[],
): void {
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    let place = direct[value - min]!;
    if (place === 0) {
      place = entries.push(value);
      direct[value - min] = place;
      if (place > limit) return;
    }
    indices[i] = place - 1;
  }
}

/** Span of values whose deltas' differences are still exact in a double. */
const WIDEST_DELTAS = 2 ** 51;

/** Span of values for which places are looked up in a table rather than a hash. */
const DIRECT = 1 << 17;
const direct = new Int32Array(DIRECT);

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

/** The PLAIN bytes (length, then UTF-8) of a dictionary's texts, made once for all batches that share it. */
class EncodedDictionary {
  readonly #texts: readonly string[];
  readonly #sink = new ByteSink(1 << 12);
  /** Where text i begins; it ends where i + 1 begins. */
  #starts = new Uint32Array(256);
  #count = 0;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  extend(): void {
    const texts = this.#texts;
    if (this.#starts.length < texts.length + 1) {
      const grown = new Uint32Array(texts.length * 2 + 1);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    const sink = this.#sink;
    for (; this.#count < texts.length; this.#count++) {
      const text = texts[this.#count]!;
      this.#starts[this.#count] = sink.length;
      if (!writeAscii(sink, text)) {
        const bytes = encodeUtf8(text);
        sink.uint32(bytes.length);
        sink.append(bytes);
      }
    }
    this.#starts[this.#count] = sink.length;
  }

  copy(code: number, target: ByteSink): void {
    const start = this.#starts[code]!;
    const end = this.#starts[code + 1]!;
    target.reserve(end - start);
    const from = this.#sink.bytes;
    const to = target.bytes;
    let at = target.length;
    if (end - start > 64) to.set(from.subarray(start, end), at);
    else for (let i = start; i < end; i++) to[at++] = from[i]!;
    target.length += end - start;
  }
}

/** Writes a text of ASCII with its length; writes nothing and returns false when it holds anything else. */
function writeAscii(sink: ByteSink, text: string): boolean {
  const start = sink.length;
  sink.uint32(text.length);
  sink.reserve(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) {
      sink.length = start;
      return false;
    }
    sink.bytes[sink.length++] = c;
  }
  return true;
}
