import { decodeUtf8, encodeUtf8 } from '#core/base/index.ts';
import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { inferFields, parseHeader } from './aws-vpc-fields.ts';
import { AwsVpcLines } from './aws-vpc-line.ts';
import { cutObjects, type JsonObject, member, readObjects, textMember } from './json-objects.ts';
import { cutRecords, hasTextAt, isSpace, type RecordShape, skipSpace } from './json-records.ts';

const NAME = 'aws-vpc';
const NEWLINE = 0x0a;
const SNIFFED_LINES = 20;
const MAX_SNIFFED_LINE = 16_384;

/** Objects that wrap many lines: a CloudWatch Logs subscription, the answer of filter-log-events. */
const WRAPPERS: RecordShape = {
  firstKeys: ['messageType', 'owner', 'logGroup', 'subscriptionFilters', 'logEvents', 'events'],
  tuplesKey: '',
};

/** Objects that wrap one line each, as Firehose writes them, often without anything between them. */
const MESSAGES: RecordShape = { firstKeys: ['message'], tuplesKey: '' };

/** Which of the two these are: told from the first, since a wrapper of many lines holds objects with a message too. */
function shapeOf(bytes: Uint8Array): RecordShape {
  const quote = skipSpace(bytes, bytes.indexOf(0x7b) + 1);
  return hasTextAt(bytes, quote, '"message"') ? MESSAGES : WRAPPERS;
}

/** What the beginning of an object tells of its lines. */
interface AwsVpcContext {
  /** The order of fields, in AWS's spelling. */
  readonly fields: readonly string[];
  /** True when a header line says so; false when the order was told from the first record. */
  readonly hasHeader: boolean;
}

/**
 * AWS VPC flow logs, versions 2 to 11 and later ones: default order, or any custom order that a header line names.
 *
 * One record is one direction of a flow on one network interface in one aggregation window: SrcIp is the sender, counters
 * of the way back are null. InitiatorKnown is true only where tcp-flags show the sender's SYN without an acknowledgement.
 * - TimeGenerated is the start of the window, as FlowStartTime; the end where the start is missing or lies more than a
 *   day before the end; the event's time of CloudWatch where the record has neither.
 * - SrcIp and DestIp are pkt-srcaddr and pkt-dstaddr where they are given; an interface address that differs is kept in
 *   AdditionalFields as `srcaddr` or `dstaddr`.
 * - Fields without a column are kept in AdditionalFields by their names with `_`; unset ones are left out.
 * - NODATA and SKIPDATA records become no rows and are counted by their codes.
 *
 * Wrapped as: lines with or without a header line; lines with a leading ISO time (CloudWatch export); CloudWatch Logs
 * subscription objects (`logEvents`), answers of filter-log-events (`events`) and `{"message": LINE}` objects, one or many;
 * Parquet once its reader prints it as text: a line of column names, then a line for each row, `-` for null, U+00A0 for
 * white space inside a value. Without a header the order is told from the record: that of
 * a version's full list or of AWS's own examples.
 *
 * Source: AWS, "Flow log records" and "Publish flow logs to Amazon S3"; CloudWatch Logs, "Subscription filters".
 */
export const awsVpc: Format = {
  name: NAME,
  title: 'AWS VPC flow log',
  tables: ['Flows'],
  sniff: (head) => findContext(head) !== null,
  cut(bytes, isEnd) {
    if (isJson(bytes)) return cutObjects(bytes, cutRecords(bytes, shapeOf(bytes)));
    return isEnd ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
  },
  context: findContext,
  open: (sink) => new AwsVpcDecoder(sink),
};

class AwsVpcDecoder implements Decoder {
  readonly #sink: DecodeSink;
  readonly #lines: AwsVpcLines;

  constructor(sink: DecodeSink) {
    this.#sink = sink;
    this.#lines = new AwsVpcLines(sink, NAME);
  }

  decode(unit: Uint8Array, origin: Origin): void {
    const context = isContext(origin.context) ? origin.context : undefined;
    this.#lines.begin(origin, context?.fields, context?.hasHeader ?? false);
    if (isJson(unit))
      readObjects(unit, origin, shapeOf(unit), this.#sink, (object, at, end) =>
        this.#unwrap(object, unit, at, end, origin),
      );
    else this.#lines.lines(unit, startOfText(unit));
    this.#lines.end();
  }

  #unwrap(object: JsonObject, unit: Uint8Array, at: number, end: number, origin: Origin): void {
    const offset = origin.offset + at;
    const list = member(object, 'logEvents') ?? member(object, 'events');
    const events: readonly unknown[] = Array.isArray(list) ? list : [object];
    if (textMember(object, 'messageType') === 'CONTROL_MESSAGE') return;
    for (const event of events) {
      const message = member(event, 'message');
      if (typeof message !== 'string') {
        this.#sink.problem(
          'not-a-record',
          offset,
          'a log event has no message',
          unit.subarray(at, end),
        );
        continue;
      }
      const line = encodeUtf8(message);
      const time = member(event, 'timestamp');
      this.#lines.line(line, offset, typeof time === 'number' ? time * 1000 : Number.NaN);
    }
  }
}

function isContext(value: unknown): value is AwsVpcContext {
  const fields = member(value, 'fields');
  return Array.isArray(fields) && fields.every((field) => typeof field === 'string');
}

/** The index of the first byte that is neither a byte order mark nor white space. */
function startOfText(bytes: Uint8Array): number {
  let i = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (isSpace(bytes[i])) i++;
  return i;
}

/** True when the bytes are wrapping objects rather than lines, which never begin with a bracket or comma. */
function isJson(bytes: Uint8Array): boolean {
  const c = bytes[startOfText(bytes)];
  return c === 0x7b || c === 0x5b || c === 0x5d || c === 0x7d || c === 0x2c;
}

function findContext(head: Uint8Array): AwsVpcContext | null {
  if (isJson(head)) return findWrappedContext(head);
  const lines = decodeUtf8(head.subarray(startOfText(head))).split('\n', SNIFFED_LINES);
  const isWhole = lines.length === 1 || lines.length === SNIFFED_LINES;
  for (const [i, line] of lines.entries()) {
    if (line.length > MAX_SNIFFED_LINE) return null;
    const isEnded = i < lines.length - 1 || isWhole;
    const header = isEnded ? parseHeader(line) : undefined;
    if (header) return { fields: header, hasHeader: true };
    const fields = isEnded ? inferFields(withoutTime(line)) : undefined;
    if (fields) return { fields, hasHeader: false };
  }
  return null;
}

function findWrappedContext(head: Uint8Array): AwsVpcContext | null {
  let messages = 0;
  for (const [, message] of decodeUtf8(head).matchAll(
    /"message"\s{0,4}:\s{0,4}"([^"\\]{1,4096})/g,
  )) {
    const fields = inferFields(withoutTime(message!));
    if (fields) return { fields, hasHeader: false };
    if (++messages === SNIFFED_LINES) break;
  }
  return null;
}

/** The line without the event's time that CloudWatch exports put before it. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.,+-]{5,24}Z? /, '');
}
