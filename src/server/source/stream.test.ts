import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRecogniser } from './recognise.ts';
import { START } from './source.ts';
import { createStdinSource } from './stream.ts';
import { MemoryCheckpoints, readNew } from './testing/in-memory.ts';

const never = new AbortController().signal;
const content = 'flow 10.0.0.1 10.0.0.2\n'.repeat(300_000);

async function* cut(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length)
    yield Buffer.from(bytes.subarray(at, at + length));
}

async function objectOf(stdin: Readable) {
  for await (const object of createStdinSource(stdin).list(never)) return object;
  throw new Error('no object');
}

describe('standard input', () => {
  const packed = {
    plain: Buffer.from(content),
    gzip: gzipSync(content),
    zstd: zstdCompressSync(content),
  };
  it.each(Object.entries(packed))('is read, %s', async (_, bytes) => {
    const object = await objectOf(Readable.from(cut(bytes, 60_000)));
    const reading = object.open(START, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of reading) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(content);
    expect(reading.problem).toBeNull();
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeGreaterThanOrEqual(1 << 20);
  });

  it('comes in single bytes, or not at all', async () => {
    for (const text of ['', 'a', 'ab\n', 'one line\n']) {
      const chunks: Uint8Array[] = [];
      const object = await objectOf(Readable.from(cut(Buffer.from(text), 1)));
      for await (const chunk of object.open(START, never)) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(text);
    }
  });

  it('is handed on while its writer pauses', async () => {
    const stdin = new PassThrough();
    const chunks = (await objectOf(stdin)).open(START, never)[Symbol.asyncIterator]();
    stdin.write('one line\n');
    expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('one line\n');
    stdin.end('another\n');
    expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('another\n');
    expect((await chunks.next()).done).toBe(true);
  });

  it('stops when aborted while it waits', async () => {
    const stop = new AbortController();
    const chunks = (await objectOf(new PassThrough()))
      .open(START, stop.signal)
      [Symbol.asyncIterator]();
    const next = chunks.next();
    await sleep(20);
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });

  it('is cut when it is a damaged archive', async () => {
    const bad = Buffer.from(packed.gzip);
    bad.fill(0x55, bad.length >> 1);
    const reading = (await objectOf(Readable.from(cut(bad, 1000)))).open(START, never);
    let got = 0;
    for await (const chunk of reading) got += chunk.length;
    expect(got).toBeGreaterThan(content.length / 4);
    expect(reading.problem).not.toBeNull();
  });

  it('leaves no checkpoint and is never known', async () => {
    const checkpoints = new MemoryCheckpoints();
    const recogniser = createRecogniser(checkpoints);
    for (let i = 0; i < 2; i++) {
      const object = await objectOf(Readable.from([Buffer.from('line\n')]));
      expect(await readNew(recogniser, checkpoints, object)).toBe('line\n');
    }
    expect(checkpoints.size).toBe(0);
  });
});
