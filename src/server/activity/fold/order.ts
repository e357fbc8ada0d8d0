import type { Rows } from './rows.ts';
import { mix } from './slots.ts';

/** Rows of one bucket, so that what they are folded into stays in the processor's cache. */
const BUCKET_ROWS = 8192;
const MOST_BUCKETS = 1024;

/** Puts rows into others in the order of buckets, by initiator; returns where each bucket ends. */
export function orderRows(rows: Rows, into: Rows, places: Uint32Array): Uint32Array {
  const { count, source } = rows;
  let buckets = 1;
  while (buckets < MOST_BUCKETS && buckets * BUCKET_ROWS < count) buckets *= 2;
  const next = new Uint32Array(buckets);
  const to = places.subarray(0, count);
  for (let row = 0; row < count; row++) {
    const bucket = mix(source[row * 2]!) & (buckets - 1);
    to[row] = bucket;
    next[bucket]! += 1;
  }
  let sum = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    sum += next[bucket]!;
    next[bucket] = sum - next[bucket]!;
  }
  for (let row = 0; row < count; row++) to[row] = next[to[row]!]!++;
  move(rows, to, into);
  return next;
}

function move(rows: Rows, to: Uint32Array, into: Rows): void {
  into.count = rows.count;
  moveBytes(rows.hour, to, into.hour);
  moveBytes(rows.flags, to, into.flags);
  moveShorts(rows.protocol, to, into.protocol);
  moveInstants(rows.at, to, into.at);
  moveHalves(rows.source, to, into.source);
  moveHalves(rows.dest, to, into.dest);
  movePorts(rows.sourcePort, to, into.sourcePort);
  movePorts(rows.port, to, into.port);
  moveNumbers(rows.packets, to, into.packets);
  moveNumbers(rows.bytes, to, into.bytes);
  moveNumbers(rows.packetsBack, to, into.packetsBack);
  moveNumbers(rows.bytesBack, to, into.bytesBack);
  if (!rows.hasMore) return;
  moveInstants(rows.begun, to, into.begun);
  moveInstants(rows.last, to, into.last);
  moveNumbers(rows.from, to, into.from);
  moveNumbers(rows.to, to, into.to);
  moveNumbers(rows.window, to, into.window);
  moveNumbers(rows.rate, to, into.rate);
}

// One function for each type: the compiler makes fast code of a loop over one.
function moveBytes(column: Uint8Array, to: Uint32Array, into: Uint8Array): void {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
}

function moveShorts(column: Uint16Array, to: Uint32Array, into: Uint16Array): void {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
}

function moveInstants(column: Uint32Array, to: Uint32Array, into: Uint32Array): void {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
}

function moveHalves(column: Uint32Array, to: Uint32Array, into: Uint32Array): void {
  for (let row = 0; row < to.length; row++) {
    const place = to[row]! * 2;
    into[place] = column[row * 2]!;
    into[place + 1] = column[row * 2 + 1]!;
  }
}

function movePorts(column: Int32Array, to: Uint32Array, into: Int32Array): void {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
}

function moveNumbers(column: Float64Array, to: Uint32Array, into: Float64Array): void {
  for (let row = 0; row < to.length; row++) into[to[row]!] = column[row]!;
}
