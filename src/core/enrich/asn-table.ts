import { decodeUtf8, encodeUtf8, IpParser, type IpWords } from '#core/base/index.ts';
import { RangeTable, RangeTableBuilder } from './range-table.ts';

/** Shown wherever results of this table are: CC BY 4.0 asks for it. */
export const ASN_ATTRIBUTION =
  'Autonomous systems: RouteViews (routeviews.org), NRO (nro.net) and IP Geolocation by DB-IP (db-ip.com), ' +
  'merged by ip-location-db, CC BY 4.0.';

export interface AutonomousSystem {
  readonly number: number;
  /** Name of the holder. */
  readonly holder: string;
}

const MAGIC = 0x314e5341; // ASN1
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const QUOTE = 0x22;

/** Which autonomous system announces an address. About 12 MiB for the whole internet. */
export class AsnTable {
  readonly #ranges: RangeTable;
  readonly #numbers: Uint32Array;
  /** Holders in UTF-8, one after the other; holder i ends where i+1 begins. */
  readonly #holders: Uint8Array;
  readonly #offsets: Uint32Array;

  private constructor(
    ranges: RangeTable,
    numbers: Uint32Array,
    offsets: Uint32Array,
    holders: Uint8Array,
  ) {
    this.#ranges = ranges;
    this.#numbers = numbers;
    this.#offsets = offsets;
    this.#holders = holders;
  }

  /** Runs of addresses. */
  get size(): number {
    return this.#ranges.size;
  }

  find(words: IpWords): AutonomousSystem | undefined {
    const i = this.#ranges.find(words);
    if (i < 0) return undefined;
    const holder = decodeUtf8(this.#holders.subarray(this.#offsets[i], this.#offsets[i + 1]));
    return { number: this.#numbers[i]!, holder };
  }

  /**
   * Reads `first,last,number,holder` lines: ranges of IPv4 as numbers or text, of IPv6 as text. Lines that are none of
   * these are counted, not fatal. About a second for half a million lines; keep `toBytes` for the next time.
   */
  static fromCsv(files: readonly Uint8Array[]): { table: AsnTable; badLines: number } {
    const builder = new RangeTableBuilder();
    const systems = new Map<string, number>();
    const numbers: number[] = [];
    const holders: string[] = [];
    let badLines = 0;
    const first = new IpParser();
    const last = new IpParser();
    for (const bytes of files) {
      let at = 0;
      while (at < bytes.length) {
        let end = bytes.indexOf(NEWLINE, at);
        if (end < 0) end = bytes.length;
        const comma1 = bytes.indexOf(COMMA, at);
        const comma2 = comma1 < 0 ? -1 : bytes.indexOf(COMMA, comma1 + 1);
        if (end > at) {
          const isRead = comma2 > 0 && comma2 < end && readRange(bytes, at, comma1, comma2);
          if (!isRead) badLines++;
        }
        at = end + 1;

        function readRange(line: Uint8Array, start: number, middle: number, stop: number): boolean {
          const low = parseAddress(first, line, start, middle);
          const high = parseAddress(last, line, middle + 1, stop);
          if (low === 0 || low !== high) return false;
          const rest = decodeUtf8(line.subarray(stop + 1, end)).trimEnd();
          let index = systems.get(rest);
          if (index === undefined) {
            const comma = rest.indexOf(',');
            const number = Number(comma < 0 ? rest : rest.slice(0, comma));
            if (!Number.isInteger(number) || number < 0 || number > 0xffffffff) return false;
            index = numbers.length;
            systems.set(rest, index);
            numbers.push(number);
            holders.push(comma < 0 ? '' : unquote(rest.slice(comma + 1)));
          }
          if (low === 4) builder.addV4(first.v4, last.v4, index);
          else builder.add({ first: first.words, last: last.words }, index);
          return true;
        }
      }
    }
    const encoded = holders.map(encodeUtf8);
    const offsets = new Uint32Array(encoded.length + 1);
    encoded.forEach((holder, i) => {
      offsets[i + 1] = offsets[i]! + holder.length;
    });
    const joined = new Uint8Array(offsets[encoded.length]!);
    encoded.forEach((holder, i) => {
      joined.set(holder, offsets[i]);
    });
    return {
      table: new AsnTable(builder.build(), Uint32Array.from(numbers), offsets, joined),
      badLines,
    };
  }

  /** A file that `fromBytes` reads at the speed of the disk: magic, five lengths, then the arrays, little-endian words. */
  toBytes(): Uint8Array {
    const { v4, v6 } = this.#ranges.parts;
    const arrays = [...v4, ...v6, this.#numbers, this.#offsets];
    const head = Uint32Array.of(
      MAGIC,
      v4[2].length,
      v6[2].length,
      this.#numbers.length,
      this.#holders.length,
    );
    const words = head.length + arrays.reduce((sum, a) => sum + a.length, 0);
    const bytes = new Uint8Array(words * 4 + this.#holders.length);
    const view = new Uint32Array(bytes.buffer, 0, words);
    let at = 0;
    for (const array of [head, ...arrays]) {
      view.set(array, at);
      at += array.length;
    }
    bytes.set(this.#holders, words * 4);
    return bytes;
  }

  /** A view of the bytes, which must stay as they are; undefined when they are not whole. */
  static fromBytes(bytes: Uint8Array): AsnTable | undefined {
    if (bytes.byteOffset % 4 !== 0 || bytes.length < 20) return undefined;
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    const [magic, n4 = 0, n6 = 0, systems = 0, holderBytes = 0] = words;
    const lengths = [n4, n4, n4, n6 * 4, n6 * 4, n6, systems, systems + 1];
    const total = 5 + lengths.reduce((a, b) => a + b, 0);
    if (magic !== MAGIC || total * 4 + holderBytes !== bytes.length) return undefined;
    let at = 5;
    const [a, b, c, d, e, f, numbers, offsets] = lengths.map((length) => {
      at += length;
      return words.subarray(at - length, at);
    });
    const ranges = new RangeTable({ v4: [a!, b!, c!], v6: [d!, e!, f!] });
    return new AsnTable(ranges, numbers!, offsets!, bytes.subarray(total * 4));
  }
}

/** 4, 6 or 0; a bare number is the value of an IPv4 address. */
function parseAddress(parser: IpParser, bytes: Uint8Array, start: number, end: number): 0 | 4 | 6 {
  const kind = parser.parse(bytes, start, end);
  if (kind !== 0 || end - start > 10 || end === start) return kind;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return 0;
    value = value * 10 + digit;
  }
  if (value > 0xffffffff) return 0;
  parser.v4 = value;
  return 4;
}

function unquote(text: string): string {
  return text.charCodeAt(0) === QUOTE ? text.slice(1, -1).replaceAll('""', '"') : text;
}
