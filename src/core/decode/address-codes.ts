import { IpParser, printIp, printIpv4 } from '#core/base/index.ts';
import type { TextColumn } from '#core/batch/index.ts';

/**
 * Interns addresses into a text column by their value, so that the text of each is made once.
 * Open-addressing tables, at most half full; forget() empties them when the column starts a new dictionary.
 */
export class AddressCodes {
  readonly #column: TextColumn;
  readonly #parser = new IpParser();
  #size4 = 1 << 12;
  #count4 = 0;
  #keys4 = new Int32Array(this.#size4);
  /** Code + 1; 0 is a free place. */
  #codes4 = new Int32Array(this.#size4);
  #size6 = 1 << 8;
  #count6 = 0;
  #keys6 = new Uint32Array(this.#size6 * 4);
  #codes6 = new Int32Array(this.#size6);

  constructor(column: TextColumn) {
    this.#column = column;
  }

  forget(): void {
    this.#codes4.fill(0);
    this.#codes6.fill(0);
    this.#count4 = 0;
    this.#count6 = 0;
  }

  /** The code of bytes[start, end); -1 when they are no address. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    let v4 = 0;
    let octet = 0;
    let digits = 0;
    let dots = 0;
    let i = start;
    for (; i < end; i++) {
      const c = bytes[i]! - 0x30;
      if (c >= 0 && c <= 9) {
        if (digits !== 0 && octet === 0) return -1;
        octet = octet * 10 + c;
        digits++;
      } else if (c === -2) {
        if (digits === 0 || octet > 255) return -1;
        v4 = (v4 << 8) | octet;
        octet = 0;
        digits = 0;
        dots++;
      } else break;
    }
    if (i === end && dots === 3 && digits > 0 && octet <= 255) return this.code4((v4 << 8) | octet);
    switch (this.#parser.parse(bytes, start, end)) {
      case 4:
        return this.code4(this.#parser.v4);
      case 6:
        return this.#code6(this.#parser.words);
      default:
        return -1;
    }
  }

  /** Where the field that parseField read ended. */
  end = 0;

  /** The code of the address at `from` that a comma ends; -1 when there is none. Sets `end` to the comma. */
  parseField(bytes: Uint8Array, from: number): number {
    let v4 = 0;
    let octet = 0;
    let digits = 0;
    let dots = 0;
    let i = from;
    for (; ; i++) {
      const c = bytes[i]! - 0x30;
      if (c >= 0 && c <= 9) {
        if (digits !== 0 && octet === 0) return -1;
        octet = octet * 10 + c;
        digits++;
      } else if (c === -2) {
        if (digits === 0 || octet > 255) return -1;
        v4 = (v4 << 8) | octet;
        octet = 0;
        digits = 0;
        dots++;
      } else break;
    }
    this.end = i;
    if (bytes[i] === 0x2c && dots === 3 && digits > 0 && octet <= 255)
      return this.code4((v4 << 8) | octet);
    const stop = Math.min(i + 46, bytes.length);
    while (i < stop && bytes[i] !== 0x2c && bytes[i] !== 0x22) i++;
    this.end = i;
    return bytes[i] === 0x2c ? this.parse(bytes, from, i) : -1;
  }

  /** The code of an IPv4 address given as 0 to 2^32-1, or as the same bits signed. */
  code4(v4: number): number {
    const key = v4 | 0;
    const mask = this.#size4 - 1;
    const keys = this.#keys4;
    const codes = this.#codes4;
    let h = (Math.imul(key, 0x9e3779b1) >>> 12) & mask;
    for (let code = codes[h]!; code !== 0; code = codes[h]!) {
      if (keys[h] === key) return code - 1;
      h = (h + 1) & mask;
    }
    const code = this.#column.append(printIpv4(key));
    keys[h] = key;
    codes[h] = code + 1;
    if (++this.#count4 * 2 > this.#size4) this.#grow4();
    return code;
  }

  #grow4(): void {
    const keys = this.#keys4;
    const codes = this.#codes4;
    this.#size4 *= 2;
    this.#keys4 = new Int32Array(this.#size4);
    this.#codes4 = new Int32Array(this.#size4);
    const mask = this.#size4 - 1;
    for (let i = 0; i < keys.length; i++) {
      if (codes[i] === 0) continue;
      let h = (Math.imul(keys[i]!, 0x9e3779b1) >>> 12) & mask;
      while (this.#codes4[h] !== 0) h = (h + 1) & mask;
      this.#keys4[h] = keys[i]!;
      this.#codes4[h] = codes[i]!;
    }
  }

  #code6(words: Uint32Array): number {
    const mask = this.#size6 - 1;
    const keys = this.#keys6;
    let h = hash6(words, 0) & mask;
    for (let code = this.#codes6[h]!; code !== 0; code = this.#codes6[h]!) {
      const k = h * 4;
      if (
        keys[k] === words[0] &&
        keys[k + 1] === words[1] &&
        keys[k + 2] === words[2] &&
        keys[k + 3] === words[3]
      )
        return code - 1;
      h = (h + 1) & mask;
    }
    const code = this.#column.append(printIp(words));
    keys.set(words, h * 4);
    this.#codes6[h] = code + 1;
    if (++this.#count6 * 2 > this.#size6) this.#grow6();
    return code;
  }

  #grow6(): void {
    const keys = this.#keys6;
    const codes = this.#codes6;
    this.#size6 *= 2;
    this.#keys6 = new Uint32Array(this.#size6 * 4);
    this.#codes6 = new Int32Array(this.#size6);
    const mask = this.#size6 - 1;
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] === 0) continue;
      let h = hash6(keys, i * 4) & mask;
      while (this.#codes6[h] !== 0) h = (h + 1) & mask;
      this.#keys6.set(keys.subarray(i * 4, i * 4 + 4), h * 4);
      this.#codes6[h] = codes[i]!;
    }
  }
}

function hash6(words: Uint32Array, at: number): number {
  let h = Math.imul(words[at]! ^ 0x85ebca6b, 0x9e3779b1);
  h = Math.imul((h >>> 15) ^ h ^ words[at + 1]!, 0x85ebca77);
  h = Math.imul((h >>> 13) ^ h ^ words[at + 2]!, 0xc2b2ae3d);
  h = Math.imul((h >>> 15) ^ h ^ words[at + 3]!, 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}
