import { decodeLatin1, protocolName } from '#core/base/index.ts';
import type { TableBuilder } from '#core/batch/index.ts';
import { AddressCodes } from '../address-codes.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import {
  type AzurePlace,
  ENCRYPTION_LABELS,
  placeOfResource,
  printMac,
  regionOfFlowLog,
} from './azure-resource.ts';
import { columnsOf, internCodes, type VnetCodes, type VnetColumns } from './azure-vnet-columns.ts';
import { PlainTuples } from './azure-vnet-plain.ts';
import { EARLIEST, LATEST } from './instant-text.ts';
import { BrokenJson } from './json-cursor.ts';
import { isSpace } from './json-records.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The cursor passes over literals that JSON does not have.
    return false;
  }
}

/**
 * Reads arrays of version 4 tuples: text to columns without making strings.
 *
 *     0 time ms | 1 source | 2 destination | 3, 4 ports | 5 IANA protocol | 6 I/O | 7 B/C/E/D | 8 encryption |
 *     9 packets → | 10 bytes → | 11 packets ← | 12 bytes ←       (9 to 12 may be empty, which is 0)
 *
 * Columns that are equal over a record or a rule are filled by runs when the run ends.
 */
export class VnetTuples {
  readonly #sink: DecodeSink;
  readonly #flows: TableBuilder;
  readonly #src: AddressCodes;
  readonly #dest: AddressCodes;
  readonly #c: VnetColumns;
  #codes: VnetCodes;
  readonly #plain: PlainTuples | undefined;
  #origin!: Origin;
  #recordOffset = 0;
  #mac = '';
  #target = '';
  #flowLog = '';
  /** Members of AdditionalFields as JSON, each with its comma. */
  #fields = '';
  #acl = '';
  #rule = '';
  #ruleStart = 0;
  #recordStart = 0;
  /** False between units, when rows of the shared builder are other decoders'. */
  #isReading = false;

  constructor(sink: DecodeSink) {
    this.#sink = sink;
    this.#flows = sink.builder('Flows');
    this.#c = columnsOf(this.#flows);
    this.#src = new AddressCodes(this.#c.srcIp);
    this.#dest = new AddressCodes(this.#c.destIp);
    this.#codes = internCodes(this.#c);
    const { kernel } = sink;
    if (kernel) {
      const options = { kernel, flows: this.#flows, columns: this.#c };
      this.#plain = PlainTuples.open(options, this.#codes);
    }
    this.#flows.onTake(() => {
      this.#fillRecord();
      this.#ruleStart = 0;
      this.#recordStart = 0;
    });
    this.#flows.onReset(() => {
      this.#src.forget();
      this.#dest.forget();
      this.#codes = internCodes(this.#c);
      this.#plain?.restart(this.#codes);
    });
  }

  /** To be called before the records of a unit. */
  begin(unit: Uint8Array): void {
    this.#plain?.begin(unit);
  }

  beginRecord(origin: Origin, offset: number): void {
    this.endRecord();
    this.#isReading = true;
    this.#recordStart = this.#flows.rows;
    this.#ruleStart = this.#flows.rows;
    this.#origin = origin;
    this.#recordOffset = offset;
    this.#mac = '';
    this.#target = '';
    this.#flowLog = '';
    this.#fields = '';
    this.#acl = '';
    this.#rule = '';
  }

  /** Finishes the record that was begun last, if it is not finished. */
  endRecord(): void {
    this.#fillRecord();
    this.#isReading = false;
  }

  setMac(mac: string): void {
    this.#mac = printMac(mac);
  }

  setTarget(id: string): void {
    this.#target = id;
  }

  setFlowLog(id: string): void {
    this.#flowLog = id;
  }

  /** Keeps a member of the record that has no column; `value` is its JSON. */
  addField(name: string, value: string): void {
    this.#fields += `${this.#fields && ','}${JSON.stringify(name)}:${isJson(value) ? value : JSON.stringify(value)}`;
  }

  setAcl(acl: string): void {
    this.#fillRule();
    this.#acl = acl === 'unspecified' ? '' : acl;
  }

  setRule(rule: string): void {
    this.#fillRule();
    this.#rule = rule === 'unspecified' ? '' : rule;
  }

  /** Fills the columns that are equal over the rows of one rule. */
  #fillRule(): void {
    const from = this.#ruleStart;
    const to = this.#flows.rows;
    if (to > from) {
      const c = this.#c;
      c.acl.codes.fill(c.acl.intern(this.#acl), from, to);
      c.rule.codes.fill(c.rule.intern(this.#rule), from, to);
    }
    this.#ruleStart = to;
  }

  /** Fills the columns that are equal over the rows of one record. */
  #fillRecord(): void {
    if (!this.#isReading) return;
    this.#fillRule();
    const from = this.#recordStart;
    const to = this.#flows.rows;
    this.#recordStart = to;
    if (to === from) return;
    const c = this.#c;
    const place = this.#placeOf(this.#target || this.#flowLog);
    const text = (column: typeof c.mac, value: string) =>
      column.codes.fill(column.intern(value), from, to);
    const number = (column: typeof c.offset, value: number) => {
      column.values.fill(value, from, to);
      column.present.fill(1, from, to);
    };
    text(c.mac, this.#mac);
    text(c.observer, this.#mac);
    text(c.target, this.#target);
    text(c.flowLog, this.#flowLog);
    text(c.scope, place.scope);
    text(c.network, place.network);
    text(c.subnet, place.subnet);
    text(c.region, this.#regionOf(this.#flowLog));
    text(c.source, 'azure-vnet');
    if (this.#fields !== '') text(c.additional, `{${this.#fields}}`);
    text(c.object, this.#origin.object);
    number(c.offset, this.#recordOffset);
    number(c.ingestion, this.#origin.ingestedAt);
    number(c.sampling, 1);
    c.initiatorKnown.values.fill(1, from, to);
    for (const column of c.always) column.present.fill(1, from, to);
  }

  /** Records of one log come one after the other: the last answer is nearly always the next. */
  #placeOf(id: string): AzurePlace {
    if (id !== this.#placed.id) this.#placed = { id, place: placeOfResource(id) };
    return this.#placed.place;
  }
  #placed = { id: '', place: placeOfResource('') };

  #regionOf(flowLog: string): string {
    if (flowLog !== this.#located.flowLog)
      this.#located = { flowLog, region: regionOfFlowLog(flowLog) };
    return this.#located.region;
  }
  #located = { flowLog: '', region: '' };

  /** Reads the array of tuples that opens at `at`, in the first bytes of the unit; returns the index after it. */
  read(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0x5b) throw new BrokenJson(at, 'expected a list of tuples');
    let i = at + 1;
    for (;;) {
      if (this.#plain) i = this.#plain.read(i);
      while (isSpace(bytes[i])) i++;
      const c = bytes[i];
      if (c === QUOTE) {
        i = this.#tuple(bytes, i);
        while (isSpace(bytes[i])) i++;
        const after = bytes[i];
        if (after === COMMA) i++;
        // A lost quote: what closed the tuple before was the opening quote of this one.
        else if (after !== undefined && after >= 0x30 && after <= 0x39) i--;
        else if (after !== CLOSE_BRACKET) throw new BrokenJson(i, 'expected , or ] after a tuple');
      } else if (c === CLOSE_BRACKET) {
        this.#fillRule();
        return i + 1;
      } else throw new BrokenJson(i, 'expected a tuple');
    }
  }

  /** Counts the tuple whose opening quote is at `quote` as unreadable; returns where to go on. */
  #bad(bytes: Uint8Array, quote: number, code: ProblemCode, detail: string): number {
    const end = bytes.indexOf(QUOTE, quote + 1);
    if (end < 0) throw new BrokenJson(quote, 'a tuple does not end');
    // Looked for in this tuple alone: an array may hold hundreds of thousands of bad ones.
    const close = bytes.subarray(quote, end).indexOf(CLOSE_BRACKET);
    const stop = close >= 0 ? quote + close : end;
    this.#sink.problem(code, this.#origin.offset + quote, detail, bytes.subarray(quote, stop));
    return stop === end ? end + 1 : stop;
  }

  #tuple(bytes: Uint8Array, quote: number): number {
    let p = quote + 1;
    let c = bytes[p]! - 48;
    let time = 0;
    while (c >= 0 && c <= 9) {
      time = time * 10 + c;
      c = bytes[++p]! - 48;
    }
    if (bytes[p] !== COMMA)
      return this.#bad(bytes, quote, 'bad-time', 'the first field is not a Unix time');
    // One published example has seconds; milliseconds have been above 10^11 since 1973.
    time *= time < 1e11 ? 1e6 : 1e3;
    if (!(time >= EARLIEST && time < LATEST))
      return this.#bad(bytes, quote, 'bad-time', 'the time is outside 1990 to 2255');

    const src = this.#src.parseField(bytes, p + 1);
    if (src < 0) return this.#bad(bytes, quote, 'bad-address', 'the source is not an address');
    const dest = this.#dest.parseField(bytes, this.#src.end + 1);
    if (dest < 0)
      return this.#bad(bytes, quote, 'bad-address', 'the destination is not an address');
    p = this.#dest.end + 1;

    let srcPort = 0;
    let from = p;
    c = bytes[p]! - 48;
    while (c >= 0 && c <= 9) {
      srcPort = srcPort * 10 + c;
      c = bytes[++p]! - 48;
    }
    if (bytes[p] !== COMMA || p === from || srcPort > 65535)
      return this.#bad(bytes, quote, 'bad-number', 'the source port is not 0 to 65535');
    from = ++p;
    let destPort = 0;
    c = bytes[p]! - 48;
    while (c >= 0 && c <= 9) {
      destPort = destPort * 10 + c;
      c = bytes[++p]! - 48;
    }
    if (bytes[p] !== COMMA || p === from || destPort > 65535)
      return this.#bad(bytes, quote, 'bad-number', 'the destination port is not 0 to 65535');
    from = ++p;
    let protocol = 0;
    c = bytes[p]! - 48;
    while (c >= 0 && c <= 9) {
      protocol = protocol * 10 + c;
      c = bytes[++p]! - 48;
    }
    if (bytes[p] !== COMMA || p === from || protocol > 255)
      return this.#bad(bytes, quote, 'bad-number', 'the protocol is not 0 to 255');

    const direction = bytes[++p]!;
    if ((direction !== 0x49 && direction !== 0x4f) || bytes[p + 1] !== COMMA)
      return this.#bad(bytes, quote, 'bad-value', 'the direction is not I or O');
    p += 2;
    const state = bytes[p]!;
    if (
      (state !== 0x42 && state !== 0x43 && state !== 0x45 && state !== 0x44) ||
      bytes[p + 1] !== COMMA
    )
      return this.#bad(bytes, quote, 'bad-value', 'the flow state is not B, C, E or D');
    p += 2;

    let encryption: number;
    if (bytes[p] === 0x4e && bytes[p + 1] === 0x58 && bytes[p + 2] === COMMA) {
      encryption = this.#codes.unencrypted;
      p += 2;
    } else if (bytes[p] === 0x58 && bytes[p + 1] === COMMA) {
      encryption = this.#codes.encrypted;
      p += 1;
    } else {
      const end = endOfField(bytes, p);
      if (bytes[end] !== COMMA)
        return this.#bad(bytes, quote, 'bad-field-count', 'the tuple has too few fields');
      const label = decodeLatin1(bytes.subarray(p, end));
      if (!/^[A-Z_]*$/.test(label))
        return this.#bad(bytes, quote, 'bad-value', 'the encryption is not a code');
      encryption = this.#c.encryption.intern(ENCRYPTION_LABELS[label] ?? label);
      p = end;
    }

    const counters = this.#counters;
    for (let k = 0; k < 4; k++) {
      if (bytes[p] !== COMMA)
        return this.#bad(
          bytes,
          quote,
          bytes[p] === QUOTE ? 'bad-field-count' : 'bad-number',
          'a counter is missing or is not a number',
        );
      c = bytes[++p]! - 48;
      let value = 0;
      while (c >= 0 && c <= 9) {
        value = value * 10 + c;
        c = bytes[++p]! - 48;
      }
      if (value > Number.MAX_SAFE_INTEGER)
        return this.#bad(bytes, quote, 'bad-number', 'a counter is larger than 2^53');
      counters[k] = value;
    }
    if (bytes[p] !== QUOTE)
      return this.#bad(
        bytes,
        quote,
        bytes[p] === COMMA ? 'bad-field-count' : 'bad-number',
        'the tuple does not end after the fourth counter',
      );

    this.#store(time, src, dest, srcPort, destPort, protocol, direction, state, encryption);
    return p + 1;
  }
  readonly #counters = new Float64Array(4);

  #store(
    time: number,
    src: number,
    dest: number,
    srcPort: number,
    destPort: number,
    protocol: number,
    direction: number,
    state: number,
    encryption: number,
  ): void {
    const flows = this.#flows;
    const c = this.#c;
    if (flows.rows === flows.capacity) {
      // The batch is full, and taking it may start new dictionaries: intern this row's texts again.
      const texts = [
        c.srcIp.textOf(src),
        c.destIp.textOf(dest),
        c.encryption.textOf(encryption),
      ] as const;
      flows.flush();
      src = c.srcIp.intern(texts[0]);
      dest = c.destIp.intern(texts[1]);
      encryption = c.encryption.intern(texts[2]);
    }
    const row = flows.begin();
    const codes = this.#codes;
    c.time.values[row] = time;
    c.srcIp.codes[row] = src;
    c.destIp.codes[row] = dest;
    c.srcPort.values[row] = srcPort;
    c.destPort.values[row] = destPort;
    let l4 = codes.protocols[protocol]!;
    if (l4 < 0) {
      l4 = codes.protocols[protocol] = c.l4.intern(protocolName(protocol));
      this.#plain?.learnProtocols();
    }
    c.l4.codes[row] = l4;
    c.protocol.values[row] = protocol;
    c.direction.codes[row] = direction === 0x49 ? codes.inbound : codes.outbound;
    c.status.codes[row] = state === 0x44 ? codes.denied : codes.allowed;
    c.state.codes[row] = codes.states[state]!;
    c.encryption.codes[row] = encryption;
    const isStart = state === 0x42 || state === 0x44;
    if (isStart) {
      c.start.values[row] = time;
      c.start.present[row] = 1;
    }
    if (state === 0x45 || state === 0x44) {
      c.end.values[row] = time;
      c.end.present[row] = 1;
    }
    c.isStart.values[row] = isStart ? 1 : 0;
    const counters = this.#counters;
    c.packetsOut.values[row] = counters[0]!;
    c.bytesOut.values[row] = counters[1]!;
    c.packetsIn.values[row] = counters[2]!;
    c.bytesIn.values[row] = counters[3]!;
  }
}

/** The index of the comma or quote that ends the field at `from`, looking at 64 bytes at most. */
function endOfField(bytes: Uint8Array, from: number): number {
  let i = from;
  for (const stop = from + 64; i < stop; i++) {
    const c = bytes[i];
    if (c === COMMA || c === QUOTE || c === undefined) break;
  }
  return i;
}
