import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileObject, createFileSource } from './file.ts';
import { createRecogniser } from './recognise.ts';
import { type InputObject, ObjectGone, START } from './source.ts';
import { MemoryCheckpoints, readNew } from './testing/in-memory.ts';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'weir-file-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const at = (...names: string[]) => join(folder, ...names);
function put(name: string, content: string | Uint8Array): string {
  const path = at(name);
  fs.mkdirSync(join(path, '..'), { recursive: true });
  fs.writeFileSync(path, content);
  return path;
}
const lines = (from: number, to: number, tag = 'a') =>
  Array.from(
    { length: to - from },
    (_, i) => `${tag} ${from + i} 10.0.0.1 10.0.0.2 ACCEPT OK\n`,
  ).join('');
const never = new AbortController().signal;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function listNames(): Promise<string[]> {
  const objects = await collect(createFileSource({ path: folder }).list(never));
  return objects.map(({ name }) => name.slice(folder.length + 1));
}

async function textOf(object: InputObject, position = 0): Promise<string> {
  const chunks = await collect(object.open({ position, state: null }, never));
  return Buffer.concat(chunks).toString('latin1');
}

describe('listing', () => {
  it('goes level by level, by name', async () => {
    for (const name of ['b/2.log', 'b/10.log', 'a/z/1.log', 'c.log', 'B.log']) put(name, 'x');
    expect(await listNames()).toEqual(['B.log', 'c.log', 'b/10.log', 'b/2.log', 'a/z/1.log']);
  });

  it('passes over hidden, temporary and empty files, and says so', async () => {
    for (const name of ['.hidden', '.git/x', 'a.tmp', 'b.part', 'c~', '#d#', 'e.log.filepart'])
      put(name, 'x');
    put('empty.log', '');
    put('good.log', 'x');
    const source = createFileSource({ path: folder });
    expect((await collect(source.list(never))).length).toBe(1);
    const { skipped } = source.health();
    expect(skipped.hidden?.count).toBe(2);
    expect(skipped.temporary?.count).toBe(5);
    expect(skipped.empty).toEqual({ count: 1, latest: at('empty.log') });
  });

  it('follows symbolic links, but not in circles', async () => {
    put('real/a.log', 'x');
    fs.symlinkSync(at('real'), at('zlink'));
    fs.symlinkSync(folder, at('real', 'up'));
    fs.symlinkSync(at('loop1'), at('loop2'));
    fs.symlinkSync(at('loop2'), at('loop1'));
    fs.symlinkSync(at('nowhere'), at('broken'));
    const source = createFileSource({ path: folder });
    expect((await collect(source.list(never))).map(({ name }) => name)).toEqual([
      at('real', 'a.log'),
    ]);
    expect(source.health().skipped).toMatchObject({
      'symlink-loop': { count: 4 },
      gone: { count: 1 },
    });
  });

  it('does not open what is no file', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const source = createFileSource({ path: folder });
    expect(await collect(source.list(never))).toEqual([]);
    expect(source.health().skipped['not-a-file']?.count).toBe(1);
  });

  it('reads a named pipe that was given by its name, as a stream', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const [object] = await collect(createFileSource({ path: at('pipe') }).list(never));
    const writing = fs.promises.writeFile(at('pipe'), lines(0, 1000));
    expect(object?.hasIdentity).toBe(false);
    expect(object && (await textOf(object))).toBe(lines(0, 1000));
    await writing;
  });

  it('says what is wrong with a path that is not there', async () => {
    const source = createFileSource({ path: at('nothing') });
    await expect(collect(source.list(never))).rejects.toThrow(/There is no file or folder/);
  });
});

describe('reading', () => {
  it('gives chunks of a mebibyte or more in buffers of their own, from any position', async () => {
    const content = Buffer.alloc(5_000_001, 'flow log ');
    const stored = [
      put('plain', content),
      put('gz', gzipSync(content)),
      put('zst', zstdCompressSync(content)),
    ];
    for (const path of stored) {
      const object = createFileObject('s', path, fs.statSync(path), true);
      for (const position of [0, 1, 3_000_000, 5_000_001]) {
        const reading = object.open({ position, state: null }, never);
        const chunks = await collect(reading);
        expect(Buffer.concat(chunks).equals(content.subarray(position))).toBe(true);
        expect(reading.problem).toBeNull();
        for (const chunk of chunks.slice(0, -1))
          expect(chunk.length).toBeGreaterThanOrEqual(1 << 20);
        expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
        for (const { buffer } of chunks) structuredClone(buffer, { transfer: [buffer] });
      }
    }
  });

  it('gives no more than the limit', async () => {
    const content = lines(0, 100_000);
    for (const path of [put('plain', content), put('gz', gzipSync(content))]) {
      const object = createFileObject('s', path, fs.statSync(path), true);
      const chunks = await collect(object.open({ position: 10, state: null }, never, 4096));
      expect(Buffer.concat(chunks).toString()).toBe(content.slice(10, 4106));
    }
  });

  it('goes on with the file that was opened when another takes its name', async () => {
    const content = lines(0, 300_000);
    const path = put('a.log', content);
    const object = createFileObject('s', path, fs.statSync(path), true);
    const chunks: Uint8Array[] = [];
    for await (const chunk of object.open(START, never)) {
      chunks.push(chunk);
      if (chunks.length > 1) continue;
      fs.renameSync(path, at('a.log.1'));
      put('a.log', 'another\n');
    }
    expect(Buffer.concat(chunks).toString()).toBe(content);
  });

  it('ends with the problem that it changed when it is truncated meanwhile', async () => {
    const path = put('a.log', lines(0, 500_000));
    const reading = createFileObject('s', path, fs.statSync(path), true).open(START, never);
    let got = 0;
    for await (const chunk of reading) {
      if (got === 0) fs.truncateSync(path, 100);
      got += chunk.length;
    }
    expect(reading.problem?.code).toBe('changed');
    expect(got).toBeLessThan(lines(0, 500_000).length);
  });

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    const path = put('a.log', 'x');
    fs.chmodSync(path, 0);
    const object = createFileObject('s', path, fs.statSync(path), true);
    await expect(textOf(object)).rejects.toThrow(/may not be read by the user/);
  });

  it('tells that a file is gone', async () => {
    const path = put('a.log', 'x');
    const object = createFileObject('s', path, fs.statSync(path), true);
    fs.rmSync(path);
    await expect(textOf(object)).rejects.toBeInstanceOf(ObjectGone);
  });

  it('gives what is whole of an archive that ends early', async () => {
    const packed = gzipSync(lines(0, 100_000));
    const path = put('a.gz', packed.subarray(0, packed.length - 1000));
    const reading = createFileObject('s', path, fs.statSync(path), true).open(START, never);
    const chunks = await collect(reading);
    expect(lines(0, 100_000).startsWith(Buffer.concat(chunks).toString())).toBe(true);
    expect(reading.problem).toMatchObject({
      code: 'truncated',
      detail: expect.stringContaining('ends early'),
    });
  });

  it('stops when aborted, and leaves no file open', async () => {
    const path = put('a.log', lines(0, 500_000));
    const stop = new AbortController();
    const reading = createFileObject('s', path, fs.statSync(path), true).open(START, stop.signal);
    await expect(
      (async () => {
        for await (const _ of reading) stop.abort(new Error('enough'));
      })(),
    ).rejects.toThrow('enough');
    const open = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [fs.readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return []; // The descriptor of this very listing.
      }
    });
    expect(open).not.toContain(path);
  });
});

/** Follows the folder as the pipeline does and keeps what was new, in order. */
class Following {
  readonly checkpoints = new MemoryCheckpoints();
  readonly got: { name: string; text: string; at: number }[] = [];
  readonly source = createFileSource({ path: folder, pollMs: 50 });
  handed: string[] = [];
  #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  start(): this {
    this.#stop = new AbortController();
    const recogniser = createRecogniser(this.checkpoints);
    const isUntouched = recogniser.untouched(this.source.name);
    const handler = async (object: InputObject, signal: AbortSignal) => {
      this.handed.push(object.name.slice(folder.length + 1));
      const text = await readNew(recogniser, this.checkpoints, object, signal);
      if (text !== '')
        this.got.push({ name: object.name.slice(folder.length + 1), text, at: Date.now() });
    };
    this.#done = this.source.follow(handler, this.#stop.signal, { isUntouched });
    return this;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  get text(): string {
    return this.got.map(({ text }) => text).join('');
  }

  /** Waits until something holds. */
  async until(isSo: () => boolean): Promise<void> {
    for (const end = Date.now() + 8000; !isSo() && Date.now() < end; ) await sleep(10);
    expect(isSo()).toBe(true);
  }

  /** Waits until nothing more can come: some passes go by. */
  async settle(): Promise<void> {
    await sleep(250);
  }
}

describe('following', () => {
  let follow: Following;
  beforeEach(() => {
    follow = new Following();
  });
  afterEach(() => follow.stop());

  it('waits for files, takes them as they come, and reads on as they grow', async () => {
    follow.start();
    await follow.settle();
    expect(follow.source.health()).toMatchObject({ state: 'waiting', objects: 0 });
    put('new/deep/a.log', lines(0, 3));
    await follow.until(() => follow.text === lines(0, 3));
    expect(follow.source.health()).toMatchObject({ state: 'reading', objects: 1, lastError: null });
    for (let i = 3; i < 8; i++) {
      fs.appendFileSync(at('new/deep/a.log'), lines(i, i + 1));
      await follow.until(() => follow.text === lines(0, i + 1));
    }
  });

  it('leaves half a line until its other half is there', async () => {
    follow.start();
    put('a.log', `${lines(0, 3)}a 3 10.0`);
    await follow.until(() => follow.text === lines(0, 3));
    fs.appendFileSync(at('a.log'), '.0.1 10.0.0.2 ACCEPT OK\n');
    await follow.until(() => follow.text === lines(0, 4));
  });

  it('goes on after a restart, reads nothing twice, and does not even open what is untouched', async () => {
    put('a.log', lines(0, 100));
    put('b.log.gz', gzipSync(lines(0, 5000, 'b')));
    follow.start();
    await follow.until(() => follow.got.length === 2);
    await follow.stop();
    fs.appendFileSync(at('a.log'), lines(100, 120));
    follow.handed = [];
    follow.start();
    await follow.until(() => follow.got.length === 3);
    expect(follow.got[2]).toMatchObject({ name: 'a.log', text: lines(100, 120) });
    await follow.settle();
    expect(follow.handed).toEqual(['a.log']);
  });

  it('knows a file that was rotated, packed, moved and copied', async () => {
    put('a.log', lines(0, 200));
    follow.start();
    await follow.until(() => follow.text === lines(0, 200));
    fs.renameSync(at('a.log'), at('a.log.1'));
    put('a.log', lines(500, 510));
    await follow.until(() => follow.text === lines(0, 200) + lines(500, 510));
    put('a.log.1.gz', gzipSync(lines(0, 200)));
    fs.rmSync(at('a.log.1'));
    put('other/copy.zst', zstdCompressSync(lines(500, 510)));
    put('other/copy.log', lines(0, 200));
    await follow.until(() => follow.source.health().objects === 4);
    await follow.settle();
    expect(follow.text).toBe(lines(0, 200) + lines(500, 510));
    expect(follow.checkpoints.size).toBe(2);
  });

  it('takes what a rotated file still gained, once', async () => {
    put('a.log', lines(0, 200));
    follow.start();
    await follow.until(() => follow.text === lines(0, 200));
    fs.renameSync(at('a.log'), at('a.log.1'));
    fs.appendFileSync(at('a.log.1'), lines(200, 205));
    await follow.until(() => follow.text === lines(0, 205));
  });

  it('takes a file that was copied and truncated as a new one', async () => {
    put('a.log', lines(0, 200));
    follow.start();
    await follow.until(() => follow.text === lines(0, 200));
    fs.copyFileSync(at('a.log'), at('a.log.1'));
    fs.truncateSync(at('a.log'), 0);
    fs.appendFileSync(at('a.log'), lines(900, 901));
    await follow.until(() => follow.text === lines(0, 200) + lines(900, 901));
    fs.appendFileSync(at('a.log'), lines(901, 1300));
    await follow.until(() => follow.text === lines(0, 200) + lines(900, 1300));
  });

  it('does not mind that files go away', async () => {
    for (let i = 0; i < 20; i++) put(`${i}.log`, lines(0, 10, `f${i}`));
    follow.start();
    await follow.until(() => follow.got.length === 20);
    for (let i = 0; i < 10; i++) fs.rmSync(at(`${i}.log`));
    await follow.until(() => follow.source.health().objects === 10);
    expect(follow.source.health().state).toBe('reading');
    fs.rmSync(folder, { recursive: true });
    await follow.until(() => follow.source.health().state === 'error');
    expect(follow.source.health().says).toMatch(/There is no file or folder/);
    put('back.log', lines(0, 1, 'back'));
    await follow.until(() => follow.source.health().state === 'reading');
    await follow.until(() => follow.got.length === 21);
  });

  it('waits until an archive that is being copied has arrived', async () => {
    const packed = gzipSync(lines(0, 50_000));
    const seen: string[] = [];
    const stop = new AbortController();
    const source = createFileSource({ path: folder, pollMs: 100 });
    const done = source.follow(async (object) => {
      seen.push(await textOf(object));
      expect(object.isFinal).toBe(true);
    }, stop.signal);
    for (let from = 0; from < packed.length; from += 40_000) {
      fs.appendFileSync(at('a.log.gz'), packed.subarray(from, from + 40_000));
      await sleep(20);
    }
    await follow.until(() => seen.length > 0);
    stop.abort();
    await done;
    expect(seen).toEqual([lines(0, 50_000)]);
  });

  it('takes an archive that never rests after a minute, and reads on in it', async () => {
    let now = Date.now();
    const source = createFileSource({ path: folder, pollMs: 150, clock: () => now * 1000 });
    const checkpoints = new MemoryCheckpoints();
    const recogniser = createRecogniser(checkpoints);
    const stop = new AbortController();
    const seen: { text: string; isFinal: boolean }[] = [];
    const done = source.follow(async (object, signal) => {
      seen.push({
        text: await readNew(recogniser, checkpoints, object, signal),
        isFinal: object.isFinal,
      });
    }, stop.signal);
    let written = '';
    for (let i = 0; seen.length < 2 && i < 1000; i++) {
      const more = lines(i, i + 1);
      fs.appendFileSync(at('a.log.gz'), gzipSync(more));
      written += more;
      await sleep(10);
      if (i % 20 === 19) now += 61_000;
    }
    stop.abort();
    await done;
    expect(seen.map(({ isFinal }) => isFinal)).toEqual([false, false]);
    expect(written.startsWith(seen.map(({ text }) => text).join(''))).toBe(true);
    expect(seen.every(({ text }) => text.length > 0)).toBe(true);
  });

  it('gives an object again when its handler failed, and shows the error until it succeeds', async () => {
    put('a.log', lines(0, 3));
    const stop = new AbortController();
    const source = createFileSource({ path: folder, pollMs: 50 });
    let calls = 0;
    const done = source.follow(async () => {
      if (++calls === 1) throw new Error('the disk is full');
    }, stop.signal);
    await follow.until(() => source.health().state === 'error');
    expect(source.health()).toMatchObject({
      lastError: { message: expect.stringContaining('the disk is full') },
    });
    await follow.until(() => calls === 2 && source.health().state === 'reading');
    stop.abort();
    await done;
  });

  it('never hands out one file twice at once, and stops while handlers work', async () => {
    put('a.log', lines(0, 3));
    const stop = new AbortController();
    const source = createFileSource({ path: folder, pollMs: 20 });
    let [now, most, calls] = [0, 0, 0];
    const done = source.follow(async () => {
      most = Math.max(most, ++now);
      calls++;
      await sleep(150);
      now--;
    }, stop.signal);
    for (let i = 3; i < 40; i++) {
      fs.appendFileSync(at('a.log'), lines(i, i + 1));
      await sleep(15);
    }
    await follow.until(() => calls > 2);
    const began = Date.now();
    stop.abort();
    await done;
    expect(Date.now() - began).toBeLessThan(1000);
    expect([now, most]).toEqual([0, 1]);
  });
});

describe('many files', () => {
  it('reads 5,000 once, finds the one that grows within two seconds, and looks again at little cost', async () => {
    for (let i = 0; i < 5000; i++) put(`d${i % 25}/${i}.log`, lines(i, i + 1));
    const stop = new AbortController();
    const source = createFileSource({ path: folder });
    const checkpoints = new MemoryCheckpoints();
    const recogniser = createRecogniser(checkpoints);
    const got: string[] = [];
    const done = source.follow(
      async (object, signal) => {
        got.push(await readNew(recogniser, checkpoints, object, signal));
      },
      stop.signal,
      { concurrency: 8 },
    );
    for (const end = Date.now() + 15_000; got.length < 5000 && Date.now() < end; ) await sleep(20);
    expect(got.toSorted()).toEqual(
      Array.from({ length: 5000 }, (_, i) => lines(i, i + 1)).toSorted(),
    );
    expect(checkpoints.size).toBe(5000);

    const before = process.cpuUsage();
    await sleep(4000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1); // Two passes; some 0.1 s where nothing else runs.

    const began = Date.now();
    fs.appendFileSync(at('d7/7.log'), lines(77, 78));
    for (const end = Date.now() + 8000; got.length < 5001 && Date.now() < end; ) await sleep(5);
    expect(got[5000]).toBe(lines(77, 78));
    expect(Date.now() - began).toBeLessThan(2500);
    stop.abort();
    await done;
  }, 40_000);
});
