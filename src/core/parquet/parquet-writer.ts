import type { Batch } from '#core/batch/index.ts';
import type { Column, Table } from '#core/schema/index.ts';
import { type Chunk, ChunkEncoder, ENCODING, isNullable, PHYSICAL, physicalType } from './chunk.ts';
import { FileBytes } from './file-bytes.ts';
import {
  binary,
  bool,
  encodeThrift,
  i32,
  i64,
  list,
  struct,
  type ThriftField,
  type ThriftValue,
  text,
} from './thrift.ts';

const CODEC = { uncompressed: 0, zstd: 6 } as const;
const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** Shares a work space between the writers of one thread. */
export interface ParquetOptions {
  /** Zstandard compression of one page. */
  readonly compress: (bytes: Uint8Array) => Uint8Array;
  readonly encoder?: ChunkEncoder;
}

export interface ParquetFile {
  /** In a buffer of their own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  /** Lowest and highest value, µs, of each datetime column that is not all null. */
  readonly ranges: Readonly<Record<string, readonly [min: number, max: number]>>;
}

/**
 * Writes batches of one table as one Parquet file in memory, a row group for each batch.
 *
 * Text columns reuse the batch's dictionary; numbers are dictionaries where values repeat, else deltas; pages are zstd
 * where that saves a tenth. Text is required (never null), everything else optional. Datetime is TIMESTAMP in
 * microseconds, not adjusted to UTC in name because DuckDB would then give it a time zone; values are UTC.
 * Source: Apache Parquet format 2.11 (parquet.thrift, Encodings.md).
 */
export class ParquetWriter {
  readonly #columns: readonly Column[];
  readonly #compress: (bytes: Uint8Array) => Uint8Array;
  readonly #encoder: ChunkEncoder;
  readonly #file = new FileBytes();
  readonly #groups: ThriftValue[] = [];
  readonly #ranges = new Map<string, [number, number]>();
  /** Row groups for which a column is not compressed, because it did not gain. */
  readonly #incompressible = new Map<string, number>();
  rows = 0;

  constructor(table: Table, options: ParquetOptions) {
    this.#columns = table.columns.filter((c) => !c.isComputed);
    this.#compress = options.compress;
    this.#encoder = options.encoder ?? new ChunkEncoder();
    this.#file.append(MAGIC);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#file.length;
  }

  add(batch: Batch): void {
    if (batch.rows === 0) return;
    const start = this.#file.length;
    let total = 0;
    const chunks = this.#columns.map((column) => {
      const chunk = this.#encoder.encode(column, batch.columns.get(column.name), batch.rows);
      if (column.type === 'datetime' && chunk.range) this.#widen(column.name, chunk.range);
      const [meta, size] = this.#writeChunk(column, chunk, batch.rows);
      total += size;
      return meta;
    });
    const written = this.#file.length - start;
    this.#groups.push(
      struct(
        [1, list(chunks)],
        [2, i64(total)],
        [3, i64(batch.rows)],
        [5, i64(start)],
        [6, i64(written)],
      ),
    );
    this.rows += batch.rows;
  }

  #widen(name: string, [min, max]: readonly [number, number]): void {
    const range = this.#ranges.get(name);
    this.#ranges.set(name, range ? [Math.min(range[0], min), Math.max(range[1], max)] : [min, max]);
  }

  #writeChunk(column: Column, chunk: Chunk, rows: number): [meta: ThriftValue, size: number] {
    const start = this.#file.length;
    const pages = this.#squeeze(column.name, chunk);
    let uncompressed = 0;
    const page = (plain: Uint8Array, bytes: Uint8Array, type: number, header: ThriftField) => {
      const head = encodeThrift(
        struct([1, i32(type)], [2, i32(plain.length)], [3, i32(bytes.length)], header),
      );
      this.#file.append(head);
      this.#file.append(bytes);
      uncompressed += head.length + plain.length;
    };
    if (chunk.dictionary) {
      const { bytes, count } = chunk.dictionary;
      page(bytes, pages?.dictionary ?? bytes, 2, [
        7,
        struct([1, i32(count)], [2, i32(ENCODING.plain)]),
      ]);
    }
    const dataAt = this.#file.length;
    const header = struct(
      [1, i32(rows)],
      [2, i32(chunk.encoding)],
      [3, i32(ENCODING.rle)],
      [4, i32(ENCODING.rle)],
    );
    page(chunk.data, pages?.data ?? chunk.data, 0, [5, header]);
    const physical = physicalType(column.type);
    const encodings = chunk.dictionary
      ? [ENCODING.plain, ENCODING.rle, ENCODING.rleDictionary]
      : [ENCODING.rle, chunk.encoding];
    const meta = struct(
      [1, i32(physical)],
      [2, list(encodings.map(i32))],
      [3, list([text(column.name)])],
      [4, i32(pages ? CODEC.zstd : CODEC.uncompressed)],
      [5, i64(rows)],
      [6, i64(uncompressed)],
      [7, i64(this.#file.length - start)],
      [9, i64(dataAt)],
      [11, chunk.dictionary ? i64(start) : undefined],
      [12, statistics(chunk, physical)],
    );
    return [struct([2, i64(start)], [3, meta]), uncompressed];
  }

  /** The pages compressed, where that saves a tenth; a column that did not gain is tried again every few row groups. */
  #squeeze(name: string, chunk: Chunk): { dictionary: Uint8Array | null; data: Uint8Array } | null {
    const raw = (chunk.dictionary?.bytes.length ?? 0) + chunk.data.length;
    if (raw < SMALLEST_CHUNK) return null;
    const rest = this.#incompressible.get(name) ?? 0;
    if (rest > 0) {
      this.#incompressible.set(name, rest - 1);
      return null;
    }
    const dictionary = chunk.dictionary && this.#compress(chunk.dictionary.bytes);
    const data = this.#compress(chunk.data);
    if ((dictionary?.length ?? 0) + data.length < raw * 0.9) return { dictionary, data };
    if (raw > 65_536) this.#incompressible.set(name, TRY_AGAIN_AFTER);
    return null;
  }

  finish(): ParquetFile {
    const schema = [
      struct([4, text('schema')], [5, i32(this.#columns.length)]),
      ...this.#columns.map(schemaElement),
    ];
    const footer = encodeThrift(
      struct(
        [1, i32(1)],
        [2, list(schema)],
        [3, i64(this.rows)],
        [4, list(this.#groups)],
        [6, text('Weir')],
      ),
    );
    this.#file.append(footer);
    this.#file.append(Uint8Array.from([0, 8, 16, 24], (bits) => footer.length >>> bits));
    this.#file.append(MAGIC);
    return { bytes: this.#file.join(), rows: this.rows, ranges: Object.fromEntries(this.#ranges) };
  }
}

/** Chunks below this many bytes are not worth compressing. */
const SMALLEST_CHUNK = 128;
/** Row groups for which a column that did not compress is left alone. */
const TRY_AGAIN_AFTER = 7;

function schemaElement(column: Column): ThriftValue {
  const physical = physicalType(column.type);
  const isText = physical === PHYSICAL.byteArray;
  let logical: ThriftValue | undefined;
  if (isText) logical = struct([1, struct()]);
  else if (column.type === 'datetime')
    logical = struct([8, struct([1, bool(false)], [2, struct([2, struct()])])]);
  return struct(
    [1, i32(physical)],
    [3, i32(isNullable(column.type) ? 1 : 0)],
    [4, text(column.name)],
    [6, isText ? i32(0) : undefined],
    [10, logical],
  );
}

function statistics(chunk: Chunk, physical: number): ThriftValue {
  const number = (value: number) => {
    const bytes = new Uint8Array(physical === PHYSICAL.int32 ? 4 : 8);
    const view = new DataView(bytes.buffer);
    if (physical === PHYSICAL.double) view.setFloat64(0, value, true);
    else if (physical === PHYSICAL.int32) view.setInt32(0, value, true);
    else view.setBigInt64(0, BigInt(value), true);
    return binary(bytes);
  };
  const { range } = chunk;
  return struct(
    [3, i64(chunk.nullCount)],
    [5, range ? number(range[1]) : undefined],
    [6, range ? number(range[0]) : undefined],
  );
}
