import { protocolName } from '#core/base/index.ts';
import type { BoolColumn, NumberColumn, TableBuilder, TextColumn } from '#core/batch/index.ts';
import type { DecodeSink, Origin } from '../format.ts';

/** A text column that takes only texts of a short list, by index; each is interned once per dictionary. */
export class ListedTexts {
  readonly #column: TextColumn;
  readonly #texts: readonly string[];
  readonly #codes: Int32Array;

  constructor(column: TextColumn, texts: readonly string[]) {
    this.#column = column;
    this.#texts = texts;
    this.#codes = new Int32Array(texts.length).fill(-1);
  }

  set(row: number, index: number): void {
    let code = this.#codes[index]!;
    if (code < 0) {
      code = this.#column.intern(this.#texts[index]!);
      this.#codes[index] = code;
    }
    this.#column.codes[row] = code;
  }

  forget(): void {
    this.#codes.fill(-1);
  }
}

/** A text column that mostly repeats its last value. */
export class RepeatedText {
  readonly #column: TextColumn;
  #text = '';
  #code = -1;

  constructor(column: TextColumn) {
    this.#column = column;
  }

  set(row: number, text: string): void {
    if (this.#code < 0 || text !== this.#text) {
      this.#text = text;
      this.#code = this.#column.intern(text);
    }
    this.#column.codes[row] = this.#code;
  }

  forget(): void {
    this.#code = -1;
  }
}

const PROTOCOL_NAMES = Array.from({ length: 256 }, (_, number) => protocolName(number));

/** 1 for the protocols whose header begins with ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const HAS_PORTS = new Uint8Array(256);
for (const number of [6, 17, 33, 132, 136]) HAS_PORTS[number] = 1;

export const DIRECTIONS = ['', 'Inbound', 'Outbound'] as const;
export const STATUSES = ['', 'Allowed', 'Denied'] as const;

/** The columns of `Flows` that every one-directional source fills alike, looked up once. */
export class FlowColumns {
  readonly builder: TableBuilder;
  readonly timeGenerated: NumberColumn;
  readonly start: NumberColumn;
  readonly end: NumberColumn;
  readonly srcIp: TextColumn;
  readonly destIp: TextColumn;
  readonly srcPort: NumberColumn;
  readonly destPort: NumberColumn;
  readonly packets: NumberColumn;
  readonly bytes: NumberColumn;
  readonly tcpFlags: NumberColumn;
  readonly samplingRate: NumberColumn;
  readonly initiatorKnown: BoolColumn;
  readonly isFlowStart: BoolColumn;
  readonly additional: TextColumn;
  readonly scope: TextColumn;
  readonly region: TextColumn;
  readonly network: TextColumn;
  readonly subnet: TextColumn;
  readonly observer: TextColumn;
  readonly direction: ListedTexts;
  readonly status: ListedTexts;
  readonly #protocolName: ListedTexts;
  readonly #protocol: NumberColumn;
  readonly #sourceName: string;
  readonly #source: TextColumn;
  readonly #object: TextColumn;
  readonly #offset: NumberColumn;
  readonly #ingested: NumberColumn;
  #origin: Origin = { object: '', offset: 0, context: null, ingestedAt: 0 };
  #filled = 0;
  /** False between units, when rows of the shared builder are other decoders'. */
  #isOpen = false;

  constructor(sink: DecodeSink, source: string) {
    const b = sink.builder('Flows');
    this.builder = b;
    this.timeGenerated = b.number('TimeGenerated');
    this.start = b.number('FlowStartTime');
    this.end = b.number('FlowEndTime');
    this.srcIp = b.text('SrcIp');
    this.destIp = b.text('DestIp');
    this.srcPort = b.number('SrcPort');
    this.destPort = b.number('DestPort');
    this.packets = b.number('PacketsSrcToDest');
    this.bytes = b.number('BytesSrcToDest');
    this.tcpFlags = b.number('TcpFlags');
    this.samplingRate = b.number('SamplingRate');
    this.initiatorKnown = b.bool('InitiatorKnown');
    this.isFlowStart = b.bool('IsFlowStart');
    this.additional = b.text('AdditionalFields');
    this.scope = b.text('Scope');
    this.region = b.text('Region');
    this.network = b.text('Network');
    this.subnet = b.text('Subnet');
    this.observer = b.text('Observer');
    this.direction = new ListedTexts(b.text('FlowDirection'), DIRECTIONS);
    this.status = new ListedTexts(b.text('FlowStatus'), STATUSES);
    this.#protocolName = new ListedTexts(b.text('L4Protocol'), PROTOCOL_NAMES);
    this.#protocol = b.number('IpProtocol');
    this.#sourceName = source;
    this.#source = b.text('Source');
    this.#object = b.text('SourceObject');
    this.#offset = b.number('SourceOffset');
    this.#ingested = b.number('IngestionTime');
    b.onTake(() => {
      this.#fill();
      this.#filled = 0;
    });
    const listed = [this.direction, this.status, this.#protocolName];
    b.onReset(() => {
      for (const column of listed) column.forget();
    });
  }

  /** Makes room for a row, so that codes interned from here on hold until it is begun. */
  reserve(): void {
    if (this.builder.rows === this.builder.capacity) this.builder.flush();
  }

  /** Begins a unit: rows until `endUnit` come from it. */
  beginUnit(origin: Origin): void {
    this.#origin = origin;
    this.#filled = this.builder.rows;
    this.#isOpen = true;
  }

  endUnit(): void {
    this.#fill();
    this.#isOpen = false;
  }

  /** Begins a row; `offset` is that of its record in the uncompressed object. */
  begin(offset: number): number {
    const row = this.builder.begin();
    this.#offset.values[row] = offset;
    return row;
  }

  /** Fills the columns that are equal over the rows of the unit, which is cheaper by runs. */
  #fill(): void {
    if (!this.#isOpen) return;
    const from = this.#filled;
    const to = this.builder.rows;
    this.#filled = to;
    if (to === from) return;
    const { object, ingestedAt } = this.#origin;
    this.#source.codes.fill(this.#source.intern(this.#sourceName), from, to);
    this.#object.codes.fill(this.#object.intern(object), from, to);
    this.#ingested.values.fill(ingestedAt, from, to);
    this.#ingested.present.fill(1, from, to);
    this.#offset.present.fill(1, from, to);
  }

  /**
   * Fills protocol and ports; NaN is unset. A port of 0 is unset for protocols without ports.
   */
  setTransport(row: number, protocol: number, srcPort: number, destPort: number): void {
    let hasPorts = true;
    if (!Number.isNaN(protocol)) {
      this.#protocolName.set(row, protocol);
      this.#protocol.set(row, protocol);
      hasPorts = HAS_PORTS[protocol] === 1;
    }
    if (!Number.isNaN(srcPort) && (hasPorts || srcPort !== 0)) this.srcPort.set(row, srcPort);
    if (!Number.isNaN(destPort) && (hasPorts || destPort !== 0)) this.destPort.set(row, destPort);
  }
}

/** FIN 1, SYN 2, RST 4, ACK 16: the bits of a TCP header's flags that tell who began. */
const SYN = 2;
const SYN_AND_ACK = 18;

/** True when TCP flags OR-ed over one direction hold a SYN and no acknowledged one: its sender opened the connection. */
export function isInitiatorByFlags(tcpFlags: number): boolean {
  return (tcpFlags & SYN_AND_ACK) === SYN;
}

/**
 * Whether a record of one direction is the one that counts as the start of its flow, where nothing states it.
 *
 * With TCP flags: the record that holds the initiator's SYN. Without: the direction from the higher port to the lower
 * one, since clients use high ports, in every window that the flow lasts; both directions when the ports are equal
 * or there are none. So a flow is never missed, an unanswered one included; one that lasts several windows counts once
 * in each.
 */
export function isLikelyStart(
  protocol: number,
  tcpFlags: number,
  srcPort: number,
  destPort: number,
): boolean {
  if (protocol === 6 && !Number.isNaN(tcpFlags)) return isInitiatorByFlags(tcpFlags);
  return !(srcPort < destPort);
}
