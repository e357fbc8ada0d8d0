import { decodeUtf8 } from '#core/base/index.ts';
import { MAX_FIELDS } from './aws-vpc-fields.ts';
import type { Layout } from './aws-vpc-layout.ts';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DASH = 0x2d;
const MAX_DIGITS = 15;

/** The tokens of one line, as places in its bytes. */
export class LineTokens {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  hasControl = false;
  /** Token i is bytes[stops[i] + 1, stops[i + 1]). */
  readonly stops = new Int32Array(MAX_FIELDS + 2);
  /** Of tokens that a layout says are numbers: the number, NaN when it is `-`, -1 when it is none up to 2^53. */
  readonly numbers = new Float64Array(MAX_FIELDS + 2);

  start(i: number): number {
    return this.stops[i]! + 1;
  }

  end(i: number): number {
    return this.stops[i + 1]!;
  }

  isDash(i: number): boolean {
    const end = this.stops[i + 1]!;
    return end - this.stops[i]! === 2 && this.bytes[end - 1] === DASH;
  }

  is(i: number, text: string): boolean {
    const start = this.stops[i]! + 1;
    if (this.stops[i + 1]! - start !== text.length) return false;
    for (let k = 0; k < text.length; k++)
      if (this.bytes[start + k] !== text.charCodeAt(k)) return false;
    return true;
  }

  /** The first 64 bytes of a token as text. */
  text(i: number): string {
    return decodeUtf8(
      this.bytes.subarray(this.start(i), Math.min(this.end(i), this.start(i) + 64)),
    );
  }

  /**
   * Splits the line at `start` and reads its numbers in one pass, when it is just what the layout says: as many tokens,
   * single spaces, no number unset. Returns the index of its newline, which must be there; -1 when it is anything else.
   */
  scan(start: number, layout: Layout): number {
    const { bytes, stops, numbers } = this;
    const { isNumber } = layout;
    const count = isNumber.length;
    let i = start;
    stops[0] = start - 1;
    for (let k = 0; k < count; k++) {
      const from = i;
      if (isNumber[k] === 1) {
        let value = 0;
        let digit = bytes[i]! - 0x30;
        while (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digit = bytes[++i]! - 0x30;
        }
        if (i - from > MAX_DIGITS) return -1;
        numbers[k] = value;
      } else while (bytes[i]! > SPACE) i++;
      if (i === from) return -1;
      stops[k + 1] = i;
      if (bytes[i] === SPACE) i++;
      else if (k < count - 1) return -1;
    }
    if (stops[count] !== i) return -1;
    if (bytes[i] === RETURN) i++;
    if (bytes[i] !== NEWLINE) return -1;
    this.count = count;
    this.hasControl = false;
    return i;
  }

  /** Splits the line at `start` by single spaces; returns the index of its newline, which must be there. */
  split(start: number): number {
    const { bytes, stops } = this;
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
    this.count = end > start ? count : 0;
    this.hasControl = hasControl;
    return i;
  }

  /** Takes the first token away. */
  dropFirst(): void {
    this.stops.copyWithin(0, 1);
    this.count--;
  }

  /** Reads the numbers of a line that was split. */
  readNumbers(layout: Layout): void {
    for (let k = 0; k < layout.isNumber.length; k++)
      if (layout.isNumber[k] === 1) this.numbers[k] = this.#number(k);
  }

  #number(k: number): number {
    if (this.isDash(k)) return Number.NaN;
    const end = this.end(k);
    let i = this.start(k);
    if (end === i || end - i > 16) return -1;
    let value = 0;
    for (; i < end; i++) {
      const digit = this.bytes[i]! - 0x30;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }
}
