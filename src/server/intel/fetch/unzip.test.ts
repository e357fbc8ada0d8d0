import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isZip, unzip } from './unzip.ts';

/** An archive by APPNOTE.TXT: local headers with their files, the directory, the end. */
function zip(
  files: Readonly<Record<string, string>>,
  more: { readonly method?: number; readonly flags?: number; readonly comment?: string } = {},
): Buffer {
  const { method = 8, flags = 0, comment = '' } = more;
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const plain = Buffer.from(text);
    const packed = method === 0 ? plain : deflateRawSync(plain);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(flags, 2);
    head.writeUInt16LE(method, 4);
    head.writeUInt32LE(crc32(plain), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(plain.length, 18);
    head.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), head, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    entries.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), head, tail, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)]);
}

const texts = (bytes: Buffer, most = 1e6) => unzip(bytes, most).map(String);

describe('a zip archive', () => {
  it('gives its files, stored and deflated, and no folders', () => {
    const files = { 'full.csv': 'a,b\n'.repeat(1000), 'more/': '', 'more/x.txt': 'x' };
    for (const method of [0, 8]) {
      const archive = zip(files, { method, comment: 'made by PK\u0005\u0006 hand' });
      expect(isZip(archive)).toBe(true);
      expect(texts(archive)).toEqual(['a,b\n'.repeat(1000), 'x']);
    }
    expect(texts(zip({}))).toEqual([]);
    expect(isZip(Buffer.from('PK is a text'))).toBe(false);
  });

  it('is refused with the reason', () => {
    const archive = zip({ a: 'text '.repeat(100) });
    expect(() => unzip(archive, 499)).toThrow('too large');
    expect(() => unzip(zip({ a: 'x' }, { flags: 1 }), 1e6)).toThrow('encrypted');
    expect(() => unzip(zip({ a: 'x' }, { method: 12 }), 1e6)).toThrow('method 12');
    expect(() => unzip(Buffer.from('PK\u0003\u0004'), 1e6)).toThrow('ends early');
    const two = zip({ a: 'x'.repeat(60), b: 'y'.repeat(60) });
    expect(() => unzip(two, 100)).toThrow('too large');
  });

  it('never gives what is damaged, wherever the damage is', () => {
    const files = { a: 'the first file', b: 'and the second' };
    const archive = zip(files, { method: 0 });
    for (let at = 0; at < archive.length; at++) {
      const damaged = Buffer.from(archive);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      let found: readonly string[];
      try {
        found = texts(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        continue;
      }
      for (const text of found) expect(Object.values(files)).toContain(text);
    }
    for (let length = 0; length < archive.length; length++)
      expect(() => unzip(archive.subarray(0, length), 1e6)).toThrow(RangeError);
  });
});
