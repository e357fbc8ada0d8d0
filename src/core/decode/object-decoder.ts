import { isTrailer } from './flow/json-records.ts';
import type { Decoder, DecodeSink, Format, Origin, ProblemCode } from './format.ts';
import { formatsByName, sniffFormat } from './formats.ts';
import { describeUnknown, isBlank } from './unknown.ts';

/** The largest record that is read; a longer one is skipped and counted as `too-large`. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** How much of an object's beginning formats are told by. */
export const HEAD_BYTES = 64 * 1024;
const UNIT_BYTES = 1024 * 1024;

/**
 * How far an object has been read, as plain data for a checkpoint: reading goes on from byte `position` of the
 * uncompressed object with what was learnt of its beginning.
 */
export interface ObjectState {
  readonly format: string;
  readonly position: number;
  readonly context: unknown;
}

/** A run of whole records, with what its decoder must know. */
export interface Unit {
  readonly format: Format;
  /** A view that holds until the call that brought it returns: copy it to keep it. */
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

export interface CutterOptions {
  /** Name of the object, for SourceObject and messages. */
  readonly object: string;
  /** Microseconds, for IngestionTime. */
  readonly ingestedAt: number;
  /** The format, where the user names one; told from the content otherwise. */
  readonly format?: Format;
  /** Where an earlier reading of the same object stopped: the first byte pushed is that at `resume.position`. */
  readonly resume?: ObjectState;
  readonly onUnit: (unit: Unit) => void;
  readonly onProblem: DecodeSink['problem'];
  /**
   * True for those who can read on later: a record that the final end cuts off is counted and left in `rest`, so that
   * nothing of it is lost or read twice when the object comes whole. Otherwise what can be read of it is read.
   */
  readonly keepsCutRecord?: boolean;
  /** Bytes that were counted as a problem and are part of no unit; a view, as in Unit. */
  readonly onSkipped?: (bytes: Uint8Array) => void;
}

/**
 * Cuts the uncompressed bytes of one object into units, which can be decoded in any order.
 *
 * Memory: one unit of a MiB and what a whole record takes, at most 64 MiB. Each byte is looked at a bounded number of
 * times, however the object is split into chunks.
 */
export class UnitCutter {
  readonly #options: CutterOptions;
  #format: Format | undefined;
  #context: unknown = null;
  #isDecided = false;
  #unknown: string | undefined;
  #buffer = new Uint8Array(HEAD_BYTES);
  #length = 0;
  #position = 0;
  #nextCut = UNIT_BYTES;

  constructor(options: CutterOptions) {
    this.#options = options;
    const { resume } = options;
    if (!resume) return;
    const format = formatsByName.get(resume.format);
    if (!format)
      throw new Error(
        `a checkpoint names the format ${resume.format}, which this version does not have`,
      );
    this.#format = format;
    this.#context = resume.context;
    this.#position = resume.position;
    this.#isDecided = true;
  }

  /** Undefined until the format is known: nothing has been read then. */
  get state(): ObjectState | undefined {
    const format = this.#format;
    return format && { format: format.name, position: this.#position, context: this.#context };
  }

  /** What the object looks like, and what is accepted, once it is known to be of no format. */
  get unknown(): string | undefined {
    return this.#unknown;
  }

  /** Bytes given that made no whole record so far. A copy. */
  get rest(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.#unknown === undefined; at += UNIT_BYTES) {
      this.#append(chunk.subarray(at, at + UNIT_BYTES));
      if (!this.#isDecided && this.#length >= HEAD_BYTES) this.#decide(this.#length, true);
      if (this.#isDecided && this.#length >= this.#nextCut) this.#cut(false);
    }
  }

  /**
   * Says that no more bytes are there now. With `isFinal` none will come: what is left is read too, and a record that is
   * cut off becomes a `truncated` problem. Without, a record that is not whole yet waits, and `push` may be called again.
   */
  end(isFinal: boolean): void {
    if (!this.#isDecided) this.#decide(isFinal ? this.#length : this.#judgeable(), isFinal);
    if (!this.#isDecided || this.#unknown !== undefined) return;
    this.#cut(isFinal);
    if (!isFinal || this.#length === 0) return;
    const left = this.#buffer.subarray(0, this.#length);
    if (isTrailer(left)) return;
    if (!this.#options.keepsCutRecord) this.#emit(this.#length);
    else
      this.#options.onProblem(
        'truncated',
        this.#position,
        'the object ends inside a record; given whole, it is read on from here',
        left.subarray(0, 512),
      );
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** How many bytes tell the format while more may come: of text only whole lines, since a line may be cut anywhere. */
  #judgeable(): number {
    const bytes = this.#buffer.subarray(0, this.#length);
    const first = bytes.find((c) => c > 0x20);
    return first === 0x7b || first === 0x5b ? this.#length : bytes.lastIndexOf(0x0a) + 1;
  }

  #decide(length: number, isFinal: boolean): void {
    const head = this.#buffer.subarray(0, Math.min(length, HEAD_BYTES));
    const isBlankSoFar = isBlank(head);
    if (isBlankSoFar && length < HEAD_BYTES) return;
    const format = this.#options.format ?? sniffFormat(head);
    if (format) {
      this.#format = format;
      this.#context = format.context(head);
      this.#isDecided = true;
    } else if (isFinal) {
      this.#unknown = describeUnknown(head);
      this.#isDecided = true;
      this.#buffer = new Uint8Array(0);
      this.#length = 0;
    }
  }

  #cut(isEnd: boolean): void {
    if (this.#length === 0) return;
    const whole = this.#format!.cut(this.#buffer.subarray(0, this.#length), isEnd);
    if (whole > 0) this.#emit(whole);
    else if (this.#length >= MAX_RECORD_BYTES) {
      const detail = `a record is longer than ${MAX_RECORD_BYTES >> 20} MiB`;
      this.#options.onProblem('too-large', this.#position, detail, this.#buffer.subarray(0, 256));
      this.#options.onSkipped?.(this.#buffer.subarray(0, this.#length));
      this.#drop(this.#length);
    }
    this.#nextCut = Math.min(MAX_RECORD_BYTES, Math.max(UNIT_BYTES, this.#length * 2));
  }

  #emit(length: number): void {
    const { object, ingestedAt, onUnit } = this.#options;
    const origin = { object, ingestedAt, offset: this.#position, context: this.#context };
    onUnit({ format: this.#format!, bytes: this.#buffer.subarray(0, length), origin });
    this.#drop(length);
  }

  #drop(length: number): void {
    this.#buffer.copyWithin(0, length, this.#length);
    this.#length -= length;
    this.#position += length;
    if (this.#length < UNIT_BYTES && this.#buffer.length > 8 * UNIT_BYTES)
      this.#buffer = this.#buffer.slice(0, UNIT_BYTES);
  }
}

/** The decoders that write to one sink, opened once each: they keep tables of what they have seen. */
export class Decoders {
  readonly sink: DecodeSink;
  readonly #byName = new Map<string, Decoder>();

  constructor(sink: DecodeSink) {
    this.sink = sink;
  }

  of(format: Format): Decoder {
    let decoder = this.#byName.get(format.name);
    if (!decoder) {
      decoder = format.open(this.sink);
      this.#byName.set(format.name, decoder);
    }
    return decoder;
  }
}

/** Decodes one object as its bytes come: UnitCutter and the decoder in one thread. */
export class ObjectDecoder {
  readonly #cutter: UnitCutter;

  constructor(decoders: Decoders, options: Omit<CutterOptions, 'onUnit' | 'onProblem'>) {
    this.#cutter = new UnitCutter({
      ...options,
      onUnit: (unit) => decoders.of(unit.format).decode(unit.bytes, unit.origin),
      onProblem: (code: ProblemCode, offset, detail, excerpt) =>
        decoders.sink.problem(code, offset, detail, excerpt),
    });
  }

  /** See UnitCutter.state: how far the rows given so far reach. */
  get state(): ObjectState | undefined {
    return this.#cutter.state;
  }

  /** See UnitCutter.unknown. */
  get unknown(): string | undefined {
    return this.#cutter.unknown;
  }

  push(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
  }

  end(isFinal: boolean): void {
    this.#cutter.end(isFinal);
  }
}
