import type { TableBuilder } from '#core/batch/index.ts';
import type { AddressCodes } from '../address-codes.ts';
import type { VnetCodes, VnetColumns } from './azure-vnet-columns.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;

/** Microseconds of 1990-01-01 and 2255-01-01, between which instants are believed. */
export const EARLIEST = 631_152_000_000_000;
export const LATEST = 8_993_721_600_000_000;
/** The same for the first nine of thirteen digits of milliseconds. */
const EARLIEST_HIGH = EARLIEST / 1e7;
const LATEST_HIGH = LATEST / 1e7;
/** No plain tuple is longer: 13 + 2 × 45 + 2 × 5 + 3 + 2 + 19 + 4 × 9 digits and letters, 14 commas and quotes. */
const LONGEST_PLAIN = 200;

/** What the loop reads with and writes to. */
export interface PlainTarget {
  readonly flows: TableBuilder;
  readonly columns: VnetColumns;
  readonly codes: VnetCodes;
  readonly src: AddressCodes;
  readonly dest: AddressCodes;
}

/**
 * Reads tuples as Azure writes them, `"…","…"`, as long as they are plain: known addresses, numbers of at most nine
 * digits, a known encryption. Returns where the first that is not begins, for the careful reader.
 *
 * One long function with every array in a local, because this loop is most of the time of a load.
 */
export function readPlainTuples(bytes: Uint8Array, from: number, target: PlainTarget): number {
  const { flows, columns: c, codes, src, dest } = target;
  const { states, unencrypted, encrypted, inbound, outbound, allowed, denied, protocols } = codes;
  const time = c.time.values;
  const start = c.start.values;
  const startPresent = c.start.present;
  const end = c.end.values;
  const endPresent = c.end.present;
  const srcIps = c.srcIp.codes;
  const destIps = c.destIp.codes;
  const srcPorts = c.srcPort.values;
  const destPorts = c.destPort.values;
  const l4s = c.l4.codes;
  const protocolValues = c.protocol.values;
  const directions = c.direction.codes;
  const statuses = c.status.codes;
  const stateCodes = c.state.codes;
  const encryptions = c.encryption.codes;
  const isStarts = c.isStart.values;
  const counters = [
    c.packetsOut.values,
    c.bytesOut.values,
    c.packetsIn.values,
    c.bytesIn.values,
  ] as const;
  const stop = bytes.length - LONGEST_PLAIN;
  let row = flows.rows;
  const { capacity } = flows;
  let at = from;
  while (at < stop && row < capacity && bytes[at] === QUOTE) {
    let p = at + 1;
    // The time in milliseconds has 13 digits until 2286: nine and four, so that both stay 32-bit.
    let high = 0;
    let digit = 0;
    for (let k = 0; k < 9; k++) {
      digit = bytes[p++]! - 48;
      if (digit < 0 || digit > 9) break;
      high = (high * 10 + digit) | 0;
    }
    if (digit < 0 || digit > 9) break;
    let low = 0;
    for (let k = 0; k < 4; k++) {
      digit = bytes[p++]! - 48;
      if (digit < 0 || digit > 9) break;
      low = (low * 10 + digit) | 0;
    }
    if (digit < 0 || digit > 9 || bytes[p] !== COMMA || high < EARLIEST_HIGH || high >= LATEST_HIGH)
      break;

    const srcIp = src.parseField(bytes, p + 1);
    if (srcIp < 0) break;
    const destIp = dest.parseField(bytes, src.end + 1);
    if (destIp < 0) break;
    p = dest.end + 1;

    let srcPort = bytes[p++]! - 48;
    if (srcPort < 0 || srcPort > 9) break;
    for (
      digit = bytes[p++]! - 48;
      digit >= 0 && digit <= 9 && srcPort < 65536;
      digit = bytes[p++]! - 48
    )
      srcPort = srcPort * 10 + digit;
    if (digit !== COMMA - 48 || srcPort > 65535) break;
    let destPort = bytes[p++]! - 48;
    if (destPort < 0 || destPort > 9) break;
    for (
      digit = bytes[p++]! - 48;
      digit >= 0 && digit <= 9 && destPort < 65536;
      digit = bytes[p++]! - 48
    )
      destPort = destPort * 10 + digit;
    if (digit !== COMMA - 48 || destPort > 65535) break;
    let protocol = bytes[p++]! - 48;
    if (protocol < 0 || protocol > 9) break;
    for (
      digit = bytes[p++]! - 48;
      digit >= 0 && digit <= 9 && protocol < 256;
      digit = bytes[p++]! - 48
    )
      protocol = protocol * 10 + digit;
    if (digit !== COMMA - 48 || protocol > 255) break;
    const l4 = protocols[protocol]!;
    if (l4 < 0) break;

    const direction = bytes[p]!;
    const state = bytes[p + 2]!;
    if (
      (direction !== 0x49 && direction !== 0x4f) ||
      bytes[p + 1] !== COMMA ||
      bytes[p + 3] !== COMMA ||
      states[state & 127] === 0 ||
      state > 127
    )
      break;
    p += 4;
    let encryption: number;
    if (bytes[p] === 0x4e && bytes[p + 1] === 0x58 && bytes[p + 2] === COMMA) {
      encryption = unencrypted;
      p += 3;
    } else if (bytes[p] === 0x58 && bytes[p + 1] === COMMA) {
      encryption = encrypted;
      p += 2;
    } else {
      const stopAt = endOfField(bytes, p);
      encryption = encryptionCode(codes, bytes, p, stopAt);
      if (encryption < 0) break;
      p = stopAt + 1;
    }

    let k = 0;
    for (; k < 4; k++) {
      let value = 0;
      const first = p;
      for (digit = bytes[p++]! - 48; digit >= 0 && digit <= 9; digit = bytes[p++]! - 48)
        value = (value * 10 + digit) | 0;
      if (p - first > 10 || digit !== (k < 3 ? COMMA : QUOTE) - 48) break;
      counters[k]![row] = value;
    }
    if (k < 4) break;

    const instant = (high * 10_000 + low) * 1000;
    time[row] = instant;
    srcIps[row] = srcIp;
    destIps[row] = destIp;
    srcPorts[row] = srcPort;
    destPorts[row] = destPort;
    l4s[row] = l4;
    protocolValues[row] = protocol;
    directions[row] = direction === 0x49 ? inbound : outbound;
    stateCodes[row] = states[state]!;
    encryptions[row] = encryption;
    const isDenied = state === 0x44;
    statuses[row] = isDenied ? denied : allowed;
    if (isDenied || state === 0x42) {
      start[row] = instant;
      startPresent[row] = 1;
      isStarts[row] = 1;
    } else isStarts[row] = 0;
    if (isDenied || state === 0x45) {
      end[row] = instant;
      endPresent[row] = 1;
    }
    row++;
    at = p;
    if (bytes[at] !== COMMA) break;
    at++;
  }
  flows.rows = row;
  return at;
}

/** The index of the comma or quote that ends the field at `from`, looking at 64 bytes at most. */
export function endOfField(bytes: Uint8Array, from: number): number {
  let i = from;
  for (const stop = from + 64; i < stop; i++) {
    const c = bytes[i];
    if (c === COMMA || c === QUOTE || c === undefined) break;
  }
  return i;
}

/** The code of the label of one of the known encryption values in bytes[from, to); -1 when it is none. */
function encryptionCode(codes: VnetCodes, bytes: Uint8Array, from: number, to: number): number {
  if (bytes[to] !== COMMA) return -1;
  for (const { value, code } of codes.encryptions) {
    if (value.length !== to - from) continue;
    let k = 0;
    while (k < value.length && bytes[from + k] === value[k]) k++;
    if (k === value.length) return code;
  }
  return -1;
}
