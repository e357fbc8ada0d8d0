import type { Columns, Printer, Row } from './print/index.ts';
import { createSpool, type Spooled } from './spool.ts';

export type { Columns } from './print/index.ts';

/** Takes the rows of an answer, in the API's words, and makes bytes of them. */
export interface RowSink {
  /** Of what was added so far, about. */
  readonly sizeBytes: number;
  add(rows: readonly Row[]): void;
  finish(): Promise<Spooled>;
  /** Leaves nothing behind. Idempotent. */
  drop(): void;
}

/** Rows as text. `path` is where a long one goes. */
export function createTextSink(printer: Printer, columns: Columns, path: string): RowSink {
  const spool = createSpool(path);
  const printed = printer.open(columns);
  let isFirst = true;
  spool.add(printed.head);
  return {
    get sizeBytes() {
      return spool.sizeBytes;
    },
    add(rows) {
      spool.add((isFirst ? '' : printed.separator) + printed.rows(rows));
      isFirst = false;
    },
    async finish() {
      spool.add(printed.tail);
      return spool.end();
    },
    drop: () => spool.drop(),
  };
}

export interface RowLimits {
  readonly maxRows: number;
  /** Of what the sink makes; the row that reaches it is the last. */
  readonly maxBytes: number;
}

export interface Filled {
  readonly rows: number;
  readonly truncated: { readonly by: 'rows' | 'bytes'; readonly limit: number } | undefined;
}

/** Gives a sink rows until there are no more or a limit is reached. */
export async function fillSink(
  sink: RowSink,
  chunks: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
  { maxRows, maxBytes }: RowLimits,
): Promise<Filled> {
  let count = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      if (count >= maxRows) return { rows: count, truncated: { by: 'rows', limit: maxRows } };
      if (sink.sizeBytes >= maxBytes)
        return { rows: count, truncated: { by: 'bytes', limit: maxBytes } };
      // Row by row where the limit is near: no row is wider than this on average.
      const isNear = maxBytes - sink.sizeBytes < chunk.length * NEAR_ROW_BYTES;
      const piece = chunk.slice(at, at + Math.min(isNear ? 1 : chunk.length, maxRows - count));
      sink.add(piece);
      at += piece.length;
      count += piece.length;
    }
  }
  return { rows: count, truncated: undefined };
}

const NEAR_ROW_BYTES = 2048;
