/**
 * Codes of the texts of one field, learnt one by one: IPv4 addresses by their 32 bits, other texts of up to 47 bytes by
 * their bytes. A field ends with a comma. What a text means is not known here: only learnt texts are found, and only an
 * IPv4 address as it is printed (no leading zeros) is taken for one.
 *
 *     table   0 log2 of slots | 4 first slots | 8 slots | 12 count | 16 most, log2      IPv4: key u32, code + 1 u32
 *            20 log2 of slots | 24 first slots | 28 slots | 32 count | 36 most, log2    texts: number of entry + 1, u32
 *            40 entries                                                            entry: text 48 | length u32 | code u32
 *
 * Slots are open-addressing tables, at most half full. A table that grows goes on behind the one before it, so both
 * regions hold twice the slots of the largest.
 */
export const LEAST_LOG: u32 = 10;
const ENTRY: usize = 64;
const COMMA: u8 = 0x2c;
const DOT: u8 = 0x2e;

/** Bytes behind the field found last, its comma included. */
export let fieldEnd: usize = 0;

/** What `matchIpv4` read. */
let address: u32 = 0;

/** The code of the field at `at` plus one; 0 when it is not known. Reads 48 bytes. */
export function findField(table: usize, at: usize): u32 {
  if (!matchIpv4(at)) return findText(table, at);
  const mask = (<u32>1 << load<u32>(table)) - 1;
  const slots = load<usize>(table, 8);
  let h = hashIpv4(address, load<u32>(table));
  let slot = load<u64>(slots + (<usize>h << 3));
  while (slot != 0 && <u32>slot != address) {
    h = (h + 1) & mask;
    slot = load<u64>(slots + (<usize>h << 3));
  }
  return <u32>(slot >> 32);
}

function findText(table: usize, at: usize): u32 {
  const length = lengthAt(at);
  if (length > 47) return 0;
  fieldEnd = at + length + 1;
  const a = part(at, length, 0);
  const b = part(at, length, 16);
  const c = part(at, length, 32);
  const log = load<u32>(table, 20);
  const mask = (<u32>1 << log) - 1;
  const slots = load<usize>(table, 28);
  const entries = load<usize>(table, 40);
  let h = hashText(a, b, c, log);
  let number = load<u32>(slots + (<usize>h << 2));
  while (number != 0) {
    const entry = entries + (<usize>number - 1) * ENTRY;
    const difference = v128.or(
      v128.xor(v128.load(entry), a),
      v128.or(v128.xor(v128.load(entry, 16), b), v128.xor(v128.load(entry, 32), c)),
    );
    if (load<u32>(entry, 48) == <u32>length && !v128.any_true(difference))
      return load<u32>(entry, 52) + 1;
    h = (h + 1) & mask;
    number = load<u32>(slots + (<usize>h << 2));
  }
  return 0;
}

/** Learns the code of the field at `at`, which is not known; false when there is no room or the field is too long. */
export function learnField(table: usize, at: usize, code: u32): bool {
  if (matchIpv4(at)) {
    if (!makeRoom(table, 8)) return false;
    placeIpv4(table, address, code);
    return true;
  }
  const length = lengthAt(at);
  if (length > 47 || !makeRoom(table, 4)) return false;
  // makeRoom has counted the entry.
  const number = load<u32>(table, 32);
  const entry = load<usize>(table, 40) + (<usize>number - 1) * ENTRY;
  v128.store(entry, part(at, length, 0));
  v128.store(entry, part(at, length, 16), 16);
  v128.store(entry, part(at, length, 32), 32);
  store<u32>(entry, <u32>length, 48);
  store<u32>(entry, code, 52);
  placeText(table, number);
  return true;
}

/** Empties a table; also what makes a new one ready. */
export function forgetFields(table: usize): void {
  forget(table, 8);
  forget(table + 20, 4);
}

function forget(half: usize, slotSize: usize): void {
  store<u32>(half, LEAST_LOG);
  store<usize>(half, load<usize>(half, 4), 8);
  store<u32>(half, 0, 12);
  memory.fill(load<usize>(half, 4), 0, slotSize << LEAST_LOG);
}

/** Counts one more in the half of the table with slots of this size, which grows when that makes it half full. */
function makeRoom(table: usize, slotSize: usize): bool {
  const half = slotSize == 8 ? table : table + 20;
  const log = load<u32>(half);
  const count = load<u32>(half, 12);
  if ((count + 1) << 1 > <u32>1 << log) {
    if (log == load<u32>(half, 16)) return false;
    const old = load<usize>(half, 8);
    const size = slotSize << log;
    store<u32>(half, log + 1);
    store<usize>(half, old + size, 8);
    memory.fill(old + size, 0, size << 1);
    if (slotSize == 8) {
      for (let slot = old; slot < old + size; slot += 8)
        if (load<u64>(slot) != 0) placeIpv4(table, load<u32>(slot), load<u32>(slot, 4) - 1);
    } else for (let number: u32 = 1; number <= count; number++) placeText(table, number);
  }
  store<u32>(half, count + 1, 12);
  return true;
}

function placeIpv4(table: usize, key: u32, code: u32): void {
  const log = load<u32>(table);
  const mask = (<u32>1 << log) - 1;
  const slots = load<usize>(table, 8);
  let h = hashIpv4(key, log);
  while (load<u64>(slots + (<usize>h << 3)) != 0) h = (h + 1) & mask;
  store<u64>(slots + (<usize>h << 3), (<u64>(code + 1) << 32) | <u64>key);
}

function placeText(table: usize, number: u32): void {
  const log = load<u32>(table, 20);
  const mask = (<u32>1 << log) - 1;
  const slots = load<usize>(table, 28);
  const entry = load<usize>(table, 40) + (<usize>number - 1) * ENTRY;
  let h = hashText(v128.load(entry), v128.load(entry, 16), v128.load(entry, 32), log);
  while (load<u32>(slots + (<usize>h << 2)) != 0) h = (h + 1) & mask;
  store<u32>(slots + (<usize>h << 2), number);
}

/** Reads an IPv4 address that a comma ends into `address` and sets `fieldEnd`; false when there is none. */
function matchIpv4(at: usize): bool {
  const text = v128.load(at);
  const commas = <u32>i8x16.bitmask(i8x16.eq(text, i8x16.splat(COMMA)));
  if (commas == 0) return false;
  const end = <u32>ctz(commas);
  let dots = <u32>i8x16.bitmask(i8x16.eq(text, i8x16.splat(DOT))) & ((<u32>1 << end) - 1);
  if (popcnt(dots) != 3) return false;
  const first = <u32>ctz(dots);
  dots &= dots - 1;
  const second = <u32>ctz(dots);
  dots &= dots - 1;
  const third = <u32>ctz(dots);
  const a = octet(at, first);
  const b = octet(at + first + 1, second - first - 1);
  const c = octet(at + second + 1, third - second - 1);
  const d = octet(at + third + 1, end - third - 1);
  if ((a | b | c | d) > 255) return false;
  address = (a << 24) | (b << 16) | (c << 8) | d;
  fieldEnd = at + end + 1;
  return true;
}

/** The octet that `length` characters make; more than 255 when they make none. */
function octet(at: usize, length: u32): u32 {
  if (length - 1 > 2) return 256;
  // Digits in the upper bytes, nothing below them: '0' becomes 0, and what is no digit more than 9.
  const digits = (load<u32>(at) ^ 0x30303030) << (32 - (length << 3));
  const wrong = ((digits + 0x06060606) | digits) & 0xf0f0f0f0;
  const value = ((digits >> 8) & 0xff) * 100 + ((digits >> 16) & 0xff) * 10 + (digits >> 24);
  // 0, 10 and 100 are the least numbers of one, two and three digits.
  const least = (<u32>0x640a0000 >> (length << 3)) & 0xff;
  return wrong != 0 || value < least ? 256 : value;
}

/** Bytes before the comma that ends the field at `at`; 48 when there is none among its first 48. */
function lengthAt(at: usize): usize {
  const comma = i8x16.splat(COMMA);
  const commas =
    <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), comma))) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), comma))) << 16) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), comma))) << 32);
  return commas == 0 ? 48 : <usize>ctz(commas);
}

const KEEP = memory.data<u8>(
  [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ],
  16,
);

/** Sixteen bytes of a text from its byte `from` on, with zeros behind its end. */
function part(at: usize, length: usize, from: usize): v128 {
  const kept: usize = length <= from ? 0 : length - from < 16 ? length - from : 16;
  return v128.and(v128.load(at + from), v128.load(KEEP + 16 - kept));
}

function hashIpv4(key: u32, log: u32): u32 {
  return (key * 0x9e3779b1) >> (32 - log);
}

/** The upper bits of a product depend on every bit of its factor: each step folds them down again (splitmix64). */
function hashText(a: v128, b: v128, c: v128, log: u32): u32 {
  let h = mix(i64x2.extract_lane(a, 0));
  h = mix(h ^ i64x2.extract_lane(a, 1));
  h = mix(h ^ i64x2.extract_lane(b, 0));
  h = mix(h ^ i64x2.extract_lane(b, 1));
  h = mix(h ^ i64x2.extract_lane(c, 0));
  h = mix(h ^ i64x2.extract_lane(c, 1));
  return <u32>(<u64>h >> 32) >> (32 - log);
}

function mix(x: i64): i64 {
  x *= <i64>0x9e3779b97f4a7c15;
  x ^= <i64>(<u64>x >> 29);
  x *= <i64>0xbf58476d1ce4e5b9;
  return x ^ <i64>(<u64>x >> 32);
}
