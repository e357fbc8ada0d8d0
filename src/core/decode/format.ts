import type { TableBuilder } from '../batch/index.ts';
import type { Kernel } from '../kernel/index.ts';

/**
 * Why a record was not stored. A closed set: pages, metrics and `weir status` count by it.
 * `intended` codes say that the record carries no flow by its own word; all others are damage.
 */
export const PROBLEMS = {
  'not-json': 'The text is not JSON.',
  'not-a-record': 'The JSON is not a record of this format.',
  'bad-field-count': 'The record has too few or too many fields.',
  'bad-time': 'The time is missing, unreadable or outside 1990 to 2255.',
  'bad-address': 'An address is not IPv4 or IPv6.',
  'bad-number': 'A port, protocol or counter is not a number in range.',
  'bad-value': 'A field holds a value that the format does not define.',
  'too-large': 'One record is larger than 64 MiB.',
  truncated: 'The object ends inside a record, or a compressed object before its end.',
  damaged: 'Compressed data contradicts its format; what follows could not be read.',
  'unknown-format': 'The object is of no format that Weir reads.',
  'no-data': 'The source says that nothing was seen in this window (AWS NODATA).',
  'skipped-by-source': 'The source says that it lost records in this window (AWS SKIPDATA).',
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** Where a unit came from. */
export interface Origin {
  /** Name of the object, for SourceObject and for messages. */
  readonly object: string;
  /** Offset of the unit's first byte in the uncompressed object. */
  readonly offset: number;
  /** What `Format.context` made of the object's beginning. */
  readonly context: unknown;
  /** Microseconds, for IngestionTime. */
  readonly ingestedAt: number;
}

/** What decoders write to. */
export interface DecodeSink {
  /** The builder of a table; the same one for the sink's life. */
  builder(table: string): TableBuilder;
  /** In whose memory the builders' columns are: what is plain is read faster then. */
  readonly kernel?: Kernel;
  /** Counts one record that was not stored: offset in the uncompressed object, a short detail, its first bytes. */
  problem(code: ProblemCode, offset: number, detail: string, excerpt?: Uint8Array): void;
}

/**
 * Turns units into rows. Every record of a unit either becomes rows or is counted as one problem; neighbours of a
 * damaged record are kept. Never throws for bad data; memory stays within a small multiple of the unit.
 */
export interface Decoder {
  decode(unit: Uint8Array, origin: Origin): void;
}

/**
 * One input format. An object (file, blob, stream) is a run of units that can be decoded apart and in any order, by
 * several workers: lines, or whole JSON records.
 */
export interface Format {
  /** The value of Flows.Source and of --format, e.g. `azure-vnet`. */
  readonly name: string;
  /** For people, e.g. `Azure VNet flow log`. */
  readonly title: string;
  readonly tables: readonly string[];
  /** True when these first bytes of an uncompressed object (up to 64 KiB) are of this format. Cheap; false when unsure. */
  sniff(head: Uint8Array): boolean;
  /**
   * How many bytes from the start are whole units. What follows is kept and given again with more bytes; a trailer that
   * a growing object will overwrite (the `]}` of Azure's blobs) is never counted. With `isEnd`, no more bytes will ever
   * come: a last line without its newline is whole then. The bytes always begin at a unit's beginning: the object's first byte, or where an earlier cut ended.
   */
  cut(bytes: Uint8Array, isEnd: boolean): number;
  /** What every unit must know of the object's beginning (a header line), as plain data; null when nothing. */
  context(head: Uint8Array): unknown;
  open(sink: DecodeSink): Decoder;
}
