import type { ByteSink } from './byte-sink.ts';

/** Bits that hold the whole numbers 0 to `largest` (up to 2^53). */
export function bitWidth(largest: number): number {
  return largest < 2 ** 32 ? 32 - Math.clz32(largest) : 64 - Math.clz32(Math.floor(largest / 2 ** 32));
}

/**
 * Packs `count` values of `width` bits (0 to 32), least significant bit first; count is a multiple of 8.
 * Source: Parquet, "Encodings", RLE/bit-packing hybrid.
 */
export function packBits(sink: ByteSink, values: Uint32Array, from: number, count: number, width: number): void {
  if (width === 0) return;
  sink.reserve((count * width) / 8 + 8);
  const out = sink.bytes;
  let at = sink.length;
  let buffer = 0;
  let bits = 0;
  if (width <= 25) {
    for (let i = from; i < from + count; i++) {
      // At most 7 + 25 bits are held, so the buffer never overflows 32.
      buffer |= values[i]! << bits;
      bits += width;
      while (bits >= 8) {
        out[at++] = buffer;
        buffer >>>= 8;
        bits -= 8;
      }
    }
  } else {
    for (let i = from; i < from + count; i++) {
      const value = values[i]!;
      let left = width;
      let rest = value;
      while (left > 0) {
        const take = Math.min(8 - bits, left);
        buffer |= (rest & ((1 << take) - 1)) << bits;
        bits += take;
        left -= take;
        rest >>>= take;
        if (bits === 8) {
          out[at++] = buffer;
          buffer = 0;
          bits = 0;
        }
      }
    }
  }
  sink.length = at;
}

const SHORTEST_RUN = 16;
const padded = new Uint32Array(8);

/** The RLE/bit-packing hybrid of `count` values: runs where a value repeats, packed groups of eight elsewhere. */
export function encodeHybrid(sink: ByteSink, values: Uint32Array, count: number, width: number): void {
  let literalFrom = 0;
  let i = 0;
  const literal = (to: number) => {
    const whole = (to - literalFrom) & ~7;
    if (whole > 0) {
      sink.varint((whole / 8) * 2 + 1);
      packBits(sink, values, literalFrom, whole, width);
      literalFrom += whole;
    }
    if (literalFrom < to) {
      // Only the last group of a page may be padded.
      padded.fill(0);
      padded.set(values.subarray(literalFrom, to));
      sink.varint(3);
      packBits(sink, padded, 0, 8, width);
      literalFrom = to;
    }
  };
  while (i < count) {
    const value = values[i]!;
    let end = i + 1;
    while (end < count && values[end] === value) end++;
    // A packed stretch holds whole groups of eight: it borrows from the run that follows it.
    const start = literalFrom + ((i - literalFrom + 7) & ~7);
    if (end - start >= SHORTEST_RUN) {
      if (start > literalFrom) literal(start);
      sink.varint((end - start) * 2);
      for (let bits = 0; bits < width; bits += 8) sink.byte((value >>> bits) & 0xff);
      literalFrom = end;
    }
    i = end;
  }
  if (literalFrom < count) literal(count);
}

/** Definition levels of a nullable flat column as a v1 data page holds them: 4-byte length, then the hybrid of 0 and 1. */
export function encodeDefinitionLevels(sink: ByteSink, nulls: Uint8Array | null, count: number): void {
  const at = sink.length;
  sink.uint32(0);
  if (nulls) {
    const levels = new Uint32Array(count);
    for (let i = 0; i < count; i++) levels[i] = nulls[i]! ^ 1;
    encodeHybrid(sink, levels, count, 1);
  } else {
    sink.varint(count * 2);
    sink.byte(1);
  }
  const length = sink.length - at - 4;
  for (let k = 0; k < 4; k++) sink.bytes[at + k] = length >>> (8 * k);
}

const BLOCK = 128;
const MINIBLOCKS = 4;
const MINIBLOCK = BLOCK / MINIBLOCKS;
const deltas = new Float64Array(BLOCK);
const offsets = new Uint32Array(MINIBLOCK);
const high = new Uint32Array(MINIBLOCK);

/**
 * DELTA_BINARY_PACKED of whole numbers within ±2^52. Source: Parquet, "Encodings", Delta encoding.
 */
export function encodeDeltas(sink: ByteSink, values: Float64Array, count: number): void {
  sink.varint(BLOCK);
  sink.varint(MINIBLOCKS);
  sink.varint(count);
  sink.zigzag(count > 0 ? values[0]! : 0);
  for (let from = 1; from < count; from += BLOCK) {
    const size = Math.min(BLOCK, count - from);
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < size; i++) {
      const delta = values[from + i]! - values[from + i - 1]!;
      deltas[i] = delta;
      if (delta < least) least = delta;
    }
    sink.zigzag(least);
    const used = Math.ceil(size / MINIBLOCK);
    sink.reserve(MINIBLOCKS);
    const widthsAt = sink.length;
    sink.length += MINIBLOCKS;
    for (let m = 0; m < MINIBLOCKS; m++) {
      let width = 0;
      if (m < used) {
        const base = m * MINIBLOCK;
        const stop = Math.min(base + MINIBLOCK, size);
        let largest = 0;
        for (let i = base; i < stop; i++) {
          const offset = deltas[i]! - least;
          deltas[i] = offset;
          if (offset > largest) largest = offset;
        }
        width = bitWidth(largest);
        if (width <= 32) {
          for (let i = base; i < stop; i++) offsets[i - base] = deltas[i]!;
          offsets.fill(0, stop - base);
          packBits(sink, offsets, 0, MINIBLOCK, width);
        } else packWide(sink, base, stop, width);
      }
      sink.bytes[widthsAt + m] = width;
    }
  }
}

/** Packs a miniblock whose offsets need more than 32 bits. */
function packWide(sink: ByteSink, base: number, stop: number, width: number): void {
  for (let i = 0; i < MINIBLOCK; i++) {
    const offset = base + i < stop ? deltas[base + i]! : 0;
    offsets[i] = offset % 2 ** 32;
    high[i] = Math.floor(offset / 2 ** 32);
  }
  let buffer = 0n;
  let bits = 0n;
  for (let i = 0; i < MINIBLOCK; i++) {
    buffer |= ((BigInt(high[i]!) << 32n) | BigInt(offsets[i]!)) << bits;
    bits += BigInt(width);
    while (bits >= 8n) {
      sink.byte(Number(buffer & 0xffn));
      buffer >>= 8n;
      bits -= 8n;
    }
  }
  if (bits > 0n) sink.byte(Number(buffer & 0xffn));
}
