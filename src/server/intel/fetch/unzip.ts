import { crc32, inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** A comment after the end is at most so long. */
const LONGEST_COMMENT = 0xffff;
const MOST_ENTRIES = 1000;

/** Whether bytes begin as a zip archive does, an empty one included. */
export const isZip = (bytes: Buffer): boolean =>
  bytes.length > 3 && (bytes.readUInt32LE(0) === LOCAL || bytes.readUInt32LE(0) === END);

/**
 * The files of a zip archive in the order of its directory, unpacked: stored and deflated ones, with their checksums
 * confirmed. At most `mostBytes` together. Throws RangeError with what is wrong with it: cut short, encrypted, zip64,
 * packed in another way, too large. Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
 */
export function unzip(bytes: Buffer, mostBytes: number): readonly Buffer[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_ENTRIES) throw new RangeError(`it has more than ${MOST_ENTRIES} files`);
  const files: Buffer[] = [];
  let left = mostBytes;
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY)
      throw new RangeError('its directory is damaged');
    const nameBytes = bytes.readUInt16LE(at + 28);
    const isFolder = nameBytes > 0 && bytes[at + ENTRY_BYTES + nameBytes - 1] === 0x2f;
    if (!isFolder) {
      const file = readEntry(bytes, at, left);
      left -= file.length;
      files.push(file);
    }
    at += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}

function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at--)
    if (bytes.readUInt32LE(at) === END) return at;
  throw new RangeError('it ends early');
}

function readEntry(bytes: Buffer, at: number, mostBytes: number): Buffer {
  const method = bytes.readUInt16LE(at + 10);
  const packedBytes = bytes.readUInt32LE(at + 20);
  const sizeBytes = bytes.readUInt32LE(at + 24);
  const local = bytes.readUInt32LE(at + 42);
  if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw new RangeError('it is encrypted');
  if (sizeBytes === 0xffffffff || packedBytes === 0xffffffff || local === 0xffffffff)
    throw new RangeError('it is zip64');
  if (sizeBytes > mostBytes) throw new RangeError('it is too large unpacked');
  if (local + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(local) !== LOCAL)
    throw new RangeError('its directory is damaged');
  const begin =
    local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (begin + packedBytes > bytes.length) throw new RangeError('it ends early');
  const packed = bytes.subarray(begin, begin + packedBytes);
  const file = unpackEntry(packed, method, sizeBytes);
  if (file.length !== sizeBytes || crc32(file) !== bytes.readUInt32LE(at + 16))
    throw new RangeError('a file in it is damaged');
  return file;
}

function unpackEntry(packed: Buffer, method: number, sizeBytes: number): Buffer {
  if (method === 0) return packed;
  if (method !== 8) throw new RangeError(`it is packed by method ${method}`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
  } catch (error) {
    throw new RangeError('a file in it is damaged', { cause: error });
  }
}
