import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agrees,
  createTrail,
  headAgrees,
  keyOf,
  keysOf,
  resumeTrail,
  startsAlike,
  TAIL_BYTES,
  trailerLength,
} from './identity.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function trailOf(bytes: Uint8Array) {
  const trail = createTrail();
  trail.append(bytes);
  return trail;
}

/** Lines of a log: numbers, so that no two are the same. */
const log = (lines: number, seed = 0) =>
  Array.from(
    { length: lines },
    (_, i) => `2 account eni-${seed} 10.0.0.${i % 250} ${i} ACCEPT OK\n`,
  ).join('');

describe('keyOf and keysOf', () => {
  it('finds the key of a shorter first commit among the keys of a grown head', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 6000 }), fc.nat(), (bytes, cut) => {
        const covered = 8 + (cut % (bytes.length - 7));
        const head = bytes.subarray(0, 4096);
        expect(keysOf(head)).toContain(keyOf(head.subarray(0, covered), covered));
      }),
    );
  });

  it('is null for what is too short to tell anything', () => {
    expect(keyOf(bytesOf('{"a":1'), 6)).toBeNull();
    expect(keysOf(bytesOf('{"a":1'))).toEqual([]);
  });

  const header = 'version account-id interface-id\n';
  it.each([
    ['with the first record behind a header line', `${header}2 1 eni-1\n`, `${header}2 1 eni-2\n`],
    ['behind comments', `#a\n#b\n${header}2 1 eni-1\n`, `#a\n#b\n${header}2 1 eni-2\n`],
    [
      'of JSON within the first record',
      '{"records":[{"time":"2026-03-04T10:00:00.1Z","flowLogVersion":4}',
      '{"records":[{"time":"2026-03-04T11:00:00.1Z","flowLogVersion":4}',
    ],
  ])('differs %s', (_, a, b) => {
    expect(keyOf(bytesOf(a), a.length)).not.toBe(keyOf(bytesOf(b), b.length));
  });

  it('does not depend on how far the object was read', () => {
    const head = bytesOf(header + log(50));
    const keys = [60, 100, 500, head.length].map((covered) => keyOf(head, header.length + covered));
    expect(new Set(keys).size).toBe(1);
  });
});

describe('a trail', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 8 });

  it('gives the same mark however the bytes are cut', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const cut = createTrail();
        for (const part of parts) cut.append(part);
        expect(cut.mark()).toEqual(trailOf(Buffer.concat(parts)).mark());
      }),
    );
  });

  it('goes on from a mark as if it had never stopped', () => {
    fc.assert(
      fc.property(pieces, pieces, (before, after) => {
        const [a, b] = [Buffer.concat(before), Buffer.concat(after)];
        const head = a.subarray(0, 4096);
        const tail = a.subarray(Math.max(0, a.length - TAIL_BYTES));
        const resumed = resumeTrail(trailOf(a).mark(), head, tail);
        resumed.append(b);
        expect(resumed.mark()).toEqual(trailOf(Buffer.concat([a, b])).mark());
      }),
    );
  });

  it('stays small: less than 8 KiB for a log of 20 MB', () => {
    const trail = createTrail();
    const part = bytesOf(log(20_000));
    for (let i = 0; i < 25; i++) trail.append(part);
    expect(JSON.stringify(trail.mark()).length).toBeLessThan(8192);
  });
});

describe('agrees and headAgrees', () => {
  it('hold for the same beginning and for nothing else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 10_000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, place, flip) => {
          const mark = trailOf(bytes).mark();
          const same = trailOf(bytes.slice());
          expect(agrees(mark, same.crc, same.tail) && headAgrees(same.head, mark)).toBe(true);
          const other = bytes.slice();
          const at = place % bytes.length;
          other[at] = (other[at] ?? 0) ^ flip;
          const changed = trailOf(other);
          expect(agrees(mark, changed.crc, changed.tail)).toBe(false);
        },
      ),
    );
  });
});

describe('trailerLength', () => {
  it.each([
    ['{"records":[{"a":1}]}', 3],
    ['{"records":[{"a":1}\n]\n}\n', 6],
    ['[{"a":1}]', 2],
    ['{"records":[{"flowTuples":["1,2","3,"]}]}', 5],
    [`{"records":[{"flowTuples":["1,2"${'\n    '.repeat(40)}]}]}`, 205],
    ['{"a":{"b":1}}', 0],
    ['line\n', 0],
    ['', 0],
  ])('of %j is %i', (text, length) => {
    expect(trailerLength(bytesOf(text))).toBe(length);
  });
});

describe('startsAlike', () => {
  it('knows every shorter copy of a log, cut anywhere', () => {
    const bytes = bytesOf(log(600));
    const mark = trailOf(bytes).mark();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: bytes.length }), (length) => {
        expect(startsAlike(trailOf(bytes.subarray(0, length)), mark)).toBe(true);
      }),
    );
  });

  it('tells a shorter log with the same head from it, down to its last record', () => {
    const shared = bytesOf(log(200)).subarray(0, 2048);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (a, b) => {
        const long = Buffer.concat([shared, bytesOf(log(Math.max(a, b) + 1, 1))]);
        const short = Buffer.concat([shared, bytesOf(log(Math.min(a, b), 2))]);
        expect(startsAlike(trailOf(short), trailOf(long).mark())).toBe(false);
      }),
    );
  });

  it('tells a file with one record from a longer one with the same header line, even without a newline at its end', () => {
    const header = 'version account-id interface-id srcaddr dstaddr start end action log-status\n';
    const long = `${header}2 1 eni-1 10.0.0.1 10.0.0.2 1772618400 1772618460 ACCEPT OK\n2 1 eni-1 10.0.0.1 10.0.0.2 1772618460 1772618520 ACCEPT OK\n`;
    const other = `${header}2 1 eni-1 10.0.0.1 10.0.0.2 1772619400 1772619460 ACCEPT OK`;
    expect(startsAlike(trailOf(bytesOf(other)), trailOf(bytesOf(long)).mark())).toBe(false);
  });

  it('looks past the closing brackets of a copy made while the log was growing', () => {
    const records = Array.from({ length: 50 }, (_, i) => `{"time":${i},"x":{"flows":[${i}]}}`);
    const whole = `{"records":[${records.join(',')}`;
    const mark = trailOf(bytesOf(whole)).mark();
    const copy = `{"records":[${records.slice(0, 20).join(',')}]}`;
    expect(startsAlike(trailOf(bytesOf(copy)), mark)).toBe(true);
  });
});
