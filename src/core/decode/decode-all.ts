import { BATCH_ROWS, type Batch, TableBuilder } from '#core/batch/index.ts';
import type { Kernel } from '#core/kernel/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import type { DecodeSink, Format, ProblemCode } from './format.ts';
import { Decoders, ObjectDecoder, type ObjectState } from './object-decoder.ts';

const EXCERPT_BYTES = 256;

/** One record that became no row. */
export interface Problem {
  readonly code: ProblemCode;
  /** Offset in the uncompressed object. */
  readonly offset: number;
  readonly detail: string;
  /** The record's first bytes, a copy. */
  readonly excerpt: Uint8Array;
}

export interface DecodeAllOptions {
  readonly object?: string;
  readonly format?: Format;
  readonly ingestedAt?: number;
  /** Bytes per chunk, to try how a stream would be cut; all at once otherwise. */
  readonly chunkBytes?: number;
}

export interface Decoded {
  readonly batches: readonly Batch[];
  readonly problems: readonly Problem[];
  /** The format, what was learnt of the beginning, and how far the object was read; undefined when it is of no format. */
  readonly state: ObjectState | undefined;
  /** What the object looks like when it is of no format. */
  readonly unknown: string | undefined;
}

/** Collects rows, in batches of at most `capacity`, and problems in memory. */
export class CollectingSink implements DecodeSink {
  batches: Batch[] = [];
  problems: Problem[] = [];
  readonly kernel?: Kernel;
  readonly #capacity: number;
  readonly #builders = new Map<string, TableBuilder>();

  constructor(capacity: number = BATCH_ROWS, kernel?: Kernel) {
    this.#capacity = capacity;
    if (kernel) this.kernel = kernel;
  }

  builder(name: string): TableBuilder {
    let builder = this.#builders.get(name);
    if (!builder) {
      const table = tablesByName.get(name);
      if (!table) throw new Error(`no table is named ${name}`);
      builder = new TableBuilder(table, (batch) => this.batches.push(batch), {
        capacity: this.#capacity,
        ...(this.kernel && { kernel: this.kernel }),
      });
      this.#builders.set(name, builder);
    }
    return builder;
  }

  problem(code: ProblemCode, offset: number, detail: string, excerpt?: Uint8Array): void {
    this.problems.push({
      code,
      offset,
      detail,
      excerpt: excerpt?.slice(0, EXCERPT_BYTES) ?? new Uint8Array(0),
    });
  }

  flush(): void {
    for (const builder of this.#builders.values()) builder.flush();
  }
}

/** Decodes a whole uncompressed object that is in memory. */
export function decodeAll(bytes: Uint8Array, options: DecodeAllOptions = {}): Decoded {
  // No record is shorter than 16 bytes.
  const sink = new CollectingSink(Math.min(BATCH_ROWS, Math.ceil(bytes.length / 16) + 1));
  const decoder = new ObjectDecoder(new Decoders(sink), {
    object: options.object ?? '',
    ingestedAt: options.ingestedAt ?? 0,
    ...(options.format && { format: options.format }),
  });
  const step = options.chunkBytes ?? Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; at += step) decoder.push(bytes.subarray(at, at + step));
  decoder.end(true);
  sink.flush();
  return {
    batches: sink.batches,
    problems: sink.problems,
    state: decoder.state,
    unknown: decoder.unknown,
  };
}
