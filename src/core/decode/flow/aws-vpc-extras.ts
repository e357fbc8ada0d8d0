import { decodeUtf8 } from '#core/base/index.ts';
import type { TextColumn } from '#core/batch/index.ts';
import type { Layout } from './aws-vpc-layout.ts';
import type { LineTokens } from './aws-vpc-tokens.ts';
import { ByteInterner } from './byte-interner.ts';

const SPACE = 0x20;
const SCRATCH_BYTES = 8192;
const LAYOUT_BYTES = 4;
const LONGEST_ADDRESS = 45;
const NUMERIC = new Set(['version', 'traffic_path', 'encryption_status']);

/**
 * AdditionalFields of AWS records: the fields that have no column, as JSON.
 *
 * The text is looked up by a key of bytes, so that it is printed once for each content:
 *
 *     0 layout's id (4) | each extra token and a space | interface's source, if it differs | space | its destination
 */
export class AwsVpcExtras {
  readonly #tokens: LineTokens;
  readonly #interner: ByteInterner;
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  #layout: Layout | undefined;

  constructor(column: TextColumn, tokens: LineTokens) {
    this.#tokens = tokens;
    this.#interner = new ByteInterner(column, (key, start, end) => this.#print(key, start, end));
  }

  forget(): void {
    this.#interner.forget();
  }

  /** The code of the current line's text. */
  code(layout: Layout): number {
    const { bytes, stops } = this.#tokens;
    const { extras } = layout;
    this.#layout = layout;
    let size = LAYOUT_BYTES + 2 * LONGEST_ADDRESS + 1;
    for (let i = 0; i < extras.length; i++) size += stops[extras[i]! + 1]! - stops[extras[i]!]!;
    const key = size <= SCRATCH_BYTES ? this.#scratch : new Uint8Array(size);
    for (let i = 0; i < LAYOUT_BYTES; i++) key[i] = layout.id >>> (8 * i);
    let at = LAYOUT_BYTES;
    for (let i = 0; i < extras.length; i++) {
      const end = stops[extras[i]! + 1]!;
      for (let k = stops[extras[i]!]! + 1; k < end; k++) key[at++] = bytes[k]!;
      key[at++] = SPACE;
    }
    at = this.#appendOther(layout.src, layout.pktSrc, key, at);
    key[at++] = SPACE;
    at = this.#appendOther(layout.dst, layout.pktDst, key, at);
    return this.#interner.code(key, 0, at);
  }

  /** Appends the interface's address when the packet's is given and differs. */
  #appendOther(own: number, packet: number, key: Uint8Array, at: number): number {
    if (own < 0 || packet < 0) return at;
    const { bytes, stops } = this.#tokens;
    const from = stops[own]! + 1;
    const other = stops[packet]! + 1;
    const length = stops[own + 1]! - from;
    let i = 0;
    while (i < length && bytes[from + i] === bytes[other + i]) i++;
    if (i === length && stops[packet + 1]! - other === length) return at;
    if (this.#tokens.isDash(own) || this.#tokens.isDash(packet)) return at;
    const copied = Math.min(length, LONGEST_ADDRESS);
    for (let k = 0; k < copied; k++) key[at + k] = bytes[from + k]!;
    return at + copied;
  }

  #print(key: Uint8Array, start: number, end: number): string {
    const tokens = decodeUtf8(key.subarray(start + LAYOUT_BYTES, end)).split(' ');
    const names = [...this.#layout!.extraNames, 'srcaddr', 'dstaddr'];
    const members = names.flatMap((name, i) => {
      const token = tokens[i] ?? '';
      if (token === '' || token === '-') return [];
      const isNumber = NUMERIC.has(name) && /^(0|[1-9]\d{0,14})$/.test(token);
      // White space inside a value of a Parquet file is printed as U+00A0.
      const value = isNumber ? token : JSON.stringify(token.replaceAll('\u00a0', ' '));
      return [`${JSON.stringify(name)}:${value}`];
    });
    return members.length === 0 ? '' : `{${members.join(',')}}`;
  }
}
