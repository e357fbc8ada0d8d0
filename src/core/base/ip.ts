/**
 * IP addresses: parsing from text and bytes, printing by RFC 5952, and the 16-byte form that tables are keyed by.
 *
 * IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2) fold to IPv4 everywhere: one host, one text.
 */

/** An address in 16 bytes as four big-endian words; IPv4 is ::ffff:a.b.c.d. */
export type IpWords = Uint32Array;

const DOT = 0x2e;
const COLON = 0x3a;

/** Reads one address from bytes; the result stays in its fields until the next call, so that nothing is allocated. */
export class IpParser {
  /** The value of an IPv4 address, 0 to 2^32-1. */
  v4 = 0;
  /** The words of an IPv6 address. */
  readonly words: IpWords = new Uint32Array(4);
  readonly #groups = new Uint16Array(8);

  /** Parses bytes[start, end): 4, 6, or 0 when it is no address. */
  parse(bytes: Uint8Array, start: number, end: number): 0 | 4 | 6 {
    const length = end - start;
    if (length < 2 || length > 45) return 0;
    for (let i = start; i < end && i < start + 5; i++)
      if (bytes[i] === COLON) return this.#parse6(bytes, start, end);
    return this.#parse4(bytes, start, end) ? 4 : 0;
  }

  #parse4(bytes: Uint8Array, start: number, end: number): boolean {
    let value = 0;
    let octet = 0;
    let digits = 0;
    let dots = 0;
    for (let i = start; i < end; i++) {
      const c = bytes[i]!;
      if (c === DOT) {
        if (digits === 0 || ++dots > 3) return false;
        value = value * 256 + octet;
        octet = 0;
        digits = 0;
      } else {
        const digit = c - 0x30;
        if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return false;
        octet = octet * 10 + digit;
        if (++digits > 3 || octet > 255) return false;
      }
    }
    if (dots !== 3 || digits === 0) return false;
    this.v4 = value * 256 + octet;
    return true;
  }

  #parse6(bytes: Uint8Array, start: number, end: number): 0 | 4 | 6 {
    const groups = this.#groups;
    let count = 0;
    let gap = -1;
    let i = start;
    if (bytes[i] === COLON) {
      if (bytes[i + 1] !== COLON) return 0;
      gap = 0;
      i += 2;
    }
    while (i < end) {
      let value = 0;
      let digits = 0;
      const begin = i;
      while (i < end) {
        const c = bytes[i]! | 0x20;
        const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : c >= 0x61 && c <= 0x66 ? c - 0x57 : -1;
        if (digit < 0) break;
        value = value * 16 + digit;
        if (++digits > 4) return 0;
        i++;
      }
      if (i < end && bytes[i] === DOT) {
        if (count > 6 || !this.#parse4(bytes, begin, end)) return 0;
        groups[count++] = this.v4 >>> 16;
        groups[count++] = this.v4 & 0xffff;
        i = end;
        break;
      }
      if (digits === 0 || count === 8) return 0;
      groups[count++] = value;
      if (i === end) break;
      if (bytes[i] !== COLON) return 0;
      i++;
      if (i === end) return 0;
      if (bytes[i] === COLON) {
        if (gap >= 0) return 0;
        gap = count;
        i++;
      }
    }
    if (gap < 0 ? count !== 8 : count > 7) return 0;
    if (gap >= 0) {
      const tail = count - gap;
      for (let k = 1; k <= tail; k++) groups[8 - k] = groups[count - k]!;
      for (let k = gap; k < 8 - tail; k++) groups[k] = 0;
    }
    const words = this.words;
    for (let w = 0; w < 4; w++) words[w] = (groups[2 * w]! << 16) | groups[2 * w + 1]!;
    if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
      this.v4 = words[3]!;
      return 4;
    }
    return 6;
  }
}

/** 0 to 2^32-1 as dotted decimal. */
export function printIpv4(v4: number): string {
  return `${v4 >>> 24}.${(v4 >>> 16) & 255}.${(v4 >>> 8) & 255}.${v4 & 255}`;
}

/** Four words as RFC 5952 text; mapped addresses print as IPv4. */
export function printIp(words: IpWords): string {
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return printIpv4(words[3]!);
  const groups: number[] = [];
  for (let w = 0; w < 4; w++) groups.push(words[w]! >>> 16, words[w]! & 0xffff);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) {
      best = i;
      bestLength = j - i;
    }
    if (j > i) i = j;
  }
  const print = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':');
  return best < 0 ? print(0, 8) : `${print(0, best)}::${print(best + bestLength, 8)}`;
}

const shared = new IpParser();
const scratch = new Uint8Array(46);

/** The 16-byte form of an address in text, as fresh words; undefined when it is no address. */
export function parseIp(text: string): IpWords | undefined {
  if (text.length > 45) return undefined;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) return undefined;
    scratch[i] = c;
  }
  switch (shared.parse(scratch, 0, text.length)) {
    case 4:
      return Uint32Array.of(0, 0, 0xffff, shared.v4);
    case 6:
      return shared.words.slice();
    default:
      return undefined;
  }
}

/** The one text of an address (RFC 5952, mapped folded); undefined when it is no address. */
export function canonicalIp(text: string): string | undefined {
  const words = parseIp(text);
  return words && printIp(words);
}
