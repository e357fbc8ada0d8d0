import { decodeLatin1, encodeUtf8, protocolName } from '#core/base/index.ts';
import type { TableBuilder } from '#core/batch/index.ts';
import { AddressCodes } from '../address-codes.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import { ENCRYPTION_LABELS, placeOfResource, printMac, regionOfFlowLog } from './azure-resource.ts';
import { BrokenJson } from './json-cursor.ts';
import { isSpace } from './json-records.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;

/** Microseconds of 1990-01-01 and 2255-01-01, between which instants are believed. */
const EARLIEST = 631_152_000_000_000;
const LATEST = 8_993_721_600_000_000;
/** The same for the first nine of thirteen digits of milliseconds. */
const EARLIEST_HIGH = EARLIEST / 1e7;
const LATEST_HIGH = LATEST / 1e7;
/** No plain tuple is longer: 13 + 2 × 45 + 2 × 5 + 3 + 2 + 2 + 4 × 9 digits and letters, 14 commas and quotes. */
const LONGEST_PLAIN = 180;

const ENCRYPTIONS = Object.entries(ENCRYPTION_LABELS).map(([value, label]) => ({
  value: encodeUtf8(value),
  label,
}));

/** Codes of the few texts that columns of one tuple hold; interned anew when dictionaries are. */
interface Codes {
  inbound: number;
  outbound: number;
  allowed: number;
  denied: number;
  states: Int32Array;
  unencrypted: number;
  encrypted: number;
  protocols: Int32Array;
}

/**
 * Reads arrays of version 4 tuples, the hot loop of VNet logs: text to columns without making strings.
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
  readonly #c: ReturnType<typeof columnsOf>;
  #codes: Codes;
  #origin!: Origin;
  #recordOffset = 0;
  #mac = '';
  #target = '';
  #flowLog = '';
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
    this.#codes = this.#internCodes();
    this.#flows.onTake(() => {
      this.#fillRecord();
      this.#ruleStart = 0;
      this.#recordStart = 0;
    });
    this.#flows.onReset(() => {
      this.#src.forget();
      this.#dest.forget();
      this.#codes = this.#internCodes();
    });
  }

  #internCodes(): Codes {
    const c = this.#c;
    const states = new Int32Array(128);
    for (const state of ['B', 'C', 'E', 'D']) states[state.charCodeAt(0)] = c.state.intern(state);
    return {
      inbound: c.direction.intern('Inbound'),
      outbound: c.direction.intern('Outbound'),
      allowed: c.status.intern('Allowed'),
      denied: c.status.intern('Denied'),
      states,
      unencrypted: c.encryption.intern(ENCRYPTION_LABELS['NX']!),
      encrypted: c.encryption.intern(ENCRYPTION_LABELS['X']!),
      protocols: new Int32Array(256).fill(-1),
    };
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
    const place = placeOfResource(this.#target || this.#flowLog);
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
    text(c.region, regionOfFlowLog(this.#flowLog));
    text(c.source, 'azure-vnet');
    text(c.object, this.#origin.object);
    number(c.offset, this.#recordOffset);
    number(c.ingestion, this.#origin.ingestedAt);
    number(c.sampling, 1);
    c.initiatorKnown.values.fill(1, from, to);
    for (const column of c.always) column.present.fill(1, from, to);
  }

  /** Reads the array of tuples that opens at `at`; returns the index after it. */
  read(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0x5b) throw new BrokenJson(at, 'expected a list of tuples');
    let i = at + 1;
    for (;;) {
      i = this.#plainTuples(bytes, i);
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

  /**
   * Reads tuples as Azure writes them, `"…","…"`, as long as they are plain: IPv4 or known IPv6 text, numbers of at
   * most nine digits, a known encryption. Returns where the first that is not begins, for #tuple to read with care.
   * One long function with every array in a local, because this loop is most of the time of a load.
   */
  #plainTuples(bytes: Uint8Array, from: number): number {
    const flows = this.#flows;
    const c = this.#c;
    const { states, unencrypted, encrypted, inbound, outbound, allowed, denied, protocols } =
      this.#codes;
    const time = c.time.values;
    const start = c.start.values;
    const startPresent = c.start.present;
    const end = c.end.values;
    const endPresent = c.end.present;
    const srcIps = c.srcIp.codes;
    const destIps = c.destIp.codes;
    const srcPorts = c.srcPort.values;
    const destPorts = c.destPort.values;
    const l4s = c.l4.codes;
    const protocolValues = c.protocol.values;
    const directions = c.direction.codes;
    const statuses = c.status.codes;
    const stateCodes = c.state.codes;
    const encryptions = c.encryption.codes;
    const isStarts = c.isStart.values;
    const counters = [
      c.packetsOut.values,
      c.bytesOut.values,
      c.packetsIn.values,
      c.bytesIn.values,
    ] as const;
    const src = this.#src;
    const dest = this.#dest;
    const stop = bytes.length - LONGEST_PLAIN;
    let row = flows.rows;
    const { capacity } = flows;
    let at = from;
    while (at < stop && row < capacity && bytes[at] === QUOTE) {
      let p = at + 1;
      // The time in milliseconds has 13 digits until 2286: nine and four, so that both stay 32-bit.
      let high = 0;
      let digit = 0;
      for (let k = 0; k < 9; k++) {
        digit = bytes[p++]! - 48;
        if (digit < 0 || digit > 9) break;
        high = (high * 10 + digit) | 0;
      }
      if (digit < 0 || digit > 9) break;
      let low = 0;
      for (let k = 0; k < 4; k++) {
        digit = bytes[p++]! - 48;
        if (digit < 0 || digit > 9) break;
        low = (low * 10 + digit) | 0;
      }
      if (
        digit < 0 ||
        digit > 9 ||
        bytes[p] !== COMMA ||
        high < EARLIEST_HIGH ||
        high >= LATEST_HIGH
      )
        break;

      const srcIp = src.parseField(bytes, p + 1);
      if (srcIp < 0) break;
      const destIp = dest.parseField(bytes, src.end + 1);
      if (destIp < 0) break;
      p = dest.end + 1;

      let srcPort = bytes[p++]! - 48;
      if (srcPort < 0 || srcPort > 9) break;
      while ((digit = bytes[p++]! - 48) >= 0 && digit <= 9 && srcPort < 65536)
        srcPort = srcPort * 10 + digit;
      if (digit !== COMMA - 48 || srcPort > 65535) break;
      let destPort = bytes[p++]! - 48;
      if (destPort < 0 || destPort > 9) break;
      while ((digit = bytes[p++]! - 48) >= 0 && digit <= 9 && destPort < 65536)
        destPort = destPort * 10 + digit;
      if (digit !== COMMA - 48 || destPort > 65535) break;
      let protocol = bytes[p++]! - 48;
      if (protocol < 0 || protocol > 9) break;
      while ((digit = bytes[p++]! - 48) >= 0 && digit <= 9 && protocol < 256)
        protocol = protocol * 10 + digit;
      if (digit !== COMMA - 48 || protocol > 255) break;
      const l4 = protocols[protocol]!;
      if (l4 < 0) break;

      const direction = bytes[p]!;
      const state = bytes[p + 2]!;
      if (
        (direction !== 0x49 && direction !== 0x4f) ||
        bytes[p + 1] !== COMMA ||
        bytes[p + 3] !== COMMA ||
        states[state & 127] === 0 ||
        state > 127
      )
        break;
      p += 4;
      let encryption: number;
      if (bytes[p] === 0x4e && bytes[p + 1] === 0x58 && bytes[p + 2] === COMMA) {
        encryption = unencrypted;
        p += 3;
      } else if (bytes[p] === 0x58 && bytes[p + 1] === COMMA) {
        encryption = encrypted;
        p += 2;
      } else {
        encryption = this.#encryptionCode(bytes, p);
        if (encryption < 0) break;
        p = this.#encryptionEnd + 1;
      }

      let k = 0;
      for (; k < 4; k++) {
        let value = 0;
        const first = p;
        while ((digit = bytes[p++]! - 48) >= 0 && digit <= 9) value = (value * 10 + digit) | 0;
        if (p - first > 10 || digit !== (k < 3 ? COMMA : QUOTE) - 48) break;
        counters[k]![row] = value;
      }
      if (k < 4) break;

      const instant = (high * 10_000 + low) * 1000;
      time[row] = instant;
      srcIps[row] = srcIp;
      destIps[row] = destIp;
      srcPorts[row] = srcPort;
      destPorts[row] = destPort;
      l4s[row] = l4;
      protocolValues[row] = protocol;
      directions[row] = direction === 0x49 ? inbound : outbound;
      stateCodes[row] = states[state]!;
      encryptions[row] = encryption;
      const isDenied = state === 0x44;
      statuses[row] = isDenied ? denied : allowed;
      if (isDenied || state === 0x42) {
        start[row] = instant;
        startPresent[row] = 1;
        isStarts[row] = 1;
      } else isStarts[row] = 0;
      if (isDenied || state === 0x45) {
        end[row] = instant;
        endPresent[row] = 1;
      }
      row++;
      at = p;
      if (bytes[at] !== COMMA) break;
      at++;
    }
    flows.rows = row;
    return at;
  }

  /** Counts the tuple whose opening quote is at `quote` as unreadable; returns where to go on. */
  #bad(bytes: Uint8Array, quote: number, code: ProblemCode, detail: string): number {
    const end = bytes.indexOf(QUOTE, quote + 1);
    if (end < 0) throw new BrokenJson(quote, 'a tuple does not end');
    const close = bytes.indexOf(CLOSE_BRACKET, quote + 1);
    const stop = close >= 0 && close < end ? close : end;
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
    const state = bytes[(p += 2)]!;
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

  /** Where the encryption field that #encryptionCode read ended. */
  #encryptionEnd = 0;

  /** The code of the label of one of the known encryption values at `from`; -1 when it is none. */
  #encryptionCode(bytes: Uint8Array, from: number): number {
    const end = endOfField(bytes, from);
    this.#encryptionEnd = end;
    if (bytes[end] !== COMMA) return -1;
    for (const { value, label } of ENCRYPTIONS) {
      if (value.length !== end - from) continue;
      let k = 0;
      while (k < value.length && bytes[from + k] === value[k]) k++;
      if (k === value.length) return this.#c.encryption.intern(label);
    }
    return -1;
  }

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
    if (l4 < 0) l4 = codes.protocols[protocol] = c.l4.intern(protocolName(protocol));
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

function columnsOf(flows: TableBuilder) {
  const text = (name: string) => flows.text(name);
  const number = (name: string) => flows.number(name);
  const time = number('TimeGenerated');
  const srcPort = number('SrcPort');
  const destPort = number('DestPort');
  const protocol = number('IpProtocol');
  const packetsOut = number('PacketsSrcToDest');
  const bytesOut = number('BytesSrcToDest');
  const packetsIn = number('PacketsDestToSrc');
  const bytesIn = number('BytesDestToSrc');
  const isStart = flows.bool('IsFlowStart');
  const initiatorKnown = flows.bool('InitiatorKnown');
  return {
    time,
    start: number('FlowStartTime'),
    end: number('FlowEndTime'),
    srcIp: text('SrcIp'),
    destIp: text('DestIp'),
    srcPort,
    destPort,
    protocol,
    l4: text('L4Protocol'),
    direction: text('FlowDirection'),
    status: text('FlowStatus'),
    state: text('FlowState'),
    encryption: text('FlowEncryption'),
    acl: text('AclGroup'),
    rule: text('AclRule'),
    mac: text('MacAddress'),
    observer: text('Observer'),
    target: text('TargetResourceId'),
    flowLog: text('FlowLogResourceId'),
    scope: text('Scope'),
    network: text('Network'),
    subnet: text('Subnet'),
    region: text('Region'),
    source: text('Source'),
    object: text('SourceObject'),
    offset: number('SourceOffset'),
    ingestion: number('IngestionTime'),
    sampling: number('SamplingRate'),
    packetsOut,
    bytesOut,
    packetsIn,
    bytesIn,
    isStart,
    initiatorKnown,
    /** Columns that every row sets. */
    always: [
      time,
      srcPort,
      destPort,
      protocol,
      packetsOut,
      bytesOut,
      packetsIn,
      bytesIn,
      isStart,
      initiatorKnown,
    ],
  };
}
