import { ByteSink } from '../byte-sink.ts';

/** Bits that hold the whole numbers 0 to `largest` (up to 2^53). */
export function bitWidth(largest: number): number {
  return largest < 2 ** 32
    ? 32 - Math.clz32(largest)
    : 64 - Math.clz32(Math.floor(largest / 2 ** 32));
}

/**
 * Packs `count` values of `width` bits (0 to 32), least significant bit first; count is a multiple of 8.
 * Source: Parquet, "Encodings", RLE/bit-packing hybrid.
 */
export function packBits(
  sink: ByteSink,
  values: Uint32Array,
  from: number,
  count: number,
  width: number,
): void {
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

/**
 * The RLE/bit-packing hybrid of `count` values: runs where a value repeats, packed groups of eight elsewhere.
 * `runs` says how often the value changes, plus one: where that is often, looking for runs does not pay.
 */
export function encodeHybrid(
  sink: ByteSink,
  values: Uint32Array,
  count: number,
  width: number,
  runs: number,
): void {
  if (runs * 4 > count) {
    encodePacked(sink, values, 0, count, width);
    return;
  }
  let packedFrom = 0;
  let i = 0;
  while (i < count) {
    const end = endOfRun(values, i, count);
    // Packed values come in whole groups of eight: they borrow from the run that follows them.
    const start = packedFrom + ((i - packedFrom + 7) & ~7);
    if (end - start >= SHORTEST_RUN) {
      if (start > packedFrom) encodePacked(sink, values, packedFrom, start, width);
      encodeRun(sink, values[i]!, end - start, width);
      packedFrom = end;
    }
    i = end;
  }
  if (packedFrom < count) encodePacked(sink, values, packedFrom, count, width);
}

function endOfRun(values: Uint32Array, from: number, count: number): number {
  const value = values[from]!;
  let end = from + 1;
  while (end < count && values[end] === value) end++;
  return end;
}

function encodeRun(sink: ByteSink, value: number, length: number, width: number): void {
  sink.varint(length * 2);
  for (let bits = 0; bits < width; bits += 8) sink.byte((value >>> bits) & 0xff);
}

/** Packs values[from, to); only at the end of a page is `to - from` no multiple of eight, and then it is padded. */
function encodePacked(
  sink: ByteSink,
  values: Uint32Array,
  from: number,
  to: number,
  width: number,
): void {
  const whole = (to - from) & ~7;
  if (whole > 0) {
    sink.varint((whole / 8) * 2 + 1);
    packBits(sink, values, from, whole, width);
  }
  if (from + whole === to) return;
  padded.fill(0);
  padded.set(values.subarray(from + whole, to));
  sink.varint(3);
  packBits(sink, padded, 0, 8, width);
}

/** Definition levels of a nullable flat column as a v1 data page holds them: 4-byte length, then the hybrid of 0 and 1. */
export function encodeDefinitionLevels(
  sink: ByteSink,
  nulls: Uint8Array | null,
  count: number,
): void {
  if (!nulls) {
    const at = sink.length;
    sink.uint32(0);
    sink.varint(count * 2);
    sink.byte(1);
    sink.bytes[at] = sink.length - at - 4;
    return;
  }
  const groups = Math.ceil(count / 8);
  const header = new ByteSink(8);
  header.varint(groups * 2 + 1);
  sink.uint32(header.length + groups);
  sink.append(header.view());
  packPresence(sink, nulls, count);
}

function packPresence(sink: ByteSink, nulls: Uint8Array, count: number): void {
  sink.reserve(count / 8 + 1);
  const out = sink.bytes;
  let at = sink.length;
  let byte = 0;
  for (let i = 0; i < count; i++) {
    byte |= (nulls[i]! ^ 1) << (i & 7);
    if ((i & 7) === 7) {
      out[at++] = byte;
      byte = 0;
    }
  }
  if (count & 7) out[at++] = byte;
  sink.length = at;
}

const BLOCK = 128;
const MINIBLOCKS = 4;
const MINIBLOCK = BLOCK / MINIBLOCKS;
const deltas = new Float64Array(BLOCK);
const offsets = new Uint32Array(MINIBLOCK);
const high = new Uint32Array(MINIBLOCK);

/**
 * DELTA_BINARY_PACKED of whole numbers within ±2^52 that are no more than 2^51 apart. Source: Parquet, "Encodings", Delta encoding.
 */
export function encodeDeltas(sink: ByteSink, values: Float64Array, count: number): void {
  sink.varint(BLOCK);
  sink.varint(MINIBLOCKS);
  sink.varint(count);
  sink.zigzag(count > 0 ? values[0]! : 0);
  for (let from = 1; from < count; from += BLOCK)
    encodeDeltaBlock(sink, values, from, Math.min(BLOCK, count - from));
}

function encodeDeltaBlock(sink: ByteSink, values: Float64Array, from: number, size: number): void {
  const least = takeDeltas(values, from, size);
  sink.zigzag(least);
  sink.reserve(MINIBLOCKS);
  const widthsAt = sink.length;
  sink.length += MINIBLOCKS;
  for (let m = 0; m < MINIBLOCKS; m++) {
    const base = m * MINIBLOCK;
    let width = 0;
    if (base < size) {
      const stop = Math.min(base + MINIBLOCK, size);
      width = bitWidth(takeOffsets(base, stop, least));
      if (width <= 32) packBits(sink, offsets, 0, MINIBLOCK, width);
      else packWide(sink, base, stop, width);
    }
    sink.bytes[widthsAt + m] = width;
  }
}

/** Fills `deltas`; returns the least. */
function takeDeltas(values: Float64Array, from: number, size: number): number {
  let previous = values[from - 1]!;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < size; i++) {
    const value = values[from + i]!;
    const delta = value - previous;
    previous = value;
    deltas[i] = delta;
    if (delta < least) least = delta;
  }
  return least;
}

/** Makes deltas[base, stop) offsets from the least, and their low 32 bits `offsets`; returns the largest. */
function takeOffsets(base: number, stop: number, least: number): number {
  let largest = 0;
  for (let i = base; i < stop; i++) {
    const offset = deltas[i]! - least;
    deltas[i] = offset;
    offsets[i - base] = offset;
    if (offset > largest) largest = offset;
  }
  offsets.fill(0, stop - base);
  return largest;
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
