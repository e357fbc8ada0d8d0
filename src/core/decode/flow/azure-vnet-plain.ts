import { decodeLatin1, IpParser, printIp, printIpv4 } from '#core/base/index.ts';
import type { TableBuilder } from '#core/batch/index.ts';
import type { Kernel } from '#core/kernel/index.ts';
import { ENCRYPTION_LABELS } from './azure-resource.ts';
import type { VnetCodes, VnetColumns } from './azure-vnet-columns.ts';

/** Bytes of a unit that are in the kernel's memory at a time: few enough to stay in the processor's cache. */
const WINDOW = 1 << 17;
/** No plain tuple is longer: 13 + 2 × 47 + 2 × 5 + 3 + 2 + 47 + 4 × 8 digits and letters, 14 commas and quotes. */
const LONGEST = 256;
/** Slots of the tables of fields, as powers of two: the first, and the most for IPv4 and for other texts. */
const FIRST_LOG = 10;
const IPV4_LOG = 19;
const TEXT_LOG = 17;
const SMALL_LOG = 10;
const ENTRY = 64;

/** Words of the target that `readTuples` of the kernel works on; see there. */
const ROW = 0;
const ROWS = 1;
const UNKNOWN = 2;
const UNKNOWN_AT = 3;
const TABLES = 4;
const STATES = 7;
const PROTOCOLS = 8;
const CODES = 9;
const COLUMNS = 13;

export interface PlainOptions {
  readonly kernel: Kernel;
  readonly flows: TableBuilder;
  readonly columns: VnetColumns;
}

/**
 * Reads tuples as Azure writes them, as long as they are plain, with the kernel: known fields, numbers of at most eight
 * digits. It learns addresses and encryption values as they come; everything else is for the careful reader.
 */
export class PlainTuples {
  readonly #options: PlainOptions;
  /** Word index of the target. */
  readonly #target: number;
  readonly #tables: readonly number[];
  readonly #window: number;
  #codes: VnetCodes;
  #unit: Uint8Array = new Uint8Array(0);
  /** Where in the unit the window begins, and before where tuples that begin in it are whole in it. */
  #from = 0;
  #stop = 0;

  /** Undefined when the kernel has no room, or does not hold the columns. */
  static open(options: PlainOptions, codes: VnetCodes): PlainTuples | undefined {
    const { kernel, columns } = options;
    const isHeld = columnsInOrder(columns).every((column) => kernel.holds(column));
    return isHeld && kernel.hasRoom(ROOM) ? new PlainTuples(options, codes) : undefined;
  }

  private constructor(options: PlainOptions, codes: VnetCodes) {
    const { kernel, flows, columns } = options;
    const { words } = kernel;
    this.#options = options;
    this.#target = kernel.allocate(64 * 4) / 4;
    this.#window = kernel.allocate(WINDOW + LONGEST);
    this.#tables = [
      openTable(kernel, IPV4_LOG, TEXT_LOG),
      openTable(kernel, IPV4_LOG, TEXT_LOG),
      openTable(kernel, SMALL_LOG, SMALL_LOG),
    ];
    words.set(this.#tables, this.#target + TABLES);
    words[this.#target + ROWS] = flows.capacity;
    words[this.#target + STATES] = kernel.allocate(256 * 4);
    words[this.#target + PROTOCOLS] = kernel.allocate(256 * 4);
    words.set(
      columnsInOrder(columns).map((column) => column.byteOffset),
      this.#target + COLUMNS,
    );
    this.#codes = codes;
    this.restart(codes);
  }

  /** Begins anew when codes got before hold no longer. */
  restart(codes: VnetCodes): void {
    const { kernel } = this.#options;
    const { words } = kernel;
    this.#codes = codes;
    for (const table of this.#tables) kernel.call.forgetFields(table);
    const { inbound, outbound, allowed, denied } = codes;
    words.set([inbound, outbound, allowed, denied], this.#target + CODES);
    words.set(codes.states, words[this.#target + STATES]! / 4);
    this.learnProtocols();
  }

  /** To be called when a protocol was interned. */
  learnProtocols(): void {
    const { words } = this.#options.kernel;
    words.set(this.#codes.protocols, words[this.#target + PROTOCOLS]! / 4);
  }

  /** To be called before the arrays of a unit are read. */
  begin(unit: Uint8Array): void {
    this.#unit = unit;
    this.#from = 0;
    this.#stop = 0;
  }

  /** Reads from unit[from] on; returns where the first tuple that is not plain begins, or what comes after the last. */
  read(from: number): number {
    const { kernel, flows } = this.#options;
    const { words } = kernel;
    const target = this.#target;
    let at = from;
    for (;;) {
      if (at < this.#from || at >= this.#stop) this.#slide(at);
      const shift = this.#window - this.#from;
      words[target + ROW] = flows.rows;
      at = kernel.call.readTuples(target * 4, at + shift, this.#stop + shift) - shift;
      flows.rows = words[target + ROW]!;
      const unknown = words[target + UNKNOWN]!;
      if (unknown > 0) {
        if (!this.#learn(unknown, words[target + UNKNOWN_AT]!)) return at;
      } else if (at < this.#stop || at >= this.#unit.length || flows.rows === flows.capacity)
        return at;
    }
  }

  /** Makes the window begin at unit[at]. Behind the unit's end it holds zeros, which are in no tuple. */
  #slide(at: number): void {
    const { bytes } = this.#options.kernel;
    const part = this.#unit.subarray(at, at + WINDOW);
    bytes.set(part, this.#window);
    bytes.fill(0, this.#window + part.length, this.#window + part.length + LONGEST);
    const end = at + part.length;
    this.#from = at;
    this.#stop = end === this.#unit.length ? end : end - LONGEST;
  }

  /** Learns the field at this address: 1 source, 2 destination, 3 encryption; false when it is not what it should be. */
  #learn(unknown: number, address: number): boolean {
    const { kernel, columns } = this.#options;
    const { bytes } = kernel;
    let end = address;
    while (end < address + 48 && bytes[end] !== 0x2c) end++;
    let code = -1;
    if (unknown === 3) {
      const label = ENCRYPTION_LABELS[decodeLatin1(bytes.subarray(address, end))];
      if (label !== undefined) code = columns.encryption.intern(label);
    } else {
      const column = unknown === 1 ? columns.srcIp : columns.destIp;
      const version = this.#parser.parse(bytes, address, end);
      if (version === 4) code = column.append(printIpv4(this.#parser.v4));
      else if (version === 6) code = column.append(printIp(this.#parser.words));
    }
    return code >= 0 && kernel.call.learnField(this.#tables[unknown - 1]!, address, code) === 1;
  }
  readonly #parser = new IpParser();
}

/** The columns of a tuple in the order in which the kernel knows them. */
function columnsInOrder(c: VnetColumns) {
  return [
    c.time.values,
    c.start.values,
    c.start.present,
    c.end.values,
    c.end.present,
    c.srcIp.codes,
    c.destIp.codes,
    c.srcPort.values,
    c.destPort.values,
    c.l4.codes,
    c.protocol.values,
    c.direction.codes,
    c.status.codes,
    c.state.codes,
    c.encryption.codes,
    c.isStart.values,
    c.packetsOut.values,
    c.bytesOut.values,
    c.packetsIn.values,
    c.bytesIn.values,
  ];
}

const bytesOfTable = (ipv4Log: number, textLog: number) =>
  (16 << ipv4Log) + (8 << textLog) + (ENTRY << (textLog - 1));

/** What one reader allocates, and a little more. */
const ROOM =
  WINDOW + 2 * bytesOfTable(IPV4_LOG, TEXT_LOG) + bytesOfTable(SMALL_LOG, SMALL_LOG) + 16_384;

/** A table of fields as the kernel knows it, without its first `forgetFields`. */
function openTable(kernel: Kernel, ipv4Log: number, textLog: number): number {
  const table = kernel.allocate(44);
  const ipv4 = kernel.allocate(16 << ipv4Log);
  const texts = kernel.allocate(8 << textLog);
  const entries = kernel.allocate(ENTRY << (textLog - 1));
  kernel.words.set(
    [FIRST_LOG, ipv4, ipv4, 0, ipv4Log, FIRST_LOG, texts, texts, 0, textLog, entries],
    table / 4,
  );
  return table;
}
