import { decodeUtf8 } from '#core/base/index.ts';
import type { DecodeSink, Origin } from '../format.ts';
import { fieldName, inferFields, isFieldName, MAX_FIELDS } from './aws-vpc-fields.ts';
import { type Layout, Layouts } from './aws-vpc-layout.ts';
import { AwsVpcRows, BAD_CONTROL, type Problem } from './aws-vpc-row.ts';
import { LineTokens } from './aws-vpc-tokens.ts';
import { parseInstant } from './instant-text.ts';

const NEWLINE = 0x0a;
const DASH = 0x2d;
const LETTER_T = 0x54;
const LONGEST_INFERRED_LINE = 16_384;

const ANOTHER_HEADER =
  'a header line that differs from the object’s first; give the parts as separate files';

/**
 * Reads records of AWS VPC flow logs, one line each, into `Flows`: `begin` a unit, then `lines` or `line`, then `end`.
 */
export class AwsVpcLines {
  readonly #sink: DecodeSink;
  readonly #tokens = new LineTokens();
  readonly #rows: AwsVpcRows;
  readonly #layouts = new Layouts();
  #offset = 0;
  #hasHeader = false;
  #layout: Layout | undefined;

  constructor(sink: DecodeSink, source: string) {
    this.#sink = sink;
    this.#rows = new AwsVpcRows(sink, source, this.#tokens);
  }

  /**
   * Begins a unit. `fields` is the order that the object's beginning told; `hasHeader` says that a header line did, so
   * that lines of another length are damaged. Without a header, a line of another length may be in another known order.
   */
  begin(origin: Origin, fields: readonly string[] | undefined, hasHeader: boolean): void {
    this.#offset = origin.offset;
    this.#hasHeader = hasHeader;
    this.#layout = fields && this.#layouts.of(fields);
    this.#rows.begin(origin);
  }

  end(): void {
    this.#rows.end();
  }

  /** Reads bytes from `from` on as lines; offsets of problems and rows are those of the lines. */
  lines(bytes: Uint8Array, from: number): void {
    const tokens = this.#tokens;
    const layout = this.#layout;
    const stop = bytes.lastIndexOf(NEWLINE) + 1;
    tokens.bytes = bytes;
    let at = from;
    while (at < stop) {
      let end = layout ? tokens.scan(at, layout) : -1;
      if (end >= 0) {
        const problem = this.#rows.add(layout!, this.#offset + at, Number.NaN);
        if (problem) this.#report(problem, at, end, this.#offset + at);
      } else {
        end = tokens.split(at);
        if (tokens.count > 0) this.#record(at, end, this.#offset + at, Number.NaN);
      }
      at = end + 1;
    }
    if (at < bytes.length) this.line(bytes.subarray(at), this.#offset + at, Number.NaN);
  }

  /** Reads one line, which stands at `offset` of the object; `eventMicros` is the wrapping's time, or NaN. */
  line(text: Uint8Array, offset: number, eventMicros: number): void {
    const bytes = new Uint8Array(text.length + 1);
    bytes.set(text);
    bytes[text.length] = NEWLINE;
    this.#tokens.bytes = bytes;
    const end = this.#tokens.split(0);
    if (end < text.length - 1) this.#report(BAD_CONTROL, 0, text.length, offset);
    else if (this.#tokens.count > 0) this.#record(0, end, offset, eventMicros);
  }

  /** Reads the line that was split: bytes[start, end), which stands at `offset` of the object. */
  #record(start: number, end: number, offset: number, micros: number): void {
    const tokens = this.#tokens;
    const { bytes } = tokens;
    let eventMicros = micros;
    // A line that CloudWatch exported begins with the event's time: 2026-03-04T10:00:00.000Z.
    if (bytes[start + 4] === DASH && bytes[start + 10] === LETTER_T && tokens.count > 1) {
      eventMicros = parseInstant(tokens.text(0));
      tokens.dropFirst();
    }
    let layout = this.#layout;
    if (layout === undefined || layout.fields.length !== tokens.count) {
      const wanted = layout ? `${layout.fields.length} were expected` : 'no known order fits them';
      layout = this.#hasHeader ? undefined : this.#inferLayout(end);
      if (layout === undefined) {
        this.#report(['bad-field-count', `${tokens.count} fields, ${wanted}`], start, end, offset);
        return;
      }
    }
    tokens.readNumbers(layout);
    const problem = this.#rows.add(layout, offset, eventMicros);
    if (problem) this.#report(problem, start, end, offset);
  }

  #inferLayout(end: number): Layout | undefined {
    const start = this.#tokens.start(0);
    if (this.#tokens.count > MAX_FIELDS || end - start > LONGEST_INFERRED_LINE) return undefined;
    const fields = inferFields(decodeUtf8(this.#tokens.bytes.subarray(start, end)));
    return fields && this.#layouts.of(fields);
  }

  /** Counts a line that became no row, unless it is the header once more. */
  #report(problem: Problem, start: number, end: number, offset: number): void {
    const tokens = this.#tokens;
    const excerpt = tokens.bytes.subarray(start, end);
    const isHeader =
      tokens.count >= 3 && isFieldName(tokens.text(0)) && isFieldName(tokens.text(1));
    if (!isHeader) this.#sink.problem(problem[0], offset, problem[1], excerpt);
    else if (!this.#isSameHeader())
      this.#sink.problem('bad-value', offset, ANOTHER_HEADER, excerpt);
  }

  #isSameHeader(): boolean {
    const fields = this.#layout?.fields ?? [];
    return (
      fields.length === this.#tokens.count &&
      fields.every((field, i) => fieldName(this.#tokens.text(i)) === field)
    );
  }
}
