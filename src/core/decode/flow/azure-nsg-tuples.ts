import type { NumberColumn, TextColumn } from '#core/batch/index.ts';
import { AddressCodes } from '../address-codes.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import { placeOfResource, printMac } from './azure-resource.ts';
import { FlowColumns, ListedTexts, RepeatedText } from './flow-columns.ts';
import { EARLIEST, LATEST } from './instant-text.ts';
import { BrokenJson } from './json-cursor.ts';
import { isSpace } from './json-records.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;
const MAX_TUPLE_BYTES = 512;

const STATES = ['', 'B', 'C', 'E', 'D'] as const;
const DENIED_STATE = 4;

/** What a record says of all its tuples. */
interface RecordFacts {
  readonly resourceId: string;
  readonly systemId: string;
  readonly mac: string;
}

/**
 * Reads arrays of NSG tuples into `Flows`.
 *
 *     0 time s | 1 source | 2 destination | 3, 4 ports | 5 T/U | 6 I/O | 7 A/D     version 1 ends here
 *     8 B/C/E | 9 packets → | 10 bytes → | 11 packets ← | 12 bytes ←              may be empty, which is 0
 */
export class NsgTuples {
  readonly #sink: DecodeSink;
  readonly #columns: FlowColumns;
  readonly #srcIps: AddressCodes;
  readonly #destIps: AddressCodes;
  readonly #states: ListedTexts;
  readonly #repeated: readonly RepeatedText[];
  readonly #packetsBack: NumberColumn;
  readonly #bytesBack: NumberColumn;
  readonly #ends = new Int32Array(14);
  #texts: string[];
  #origin: Origin = { object: '', offset: 0, context: null, ingestedAt: 0 };
  #offset = 0;
  #recordMac = '';

  constructor(sink: DecodeSink, source: string) {
    this.#sink = sink;
    const c = new FlowColumns(sink, source);
    const b = c.builder;
    this.#columns = c;
    this.#srcIps = new AddressCodes(c.srcIp);
    this.#destIps = new AddressCodes(c.destIp);
    this.#states = new ListedTexts(b.text('FlowState'), STATES);
    const repeated: TextColumn[] = [
      c.additional,
      c.scope,
      b.text('AclGroup'),
      b.text('TargetResourceId'),
    ];
    for (const name of ['AclRule', 'MacAddress', 'Observer']) repeated.push(b.text(name));
    this.#repeated = repeated.map((column) => new RepeatedText(column));
    this.#texts = repeated.map(() => '');
    this.#packetsBack = b.number('PacketsDestToSrc');
    this.#bytesBack = b.number('BytesDestToSrc');
    b.onReset(() => {
      for (const cache of [this.#srcIps, this.#destIps, this.#states, ...this.#repeated])
        cache.forget();
    });
  }

  /** Call before the records of a unit, and `end` after them. */
  begin(origin: Origin): void {
    this.#origin = origin;
    this.#columns.beginUnit(origin);
  }

  end(): void {
    this.#columns.endUnit();
  }

  beginRecord(offset: number, record: RecordFacts): void {
    this.#offset = offset;
    this.#recordMac = record.mac;
    const { systemId, resourceId } = record;
    const additional = systemId === '' ? '' : JSON.stringify({ systemId });
    this.#texts = [
      additional,
      placeOfResource(resourceId).scope,
      printNsg(resourceId),
      resourceId,
      '',
      '',
      '',
    ];
    this.setMac('');
  }

  setRule(rule: string): void {
    this.#texts[4] = rule;
  }

  setMac(mac: string): void {
    this.#texts[5] = printMac(mac || this.#recordMac);
    this.#texts[6] = this.#texts[5]!;
  }

  /** Reads the array of tuples that opens at `at`; returns the index after it. */
  read(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0x5b) throw new BrokenJson(at, 'expected a list of tuples');
    let i = at + 1;
    for (;;) {
      while (isSpace(bytes[i])) i++;
      const c = bytes[i];
      if (c === CLOSE_BRACKET) return i + 1;
      if (c !== QUOTE) throw new BrokenJson(Math.min(i, bytes.length), 'expected a tuple');
      i = this.#tuple(bytes, i);
      while (isSpace(bytes[i])) i++;
      const after = bytes[i];
      if (after === COMMA) i++;
      // A lost quote: what closed the tuple before was the opening quote of this one.
      else if (after !== undefined && after >= 0x30 && after <= 0x39) i--;
      else if (after !== CLOSE_BRACKET)
        throw new BrokenJson(Math.min(i, bytes.length), 'expected , or ] after a tuple');
    }
  }

  /** Reads the tuple whose opening quote is at `quote`; returns where to go on. */
  #tuple(bytes: Uint8Array, quote: number): number {
    const ends = this.#ends;
    let count = 0;
    let i = quote + 1;
    const limit = Math.min(bytes.length, quote + MAX_TUPLE_BYTES);
    ends[0] = quote;
    for (; i < limit; i++) {
      const c = bytes[i]!;
      if (c === QUOTE || c === CLOSE_BRACKET) break;
      if (c === COMMA && count < 13) ends[++count] = i;
    }
    if (bytes[i] !== QUOTE) return this.#skipTuple(bytes, quote);
    if (count < 13) ends[++count] = i;
    const problem = this.#row(bytes, count, bytes[i] === QUOTE && ends[count] === i);
    if (problem)
      this.#sink.problem(
        problem[0],
        this.#origin.offset + quote,
        problem[1],
        bytes.subarray(quote, i + 1),
      );
    return i + 1;
  }

  /** Passes over a tuple that does not end as one. */
  #skipTuple(bytes: Uint8Array, quote: number): number {
    const end = bytes.indexOf(QUOTE, quote + 1);
    if (end < 0) throw new BrokenJson(bytes.length, 'a tuple does not end');
    const close = bytes.indexOf(CLOSE_BRACKET, quote + 1);
    const stop = close >= 0 && close < end ? close : end + 1;
    const detail = 'the text is no tuple';
    this.#sink.problem(
      'bad-field-count',
      this.#origin.offset + quote,
      detail,
      bytes.subarray(quote, stop),
    );
    return stop;
  }

  /** Turns the fields into a row; returns what is wrong with them otherwise. */
  #row(
    bytes: Uint8Array,
    count: number,
    isWhole: boolean,
  ): readonly [ProblemCode, string] | undefined {
    if ((count !== 8 && count !== 13) || !isWhole)
      return [
        'bad-field-count',
        `${isWhole ? count : 'more than 13'} fields; version 1 has 8, version 2 has 13`,
      ];
    const ends = this.#ends;
    const c = this.#columns;
    c.reserve();
    const seconds = this.#number(bytes, 0);
    const time = seconds * (seconds > 1e11 ? 1e3 : 1e6);
    if (!(time >= EARLIEST && time < LATEST))
      return ['bad-time', 'the time is not seconds of the years 1990 to 2255'];
    const src = this.#srcIps.parse(bytes, ends[1]! + 1, ends[2]!);
    if (src < 0) return ['bad-address', 'the source is not an address'];
    const dest = this.#destIps.parse(bytes, ends[2]! + 1, ends[3]!);
    if (dest < 0) return ['bad-address', 'the destination is not an address'];
    const srcPort = this.#number(bytes, 3);
    const destPort = this.#number(bytes, 4);
    if (!(srcPort >= 0 && srcPort <= 65_535 && destPort >= 0 && destPort <= 65_535))
      return ['bad-number', 'a port is not 0 to 65535'];
    const protocol = 'TU'.indexOf(this.#letter(bytes, 5));
    if (protocol < 0) return ['bad-value', 'the protocol is not T or U'];
    const direction = 'IO'.indexOf(this.#letter(bytes, 6));
    if (direction < 0) return ['bad-value', 'the direction is not I or O'];
    const decision = 'AD'.indexOf(this.#letter(bytes, 7));
    if (decision < 0) return ['bad-value', 'the decision is not A or D'];
    const hasState = count === 13;
    const state = hasState ? 'BCE'.indexOf(this.#letter(bytes, 8)) + 1 : 0;
    if (hasState && state === 0) return ['bad-value', 'the flow state is not B, C or E'];
    for (let k = 9; k < count; k++) {
      const counter = this.#number(bytes, k);
      if (!(counter >= 0 || ends[k + 1]! === ends[k]! + 1))
        return ['bad-number', 'a counter is not a number up to 2^53'];
    }

    const row = c.begin(this.#offset);
    c.timeGenerated.set(row, time);
    const isDenied = decision === 1;
    const isStart = isDenied || state <= 1;
    if (isStart) c.start.set(row, time);
    if (isDenied || state === 3) c.end.set(row, time);
    c.srcIp.codes[row] = src;
    c.destIp.codes[row] = dest;
    c.setTransport(row, protocol === 0 ? 6 : 17, srcPort, destPort);
    c.direction.set(row, direction + 1);
    c.status.set(row, decision + 1);
    this.#states.set(row, isDenied ? DENIED_STATE : state);
    if (hasState) {
      c.packets.set(row, this.#number(bytes, 9) || 0);
      c.bytes.set(row, this.#number(bytes, 10) || 0);
      this.#packetsBack.set(row, this.#number(bytes, 11) || 0);
      this.#bytesBack.set(row, this.#number(bytes, 12) || 0);
    }
    c.samplingRate.set(row, 1);
    c.initiatorKnown.set(row, true);
    c.isFlowStart.set(row, isStart);
    for (let k = 0; k < this.#repeated.length; k++) this.#repeated[k]!.set(row, this.#texts[k]!);
    return undefined;
  }

  /** The decimal number in field k; NaN when it is empty, too large or none. */
  #number(bytes: Uint8Array, k: number): number {
    const end = this.#ends[k + 1]!;
    let at = this.#ends[k]! + 1;
    if (at === end) return Number.NaN;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return Number.NaN;
      value = value * 10 + digit;
    }
    return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
  }

  /** The one character of field k; NUL, which no list of letters holds, when it is not one. */
  #letter(bytes: Uint8Array, k: number): string {
    const start = this.#ends[k]! + 1;
    return this.#ends[k + 1]! - start === 1 ? String.fromCharCode(bytes[start]!) : '\0';
  }
}

/** `subscription/group/nsg` in lower case of an NSG's resource id; '' when the id is none. */
function printNsg(id: string): string {
  const match =
    /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/.*\/networksecuritygroups\/([^/]+)$/i.exec(
      id,
    );
  return match ? match.slice(1).join('/').toLowerCase() : '';
}
