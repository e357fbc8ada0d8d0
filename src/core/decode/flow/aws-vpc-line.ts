import { decodeUtf8 } from '#core/base/index.ts';
import { AddressCodes } from '../address-codes.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import { inferFields, isFieldName, MAX_FIELDS } from './aws-vpc-fields.ts';
import { type Layout, Layouts } from './aws-vpc-layout.ts';
import { ByteInterner } from './byte-interner.ts';
import { FlowColumns, isInitiatorByFlags, isLikelyStart } from './flow-columns.ts';
import { parseInstant } from './instant-text.ts';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DASH = 0x2d;

/** 1990-01-01 and 2255-01-01, in seconds. */
const FIRST_SECOND = 631_152_000;
const LAST_SECOND = 8_993_721_600;
/** A window is at most ten minutes; a start this long before the end is a wrong clock's. */
const LONGEST_WINDOW_SECONDS = 86_400;
const MAX_EXTRAS_BYTES = 8192;
const NUMERIC_EXTRAS = new Set(['version', 'traffic_path', 'encryption_status']);

function readText(bytes: Uint8Array, start: number, end: number): string {
  return end - start === 1 && bytes[start] === DASH ? '' : decodeUtf8(bytes.subarray(start, end));
}

function isDash(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 && bytes[start] === DASH;
}

/** Decimal digits up to `max`; NaN for `-`, -1 for anything else. */
function readNumber(bytes: Uint8Array, start: number, end: number, max: number): number {
  if (end - start > 16) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return isDash(bytes, start, end) ? Number.NaN : -1;
    value = value * 10 + digit;
  }
  return value <= max && end > start ? value : -1;
}

type Problem = readonly [code: ProblemCode, detail: string];
const NO_DATA: Problem = ['no-data', 'log-status is NODATA'];
const NO_DATA_WITHOUT_STATUS: Problem = ['no-data', 'both addresses are unset'];
const SKIPPED: Problem = ['skipped-by-source', 'log-status is SKIPDATA'];
const BAD_CONTROL: Problem = ['bad-value', 'the line holds a control character'];
const BAD_STATUS: Problem = ['bad-value', 'log-status is not OK, NODATA or SKIPDATA'];
const BAD_ACTION: Problem = ['bad-value', 'action is not ACCEPT or REJECT'];
const BAD_DIRECTION: Problem = ['bad-value', 'flow-direction is not ingress or egress'];
const BAD_SOURCE: Problem = ['bad-address', 'the source is not an address'];
const BAD_DESTINATION: Problem = ['bad-address', 'the destination is not an address'];
const BAD_PORT: Problem = ['bad-number', 'a port is not 0 to 65535'];
const BAD_PROTOCOL: Problem = ['bad-number', 'the protocol is not 0 to 255'];
const BAD_FLAGS: Problem = ['bad-number', 'tcp-flags is not 0 to 65535'];
const BAD_COUNTER: Problem = ['bad-number', 'packets or bytes is not a number up to 2^53'];
const BAD_TIME: Problem = ['bad-time', 'start and end are not seconds of the years 1990 to 2255'];
const BAD_WINDOW: Problem = ['bad-time', 'the window ends before it starts'];

/** Reads records of AWS VPC flow logs, one line each, into `Flows`. Call `begin` for each unit, then `lines` or `line`. */
export class AwsVpcLines {
  readonly #sink: DecodeSink;
  readonly #columns: FlowColumns;
  readonly #srcIps: AddressCodes;
  readonly #destIps: AddressCodes;
  readonly #observers: ByteInterner;
  readonly #scopes: ByteInterner;
  readonly #networks: ByteInterner;
  readonly #subnets: ByteInterner;
  readonly #regions: ByteInterner;
  readonly #extras: ByteInterner;
  readonly #layouts = new Layouts();
  /** Token i of the line is bytes[stops[i] + 1, stops[i + 1]). */
  readonly #stops = new Int32Array(MAX_FIELDS + 2);
  readonly #scratch = new Uint8Array(MAX_EXTRAS_BYTES);
  #count = 0;
  #hasControl = false;
  #origin: Origin = { object: '', offset: 0, context: null, ingestedAt: 0 };
  #hasHeader = false;
  #layout: Layout | undefined;
  #extrasLayout: Layout | undefined;

  constructor(sink: DecodeSink, source: string) {
    this.#sink = sink;
    const c = new FlowColumns(sink, source);
    this.#columns = c;
    this.#srcIps = new AddressCodes(c.srcIp);
    this.#destIps = new AddressCodes(c.destIp);
    this.#observers = new ByteInterner(c.observer, readText);
    this.#scopes = new ByteInterner(c.scope, readText);
    this.#networks = new ByteInterner(c.network, readText);
    this.#subnets = new ByteInterner(c.subnet, readText);
    this.#regions = new ByteInterner(c.region, readText);
    this.#extras = new ByteInterner(c.additional, (bytes, start, end) =>
      this.#printExtras(bytes, start, end),
    );
    const caches = [
      this.#srcIps,
      this.#destIps,
      this.#observers,
      this.#scopes,
      this.#networks,
      this.#subnets,
      this.#regions,
      this.#extras,
    ];
    c.builder.onReset(() => {
      for (const cache of caches) cache.forget();
    });
  }

  /**
   * Begins a unit. `fields` is the order that the object's beginning told; `hasHeader` says that a header line did, so
   * that lines of another length are damaged. Without a header, a line of another length may be in another known order.
   */
  begin(origin: Origin, fields: readonly string[] | undefined, hasHeader: boolean): void {
    this.#origin = origin;
    this.#hasHeader = hasHeader;
    this.#layout = fields && this.#layouts.of(fields);
  }

  /** Reads bytes from `from` on as lines; offsets of problems and rows are those of the lines. */
  lines(bytes: Uint8Array, from: number): void {
    const stop = bytes.lastIndexOf(NEWLINE) + 1;
    let at = from;
    while (at < stop) {
      const end = this.#tokenise(bytes, at);
      if (this.#count > 0) this.#record(bytes, at, end, this.#origin.offset + at, Number.NaN);
      at = end + 1;
    }
    if (at < bytes.length) this.line(bytes.subarray(at), this.#origin.offset + at, Number.NaN);
  }

  /** Reads one line, which stands at `offset` of the object; `eventMicros` is the wrapping's time, or NaN. */
  line(text: Uint8Array, offset: number, eventMicros: number): void {
    const bytes = new Uint8Array(text.length + 1);
    bytes.set(text);
    bytes[text.length] = NEWLINE;
    const end = this.#tokenise(bytes, 0);
    if (end < text.length - 1) return this.#report(BAD_CONTROL, bytes, 0, text.length, offset);
    if (this.#count > 0) this.#record(bytes, 0, end, offset, eventMicros);
  }

  /** Splits the line at `start` by single spaces; returns the index of its newline, which must be there. */
  #tokenise(bytes: Uint8Array, start: number): number {
    const stops = this.#stops;
    let count = 0;
    let hasControl = false;
    stops[0] = start - 1;
    let i = start;
    for (; ; i++) {
      while (bytes[i]! > SPACE) i++;
      const c = bytes[i]!;
      if (c === SPACE) {
        if (count < MAX_FIELDS) stops[++count] = i;
      } else if (c === NEWLINE) break;
      else if (c !== RETURN || bytes[i + 1] !== NEWLINE) hasControl = true;
    }
    let end = i;
    while (end > start && (bytes[end - 1] === RETURN || bytes[end - 1] === SPACE)) end--;
    while (count > 0 && stops[count]! >= end) count--;
    stops[++count] = end;
    this.#count = end > start ? count : 0;
    this.#hasControl = hasControl;
    return i;
  }

  /** Reads the line that was split last: bytes[start, end), which stands at `offset` of the object. */
  #record(bytes: Uint8Array, start: number, end: number, offset: number, micros: number): void {
    let eventMicros = micros;
    // A line that CloudWatch exported begins with the event's time: 2026-03-04T10:00:00.000Z.
    if (bytes[start + 4] === DASH && bytes[start + 10] === 0x54 && this.#count > 1) {
      eventMicros = parseInstant(decodeUtf8(bytes.subarray(start, Math.min(this.#stops[1]!, start + 40))));
      this.#stops.copyWithin(0, 1);
      this.#count--;
    }
    let layout = this.#layout;
    if (layout === undefined || layout.fields.length !== this.#count) {
      const wanted = layout ? `${layout.fields.length} were expected` : 'no known order fits them';
      layout = this.#hasHeader ? undefined : this.#inferLayout(bytes, end);
      if (layout === undefined) {
        const problem: Problem = ['bad-field-count', `${this.#count} fields, ${wanted}`];
        return this.#report(problem, bytes, start, end, offset);
      }
    }
    const problem = this.#read(bytes, layout, offset, eventMicros);
    if (problem !== undefined) this.#report(problem, bytes, start, end, offset);
  }

  #inferLayout(bytes: Uint8Array, end: number): Layout | undefined {
    const start = this.#stops[0]! + 1;
    if (this.#count > MAX_FIELDS || end - start > 16_384) return undefined;
    const fields = inferFields(decodeUtf8(bytes.subarray(start, end)));
    return fields && this.#layouts.of(fields);
  }

  /** Counts a line that became no row, unless it is the header once more. */
  #report(problem: Problem, bytes: Uint8Array, start: number, end: number, offset: number): void {
    const isHeader = this.#count >= 3 && isFieldName(this.#token(bytes, 0)) && isFieldName(this.#token(bytes, 1));
    if (isHeader) {
      const fields = this.#layout?.fields;
      let isSame = fields?.length === this.#count;
      for (let i = 0; isSame && i < this.#count; i++) isSame = this.#token(bytes, i).replaceAll('_', '-') === fields![i];
      if (isSame) return;
      this.#sink.problem(
        'bad-value',
        offset,
        'a header line that differs from the object’s first; give the parts as separate files',
        bytes.subarray(start, end),
      );
    } else this.#sink.problem(problem[0], offset, problem[1], bytes.subarray(start, end));
  }

  #token(bytes: Uint8Array, index: number): string {
    const start = this.#stops[index]! + 1;
    return decodeUtf8(bytes.subarray(start, Math.min(this.#stops[index + 1]!, start + 64)));
  }

  /** Turns the tokens into one row; returns what is wrong with them otherwise. */
  #read(bytes: Uint8Array, layout: Layout, offset: number, eventMicros: number): Problem | undefined {
    if (this.#hasControl) return BAD_CONTROL;
    const stops = this.#stops;
    const c = this.#columns;
    c.reserve();

    if (layout.status >= 0) {
      const s = stops[layout.status]! + 1;
      const length = stops[layout.status + 1]! - s;
      const first = bytes[s];
      if (first === 0x4f && length === 2 && bytes[s + 1] === 0x4b) {
        // OK
      } else if (first === 0x4e && length === 6) return this.#is(bytes, layout.status, 'NODATA') ? NO_DATA : BAD_STATUS;
      else if (first === 0x53 && length === 8) return this.#is(bytes, layout.status, 'SKIPDATA') ? SKIPPED : BAD_STATUS;
      else if (!isDash(bytes, s, s + length)) return BAD_STATUS;
    }

    // The packet's own addresses where they are given: srcaddr and dstaddr name the interface's.
    const hasPktSrc = layout.pktSrc >= 0 && !isDash(bytes, stops[layout.pktSrc]! + 1, stops[layout.pktSrc + 1]!);
    const hasPktDst = layout.pktDst >= 0 && !isDash(bytes, stops[layout.pktDst]! + 1, stops[layout.pktDst + 1]!);
    const srcAt = hasPktSrc ? layout.pktSrc : layout.src;
    const dstAt = hasPktDst ? layout.pktDst : layout.dst;
    let src = 0;
    let dst = 0;
    if (srcAt >= 0) {
      src = this.#srcIps.parse(bytes, stops[srcAt]! + 1, stops[srcAt + 1]!);
      if (src < 0) {
        const isUnset = isDash(bytes, stops[srcAt]! + 1, stops[srcAt + 1]!) && dstAt >= 0 && isDash(bytes, stops[dstAt]! + 1, stops[dstAt + 1]!);
        return isUnset && layout.status < 0 ? NO_DATA_WITHOUT_STATUS : BAD_SOURCE;
      }
    }
    if (dstAt >= 0) {
      dst = this.#destIps.parse(bytes, stops[dstAt]! + 1, stops[dstAt + 1]!);
      if (dst < 0) return BAD_DESTINATION;
    }

    const srcPort = this.#number(bytes, layout.srcPort, 65_535);
    const destPort = this.#number(bytes, layout.dstPort, 65_535);
    if (srcPort < 0 || destPort < 0) return BAD_PORT;
    const protocol = this.#number(bytes, layout.protocol, 255);
    if (protocol < 0) return BAD_PROTOCOL;
    const tcpFlags = this.#number(bytes, layout.tcpFlags, 65_535);
    if (tcpFlags < 0) return BAD_FLAGS;
    const packets = this.#number(bytes, layout.packets, Number.MAX_SAFE_INTEGER);
    const byteCount = this.#number(bytes, layout.bytes, Number.MAX_SAFE_INTEGER);
    if (packets < 0 || byteCount < 0) return BAD_COUNTER;

    const start = this.#number(bytes, layout.start, LAST_SECOND);
    const end = this.#number(bytes, layout.end, LAST_SECOND);
    if (start < 0 || end < 0 || end < FIRST_SECOND) return BAD_TIME;
    if (end < start) return BAD_WINDOW;
    const isStartBelieved = start >= FIRST_SECOND && !(end - start > LONGEST_WINDOW_SECONDS);
    const time = isStartBelieved ? start * 1e6 : Number.isNaN(end) ? eventMicros : end * 1e6;
    if (!(time >= FIRST_SECOND * 1e6)) return BAD_TIME;

    let status = 0;
    if (layout.action >= 0) {
      if (this.#is(bytes, layout.action, 'ACCEPT')) status = 1;
      else if (this.#is(bytes, layout.action, 'REJECT')) status = 2;
      else if (!isDash(bytes, stops[layout.action]! + 1, stops[layout.action + 1]!)) return BAD_ACTION;
    }
    let direction = 0;
    if (layout.direction >= 0) {
      if (this.#is(bytes, layout.direction, 'ingress')) direction = 1;
      else if (this.#is(bytes, layout.direction, 'egress')) direction = 2;
      else if (!isDash(bytes, stops[layout.direction]! + 1, stops[layout.direction + 1]!)) return BAD_DIRECTION;
    }

    const row = c.begin(this.#origin, offset);
    c.timeGenerated.set(row, time);
    if (!Number.isNaN(start)) c.start.set(row, start * 1e6);
    if (!Number.isNaN(end)) c.end.set(row, end * 1e6);
    c.srcIp.codes[row] = src;
    c.destIp.codes[row] = dst;
    c.setTransport(row, protocol, srcPort, destPort);
    if (!Number.isNaN(packets)) c.packets.set(row, packets);
    if (!Number.isNaN(byteCount)) c.bytes.set(row, byteCount);
    if (!Number.isNaN(tcpFlags)) c.tcpFlags.set(row, tcpFlags);
    c.samplingRate.set(row, 1);
    c.initiatorKnown.set(row, protocol === 6 && isInitiatorByFlags(tcpFlags));
    c.isFlowStart.set(row, isLikelyStart(protocol, tcpFlags, srcPort, destPort));
    if (direction > 0) c.direction.set(row, direction);
    if (status > 0) c.status.set(row, status);
    if (layout.account >= 0) c.scope.codes[row] = this.#scopes.code(bytes, stops[layout.account]! + 1, stops[layout.account + 1]!);
    if (layout.interface >= 0)
      c.observer.codes[row] = this.#observers.code(bytes, stops[layout.interface]! + 1, stops[layout.interface + 1]!);
    if (layout.vpc >= 0) c.network.codes[row] = this.#networks.code(bytes, stops[layout.vpc]! + 1, stops[layout.vpc + 1]!);
    if (layout.subnet >= 0) c.subnet.codes[row] = this.#subnets.code(bytes, stops[layout.subnet]! + 1, stops[layout.subnet + 1]!);
    if (layout.region >= 0) c.region.codes[row] = this.#regions.code(bytes, stops[layout.region]! + 1, stops[layout.region + 1]!);
    c.additional.codes[row] = this.#extrasCode(bytes, layout, hasPktSrc, hasPktDst);
    return undefined;
  }

  #number(bytes: Uint8Array, field: number, max: number): number {
    return field < 0 ? Number.NaN : readNumber(bytes, this.#stops[field]! + 1, this.#stops[field + 1]!, max);
  }

  #is(bytes: Uint8Array, field: number, value: string): boolean {
    const start = this.#stops[field]! + 1;
    if (this.#stops[field + 1]! - start !== value.length) return false;
    for (let i = 0; i < value.length; i++) if (bytes[start + i] !== value.charCodeAt(i)) return false;
    return true;
  }

  /** The code of AdditionalFields: looked up by the bytes of all its tokens, so that its JSON is printed once per content. */
  #extrasCode(bytes: Uint8Array, layout: Layout, hasPktSrc: boolean, hasPktDst: boolean): number {
    const stops = this.#stops;
    const { extras } = layout;
    this.#extrasLayout = layout;
    let size = 4;
    for (let i = 0; i < extras.length; i++) size += stops[extras[i]! + 1]! - stops[extras[i]!]! + 1 + 1;
    size += 96;
    const key = size <= MAX_EXTRAS_BYTES ? this.#scratch : new Uint8Array(size);
    key[0] = layout.id;
    key[1] = layout.id >>> 8;
    key[2] = layout.id >>> 16;
    key[3] = layout.id >>> 24;
    let at = 4;
    for (let i = 0; i < extras.length; i++) {
      const end = stops[extras[i]! + 1]!;
      for (let k = stops[extras[i]!]! + 1; k < end; k++) key[at++] = bytes[k]!;
      key[at++] = SPACE;
    }
    if (hasPktSrc && layout.src >= 0) at = this.#appendOther(bytes, layout.src, layout.pktSrc, key, at);
    key[at++] = SPACE;
    if (hasPktDst && layout.dst >= 0) at = this.#appendOther(bytes, layout.dst, layout.pktDst, key, at);
    return this.#extras.code(key, 0, at);
  }

  /** Appends the interface's address when the packet's differs. */
  #appendOther(bytes: Uint8Array, own: number, packet: number, key: Uint8Array, at: number): number {
    const from = this.#stops[own]! + 1;
    const other = this.#stops[packet]! + 1;
    const length = Math.min(this.#stops[own + 1]! - from, 45);
    let i = 0;
    while (i < length && bytes[from + i] === bytes[other + i]) i++;
    if ((i === length && this.#stops[packet + 1]! - other === length) || isDash(bytes, from, from + length)) return at;
    for (let k = 0; k < length; k++) key[at + k] = bytes[from + k]!;
    return at + length;
  }

  #printExtras(key: Uint8Array, start: number, end: number): string {
    const layout = this.#extrasLayout!;
    const tokens = decodeUtf8(key.subarray(start + 4, end)).split(' ');
    const names = [...layout.extraNames, 'srcaddr', 'dstaddr'];
    const members = names.flatMap((name, i) => {
      const token = tokens[i] ?? '';
      if (token === '' || token === '-') return [];
      const isNumber = NUMERIC_EXTRAS.has(name) && /^(0|[1-9]\d{0,14})$/.test(token);
      // White space inside a value of a Parquet file is printed as U+00A0.
      return [`${JSON.stringify(name)}:${isNumber ? token : JSON.stringify(token.replaceAll('\u00a0', ' '))}`];
    });
    return members.length === 0 ? '' : `{${members.join(',')}}`;
  }
}
