const MASK = 0xffff_ffff_ffff_ffffn;
const P1 = 0x9e37_79b1_85eb_ca87n;
const P2 = 0xc2b2_ae3d_27d4_eb4fn;
const P3 = 0x1656_67b1_9e37_79f9n;
const P4 = 0x85eb_ca77_c2b2_ae63n;
const P5 = 0x27d4_eb2f_1656_67c5n;

const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;
const round = (acc: bigint, input: bigint): bigint =>
  (rotate((acc + input * P2) & MASK, 31n) * P1) & MASK;

function read(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
  return value;
}

/** XXH64 as a signed 64-bit number. */
export function xxhash64(bytes: Uint8Array, seed: bigint): bigint {
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    let lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK];
    for (; at + 32 <= bytes.length; at += 32)
      lanes = lanes.map((lane, i) => round(lane, read(bytes, at + i * 8, 8)));
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, i) => (sum + rotate(lanes[i]!, by)) & MASK, 0n);
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK;
  } else hash = (seed + P5) & MASK;
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotate(hash ^ round(0n, read(bytes, at, 8)), 27n) * P1 + P4) & MASK;
  for (; at + 4 <= bytes.length; at += 4)
    hash = (rotate(hash ^ ((read(bytes, at, 4) * P1) & MASK), 23n) * P2 + P3) & MASK;
  for (; at < bytes.length; at++)
    hash = (rotate(hash ^ ((BigInt(bytes[at]!) * P5) & MASK), 11n) * P1) & MASK;
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
  return BigInt.asIntN(64, hash ^ (hash >> 32n));
}
