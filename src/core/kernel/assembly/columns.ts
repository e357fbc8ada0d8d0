/** True when `count` values of 32 bits are equal. */
export function isUniform32(values: usize, count: u32): bool {
  const first = i32x4.splat(load<i32>(values));
  const end = values + (<usize>count << 2);
  let at = values;
  for (; at + 16 <= end; at += 16)
    if (v128.any_true(v128.xor(v128.load(at), first))) return false;
  for (; at < end; at += 4) if (load<i32>(at) != load<i32>(values)) return false;
  return true;
}

/** True when `count` values of 64 bits are equal. */
export function isUniform64(values: usize, count: u32): bool {
  const first = load<i64>(values);
  const both = i64x2.splat(first);
  const end = values + (<usize>count << 3);
  let at = values;
  for (; at + 16 <= end; at += 16)
    if (v128.any_true(v128.xor(v128.load(at), both))) return false;
  return at >= end || load<i64>(at) == first;
}

/**
 * Numbers codes in the order they appear, from 1 in `places`, from 0 in `indices`; `used` lists them. `places` is all
 * zero, and is again afterwards. Puts how many were used, and how often the code changes from row to row plus one, into
 * `result`.
 */
export function placeCodes(
  codes: usize,
  rows: u32,
  places: usize,
  indices: usize,
  used: usize,
  result: usize,
): void {
  let runs: u32 = 0;
  let count: u32 = 0;
  let index: u32 = 0;
  let previous: u32 = ~load<u32>(codes);
  for (let i: usize = 0; i < <usize>rows << 2; i += 4) {
    const code = load<u32>(codes + i);
    if (code != previous) {
      previous = code;
      runs++;
      const place = places + (<usize>code << 2);
      index = load<u32>(place);
      if (index == 0) {
        store<u32>(used + (<usize>count << 2), code);
        store<u32>(place, ++count);
        index = count;
      }
    }
    store<u32>(indices + i, index - 1);
  }
  for (let i: usize = 0; i < <usize>count << 2; i += 4)
    store<u32>(places + (<usize>load<u32>(used + i) << 2), 0);
  store<u32>(result, count);
  store<u32>(result, runs, 4);
}

/** Copies the values that are not null; returns how many. `out` has room for all. */
export function compact(values: usize, nulls: usize, rows: u32, out: usize): u32 {
  let at = out;
  for (let i: usize = 0; i < rows; i++) {
    store<u64>(at, load<u64>(values + (i << 3)));
    at += <usize>(load<u8>(nulls + i) ^ 1) << 3;
  }
  return <u32>((at - out) >> 3);
}

/** Puts lowest, highest (f64), and how often the value changes plus one (u32), into `result`; count is at least 1. */
export function measure(values: usize, count: u32, result: usize): void {
  let least = load<f64>(values);
  let most = least;
  let low = f64x2.splat(least);
  let high = low;
  let changes = i64x2.splat(0);
  const end = values + (<usize>count << 3);
  let at = values + 8;
  for (; at + 16 <= end; at += 16) {
    const here = v128.load(at);
    low = f64x2.pmin(low, here);
    high = f64x2.pmax(high, here);
    changes = i64x2.sub(changes, f64x2.ne(here, v128.load(at - 8)));
  }
  let runs = <u32>(i64x2.extract_lane(changes, 0) + i64x2.extract_lane(changes, 1)) + 1;
  const lowOther = f64x2.extract_lane(low, 1);
  const highOther = f64x2.extract_lane(high, 1);
  least = f64x2.extract_lane(low, 0);
  most = f64x2.extract_lane(high, 0);
  if (lowOther < least) least = lowOther;
  if (highOther > most) most = highOther;
  if (at < end) {
    const last = load<f64>(at);
    if (last != load<f64>(at - 8)) runs++;
    if (last < least) least = last;
    if (last > most) most = last;
  }
  store<f64>(result, least);
  store<f64>(result, most, 8);
  store<u32>(result, runs, 16);
}

/**
 * Indices of whole values, numbered in the order they appear; `entries` lists the values. `direct` has a word for each
 * whole number from `least` to the largest value, is all zero, and is again afterwards. Gives up above `limit` entries;
 * returns how many there are.
 */
export function placeValues(
  values: usize,
  count: u32,
  least: f64,
  limit: u32,
  direct: usize,
  indices: usize,
  entries: usize,
): u32 {
  let found: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    const value = load<f64>(values + (i << 3));
    const place = direct + (<usize>(<u32>(value - least)) << 2);
    let index = load<u32>(place);
    if (index == 0) {
      store<f64>(entries + (<usize>found << 3), value);
      store<u32>(place, ++found);
      if (found > limit) break;
      index = found;
    }
    store<u32>(indices + (i << 2), index - 1);
  }
  for (let i: u32 = 0; i < found; i++) {
    const value = load<f64>(entries + (<usize>i << 3));
    store<u32>(direct + (<usize>(<u32>(value - least)) << 2), 0);
  }
  return found;
}

/** Where runs of equal values end, as row numbers in `ends`; returns how many runs there are. */
export function findRuns(values: usize, count: u32, ends: usize): u32 {
  let runs: usize = 0;
  for (let i: u32 = 1; i < count; i++) {
    const at = values + (<usize>i << 3);
    if (load<f64>(at) == load<f64>(at - 8)) continue;
    store<u32>(ends + (runs++ << 2), i);
  }
  store<u32>(ends + (runs << 2), count);
  return <u32>runs + 1;
}

/** The indices of rows whose runs end at `ends` and have these `places`. */
export function fillRuns(ends: usize, places: usize, runs: u32, indices: usize): void {
  let row: u32 = 0;
  for (let run: usize = 0; run < runs; run++) {
    const end = load<u32>(ends + (run << 2));
    const place = load<u32>(places + (run << 2));
    for (; row < end; row++) store<u32>(indices + (<usize>row << 2), place);
  }
}
