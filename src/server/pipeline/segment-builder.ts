import { constants, zstdCompressSync } from 'node:zlib';
import { type Batch, splitByDay, TableBuilder } from '#core/batch/index.ts';
import { Kernel } from '#core/kernel/index.ts';
import { ChunkEncoder, ParquetWriter } from '#core/parquet/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import type { SealedSegment } from './messages.ts';

/** Most bytes of one piece of output: more than almost every compressed page, while the default of 16 KiB is joined from many. */
const MOST_PIECE = 256 * 1024;

function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    // No page grows by more: a small one is not given a large buffer.
    chunkSize: Math.min(MOST_PIECE, bytes.length + 512),
  });
}

/** Days that one table may be writing at once; more are sealed early, so that hostile times cannot hold memory. */
const MOST_OPEN_DAYS = 64;

/** Address space for columns and work; pages take memory once they are used. */
const KERNEL_MEBIBYTES = 256;

/** Collects the rows of any tables and encodes them as they come, one Parquet file a table and day. */
export class SegmentBuilder {
  readonly #builders = new Map<string, TableBuilder>();
  readonly #writers = new Map<
    string,
    { readonly table: string; readonly day: string; readonly writer: ParquetWriter }
  >();
  readonly kernel = new Kernel(KERNEL_MEBIBYTES);
  readonly #encoder = new ChunkEncoder(this.kernel);
  #finished: SealedSegment[] = [];
  #flushedRows = 0;

  builder(name: string): TableBuilder {
    let builder = this.#builders.get(name);
    if (!builder) {
      const table = tablesByName.get(name);
      if (!table) throw new Error(`no such table: ${name}`);
      builder = new TableBuilder(table, (batch) => this.#add(batch), {
        isLending: true,
        kernel: this.kernel,
      });
      this.#builders.set(name, builder);
    }
    return builder;
  }

  /** Rows taken in since the beginning, in all tables. */
  get rows(): number {
    let rows = this.#flushedRows;
    for (const builder of this.#builders.values()) rows += builder.rows;
    return rows;
  }

  /** Keeps memory bounded, however long the texts of rows are; to be called between units. */
  relieve(): void {
    for (const builder of this.#builders.values()) if (builder.isHeavy) builder.flush();
  }

  #add(batch: Batch): void {
    const table = tablesByName.get(batch.table)!;
    this.#flushedRows += batch.rows;
    for (const { day, batch: rows } of splitByDay(batch, table.timeColumn)) {
      const key = `${table.name} ${day}`;
      let open = this.#writers.get(key);
      if (!open) {
        if (this.#writers.size >= MOST_OPEN_DAYS) this.#finishAll();
        const writer = new ParquetWriter(table, {
          compress,
          encoder: this.#encoder,
        });
        open = { table: table.name, day, writer };
        this.#writers.set(key, open);
      }
      open.writer.add(rows);
    }
  }

  #finishAll(): void {
    for (const { table, day, writer } of this.#writers.values()) {
      const { bytes, rows, ranges } = writer.finish();
      this.#finished.push({ table, day, rows, ranges, bytes });
    }
    this.#writers.clear();
  }

  /** Everything since the last seal, as whole files. */
  seal(): readonly SealedSegment[] {
    for (const builder of this.#builders.values()) builder.flush();
    this.#finishAll();
    const segments = this.#finished;
    this.#finished = [];
    return segments;
  }
}
