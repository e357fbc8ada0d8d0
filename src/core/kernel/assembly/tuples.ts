import { fieldEnd, findField } from './fields';

const COMMA: u32 = 0x2c;
const QUOTE: u32 = 0x22;
const CLOSE_BRACKET: u32 = 0x5d;

/** Milliseconds of 1990-01-01 and 2255-01-01, between which instants are believed. */
const EARLIEST: u64 = 631_152_000_000;
const LATEST: u64 = 8_993_721_600_000;

/** Where the number read last ended. */
let numberEnd: usize = 0;

/**
 * Reads version 4 tuples of Azure VNet flow logs, `"…","…"`, into columns, as long as they are plain: known fields,
 * numbers of at most eight digits. Returns where the first that is not begins, or what comes after the last.
 *
 * `target` holds, as 32-bit words: 0 the next row, 1 the rows that there are, 2 set to which field is unknown (1 source,
 * 2 destination, 3 encryption, else 0), 3 set to its address, 4 to 6 the tables of these fields, 7 codes of states by
 * letter (256; 0: none), 8 codes of L4Protocol by number (256; -1: none), 9 to 12 codes of Inbound, Outbound, Allowed,
 * Denied, and from 13 on the columns in the order of the stores below. No tuple that begins before `stop` and is plain
 * may reach the end of memory.
 */
export function readTuples(target: usize, from: usize, stop: usize): usize {
  const rows = load<u32>(target, 4);
  const sources = load<usize>(target, 16);
  const destinations = load<usize>(target, 20);
  const encryptions = load<usize>(target, 24);
  const states = load<usize>(target, 28);
  const protocols = load<usize>(target, 32);
  let row = load<u32>(target);
  let at = from;
  let unknown: u32 = 0;
  let p: usize = at;
  while (at < stop && row < rows && load<u8>(at) == QUOTE) {
    p = at + 1;
    const high = load<u64>(p);
    const low = load<u64>(p, 5);
    if ((notDigits(high) | notDigits(low)) != 0 || load<u8>(p, 13) != COMMA) break;
    const ms = ofDigits(high) * 100_000 + (ofDigits(low) % 100_000);
    if (ms < EARLIEST || ms >= LATEST) break;
    p += 14;

    const source = findField(sources, p);
    if (source == 0) {
      unknown = 1;
      break;
    }
    p = fieldEnd;
    const destination = findField(destinations, p);
    if (destination == 0) {
      unknown = 2;
      break;
    }
    const sourcePort = numberAt(fieldEnd, COMMA);
    if (sourcePort > 65535) break;
    const destinationPort = numberAt(numberEnd, COMMA);
    if (destinationPort > 65535) break;
    const protocol = numberAt(numberEnd, COMMA);
    if (protocol > 255) break;
    const l4 = load<i32>(protocols + (<usize>protocol << 2));
    if (l4 < 0) break;
    p = numberEnd;

    const direction = <u32>load<u8>(p);
    const state = <u32>load<u8>(p, 2);
    const stateCode = load<u32>(states + (<usize>state << 2));
    if (direction != 0x49 && direction != 0x4f) break;
    if (stateCode == 0 || load<u8>(p, 1) != COMMA || load<u8>(p, 3) != COMMA) break;
    p += 4;
    const encryption = findField(encryptions, p);
    if (encryption == 0) {
      unknown = 3;
      break;
    }
    const packetsOut = numberAt(fieldEnd, COMMA);
    const bytesOut = numberAt(numberEnd, COMMA);
    const packetsIn = numberAt(numberEnd, COMMA);
    const bytesIn = numberAt(numberEnd, QUOTE);
    // NOT_A_NUMBER is the only value with the upper bit, and it stays where the number began.
    if (<i32>(packetsOut | bytesOut | packetsIn | bytesIn) < 0) break;

    const after = load<u8>(numberEnd);
    if (after != COMMA && after != CLOSE_BRACKET) break;

    const instant = <f64>(ms * 1000);
    const isDenied = state == 0x44;
    const isStart = isDenied || state == 0x42;
    const isEnd = isDenied || state == 0x45;
    putNumber(target, 13, row, instant);
    putNumber(target, 14, row, instant);
    putFlag(target, 15, row, isStart);
    putNumber(target, 16, row, instant);
    putFlag(target, 17, row, isEnd);
    putCode(target, 18, row, source - 1);
    putCode(target, 19, row, destination - 1);
    putNumber(target, 20, row, <f64>sourcePort);
    putNumber(target, 21, row, <f64>destinationPort);
    putCode(target, 22, row, l4);
    putNumber(target, 23, row, <f64>protocol);
    putCode(target, 24, row, load<u32>(target + (direction == 0x49 ? 36 : 40)));
    putCode(target, 25, row, load<u32>(target + (isDenied ? 48 : 44)));
    putCode(target, 26, row, stateCode);
    putCode(target, 27, row, encryption - 1);
    putFlag(target, 28, row, isStart);
    putNumber(target, 29, row, <f64>packetsOut);
    putNumber(target, 30, row, <f64>bytesOut);
    putNumber(target, 31, row, <f64>packetsIn);
    putNumber(target, 32, row, <f64>bytesIn);
    row++;
    at = numberEnd;
    if (after != COMMA) break;
    at++;
  }
  store<u32>(target, row);
  store<u32>(target, unknown, 8);
  store<usize>(target, p, 12);
  return at;
}

function putNumber(target: usize, column: usize, row: u32, value: f64): void {
  store<f64>(load<usize>(target + (column << 2)) + (<usize>row << 3), value);
}

function putCode(target: usize, column: usize, row: u32, code: u32): void {
  store<u32>(load<usize>(target + (column << 2)) + (<usize>row << 2), code);
}

function putFlag(target: usize, column: usize, row: u32, flag: bool): void {
  store<u8>(load<usize>(target + (column << 2)) + <usize>row, <u8>flag);
}

const NOT_A_NUMBER: u32 = 0x80000000;

/** The number of one to eight digits at `at` that `last` ends; NOT_A_NUMBER when there is none. Sets `numberEnd`. */
function numberAt(at: usize, last: u32): u32 {
  const text = load<u64>(at);
  const digits = <usize>ctz(notDigits(text)) >> 3;
  if (digits - 1 > 7 || load<u8>(at + digits) != last) return NOT_A_NUMBER;
  numberEnd = at + digits + 1;
  return <u32>ofDigits(text << (64 - (digits << 3)));
}

/** Of eight characters, first in the lowest byte: zero in the bytes that are digits; carries only reach bytes behind one that is none. */
function notDigits(text: u64): u64 {
  return (
    ((text & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) |
    (((text + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030)
  );
}

/** The number that eight digits make, the first in the lowest byte; zero bytes count as '0'. */
function ofDigits(text: u64): u64 {
  let x = ((text & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  x = ((x & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((x & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}
