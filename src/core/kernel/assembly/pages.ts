/**
 * The encodings of Parquet's data pages ("Encodings", Apache Parquet). Every function writes at `out` and returns where
 * it ended; up to 8 bytes behind that may be overwritten.
 */

/** Unsigned LEB128. */
function putVarint(out: usize, value: u64): usize {
  while (value >= 0x80) {
    store<u8>(out++, <u8>value | 0x80);
    value >>= 7;
  }
  store<u8>(out, <u8>value);
  return out + 1;
}

function putZigzag(out: usize, value: i64): usize {
  return putVarint(out, <u64>((value << 1) ^ (value >> 63)));
}

/** Packs `count` values of 32 bits into `width` bits each, lowest bit first; a multiple of eight. */
function pack(values: usize, count: u32, width: u32, out: usize): usize {
  if (width == 0) return out;
  let buffer: u64 = 0;
  let bits: u32 = 0;
  const end = values + (<usize>count << 2);
  for (let at = values; at < end; at += 4) {
    buffer |= <u64>load<u32>(at) << bits;
    bits += width;
    if (bits >= 32) {
      store<u32>(out, <u32>buffer);
      out += 4;
      buffer >>= 32;
      bits -= 32;
    }
  }
  store<u32>(out, <u32>buffer);
  return out + (bits >> 3);
}

const SHORTEST_RUN: u32 = 16;
const rest = memory.data(32, 16);

/**
 * The RLE/bit-packing hybrid of `count` values: runs where a value repeats, packed groups of eight elsewhere. `runs`
 * says how often the value changes, plus one: where that is often, looking for runs does not pay.
 */
export function encodeHybrid(values: usize, count: u32, width: u32, runs: u32, out: usize): usize {
  let packedFrom: u32 = 0;
  if (runs * 4 <= count) {
    let i: u32 = 0;
    while (i < count) {
      const end = endOfRun(values, i, count);
      // Packed values come in whole groups of eight: they borrow from the run that follows them.
      const start = packedFrom + ((i - packedFrom + 7) & ~7);
      if (end >= start + SHORTEST_RUN) {
        out = putPacked(values, packedFrom, start, width, out);
        out = putVarint(out, <u64>(end - start) << 1);
        store<u32>(out, load<u32>(values + (<usize>i << 2)));
        out += (width + 7) >> 3;
        packedFrom = end;
      }
      i = end;
    }
  }
  return putPacked(values, packedFrom, count, width, out);
}

function endOfRun(values: usize, from: u32, count: u32): u32 {
  const value = load<u32>(values + (<usize>from << 2));
  let end = from + 1;
  while (end < count && load<u32>(values + (<usize>end << 2)) == value) end++;
  return end;
}

/** Packs values[from, to); only at the end of a page is that no multiple of eight, and then it is padded. */
function putPacked(values: usize, from: u32, to: u32, width: u32, out: usize): usize {
  if (from == to) return out;
  const whole = (to - from) & ~7;
  if (whole > 0) {
    out = putVarint(out, (<u64>(whole >> 3) << 1) | 1);
    out = pack(values + (<usize>from << 2), whole, width, out);
  }
  if (from + whole == to) return out;
  memory.fill(rest, 0, 32);
  memory.copy(rest, values + (<usize>(from + whole) << 2), <usize>(to - from - whole) << 2);
  return pack(rest, 8, width, putVarint(out, 3));
}

/** Definition levels of a nullable flat column as a v1 data page holds them: 4-byte length, one packed run of 0 and 1. */
export function encodeLevels(nulls: usize, count: u32, out: usize): usize {
  const groups = (count + 7) >> 3;
  const start = out;
  out = putVarint(out + 4, (<u64>groups << 1) | 1);
  let i: u32 = 0;
  const lowBits = i8x16.splat(1);
  for (; i + 16 <= count; i += 16) {
    const absent = i8x16.ge_u(v128.load(nulls + i), lowBits);
    store<u16>(out, <u16>~i8x16.bitmask(absent));
    out += 2;
  }
  for (; i < count; i += 8) {
    let bits: u32 = 0;
    for (let k: u32 = 0; k < 8 && i + k < count; k++)
      bits |= <u32>(load<u8>(nulls + i + k) == 0) << k;
    store<u8>(out++, <u8>bits);
  }
  store<u32>(start, <u32>(out - start - 4));
  return out;
}

/** One bit a row that is not null (`nulls` 0: none is), lowest first: PLAIN booleans. */
export function encodeBits(values: usize, nulls: usize, count: u32, out: usize): usize {
  let bits: u32 = 0;
  let byte: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    if (nulls != 0 && load<u8>(nulls + i) != 0) continue;
    byte |= <u32>load<u8>(values + i) << bits;
    if (++bits == 8) {
      store<u8>(out++, <u8>byte);
      bits = 0;
      byte = 0;
    }
  }
  if (bits > 0) store<u8>(out++, <u8>byte);
  return out;
}

/** Whole numbers of up to 2^53, as PLAIN integers of 4 or 8 bytes. */
export function encodeIntegers(values: usize, count: u32, size: u32, out: usize): usize {
  for (let i: usize = 0; i < count; i++) {
    const value = <i64>load<f64>(values + (i << 3));
    if (size == 4) store<i32>(out, <i32>value);
    else store<i64>(out, value);
    out += size;
  }
  return out;
}

const BLOCK: u32 = 128;
const MINIBLOCKS: u32 = 4;
const MINIBLOCK: u32 = BLOCK / MINIBLOCKS;
const deltas = memory.data(1024, 16);
const offsets = memory.data(128, 16);

/** DELTA_BINARY_PACKED of whole numbers within ±2^53. */
export function encodeDeltas(values: usize, count: u32, out: usize): usize {
  out = putVarint(out, BLOCK);
  out = putVarint(out, MINIBLOCKS);
  out = putVarint(out, count);
  out = putZigzag(out, count > 0 ? <i64>load<f64>(values) : 0);
  for (let from: u32 = 1; from < count; from += BLOCK) {
    const size = count - from < BLOCK ? count - from : BLOCK;
    out = putDeltaBlock(values + (<usize>from << 3), size, out);
  }
  return out;
}

function putDeltaBlock(values: usize, size: u32, out: usize): usize {
  let previous = <i64>load<f64>(values - 8);
  let least = i64.MAX_VALUE;
  for (let i: usize = 0; i < size; i++) {
    const value = <i64>load<f64>(values + (i << 3));
    const delta = value - previous;
    previous = value;
    store<i64>(deltas + (i << 3), delta);
    if (delta < least) least = delta;
  }
  // What pads the last miniblock is an offset of zero.
  for (let i: usize = size; i & (MINIBLOCK - 1); i++) store<i64>(deltas + (i << 3), least);
  out = putZigzag(out, least);
  const widths = out;
  store<u32>(widths, 0);
  out += MINIBLOCKS;
  for (let first: u32 = 0; first < size; first += MINIBLOCK) {
    const at = deltas + (<usize>first << 3);
    let all: u64 = 0;
    for (let i: usize = 0; i < MINIBLOCK; i++) {
      const offset = <u64>(load<i64>(at + (i << 3)) - least);
      store<u64>(at + (i << 3), offset);
      store<u32>(offsets + (i << 2), <u32>offset);
      all |= offset;
    }
    const width = 64 - <u32>clz(all);
    store<u8>(widths + first / MINIBLOCK, <u8>width);
    out = width <= 32 ? pack(offsets, MINIBLOCK, width, out) : packWide(at, width, out);
  }
  return out;
}

/** Packs a miniblock of values of 33 to 57 bits. */
function packWide(values: usize, width: u32, out: usize): usize {
  let buffer: u64 = 0;
  let bits: u32 = 0;
  for (let i: usize = 0; i < MINIBLOCK; i++) {
    buffer |= load<u64>(values + (i << 3)) << bits;
    bits += width;
    while (bits >= 8) {
      store<u8>(out++, <u8>buffer);
      buffer >>= 8;
      bits -= 8;
    }
  }
  return out;
}
