/** Against Azurite, Microsoft's own emulator. */
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AzureLogin } from '#server/azure/index.ts';
import { type Azurite, installAzurite, startAzurite } from '../../../test/azurite/start.ts';
import { azureAgent } from './azure-agent.ts';
import { createAzureSource } from './azure-source.ts';
import { createRecogniser } from './recognise.ts';
import type { InputObject, Source } from './source.ts';
import { AzureWriter, hourPath } from './testing/azure-writer.ts';
import { MemoryCheckpoints, readNew } from './testing/in-memory.ts';

const missing = await installAzurite();
if (missing !== null) process.stderr.write(`skipped: ${missing}\n`);

let azurite: Azurite;
let writer: AzureWriter;
let containers = 0;
beforeAll(async () => {
  if (missing === null) azurite = await startAzurite();
}, 60_000);
afterAll(() => azurite?.stop());
beforeEach(async () => {
  if (missing === null) writer = await AzureWriter.create(azurite, `logs-${++containers}`);
});

const NOW = Date.UTC(2026, 2, 4, 10, 20);
const HOUR = 3_600_000;
const never = new AbortController().signal;

const by = (kind: AzureLogin['kind'], secret: string): AzureLogin => ({
  kind,
  secret: () => secret,
});
const open = (more: Partial<Parameters<typeof createAzureSource>[0]> = {}): Source =>
  createAzureSource({
    container: writer.url,
    login: by('accountKey', azurite.key),
    pollMs: 60,
    clock: () => clock * 1000,
    ...more,
  });
/** What the clock of the sources shows, ms; stands still unless a test moves it. */
let clock = NOW;
beforeEach(() => {
  clock = NOW;
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function textOf(object: InputObject | undefined): Promise<string> {
  const chunks = object ? await collect(object.open({ position: 0, state: null }, never)) : [];
  return Buffer.concat(chunks).toString('latin1');
}

class Following {
  readonly got: { name: string; text: string }[] = [];
  readonly source: Source;
  readonly checkpoints: MemoryCheckpoints;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  handed = 0;

  constructor(checkpoints = new MemoryCheckpoints(), source = open()) {
    this.checkpoints = checkpoints;
    this.source = source;
    const recogniser = createRecogniser(checkpoints);
    const isUntouched = recogniser.untouched(source.name);
    const handler = async (object: InputObject, signal: AbortSignal) => {
      this.handed++;
      const text = await readNew(recogniser, checkpoints, object, signal);
      if (text !== '') this.got.push({ name: object.name, text });
    };
    this.#done = source.follow(handler, this.#stop.signal, { isUntouched });
  }

  get text(): string {
    return this.got.map(({ text }) => text).join('');
  }

  async until(isSo: () => boolean): Promise<void> {
    for (const end = Date.now() + 15_000; !isSo() && Date.now() < end; ) await sleep(10);
    expect(isSo(), JSON.stringify([this.source.health(), this.got])).toBe(true);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

it('leaves the connection to a proxy that is named, and is guarded otherwise', () => {
  expect(azureAgent({ https_proxy: 'http://proxy.example:3128' })).toBeUndefined();
  const agent = azureAgent({ PATH: '/bin' });
  expect(() => agent?.(new URL('https://169.254.169.254/'))).toThrow(/leads to an address/);
  expect(agent?.(new URL('https://10.1.2.3/'))).toBeInstanceOf(Agent);
});

describe.skipIf(missing !== null)('a container as Azure writes it', () => {
  it('is followed block by block, each record once, while the list of blocks grows before its closing', async () => {
    const blob = writer.log(hourPath(NOW));
    const follow = new Following();
    await sleep(150);
    expect(follow.source.health().state).toBe('waiting');
    await blob.create();
    for (let minute = 0; minute < 5; minute++) {
      const text = await blob.append(3);
      await follow.until(() => follow.text.endsWith(text));
    }
    await follow.stop();
    expect(follow.text).toBe(blob.written);
    const [checkpoint] = follow.checkpoints.checkpoints();
    expect(checkpoint).toMatchObject({
      object: `az://${azurite.account}/${writer.name}/${hourPath(NOW)}`,
      position: blob.written.length,
      state: { source: { blocks: 6, etag: expect.stringMatching(/^"?0x/) } },
    });
    expect(follow.checkpoints.size).toBe(1);
  });

  it('reads nothing twice after a restart, and what came meanwhile once', async () => {
    const [a, b] = [writer.log(hourPath(NOW)), writer.log(hourPath(NOW - HOUR))];
    for (const blob of [a, b]) {
      await blob.create();
      await blob.append(4);
    }
    const first = new Following();
    await first.until(() => first.got.length === 2);
    await first.stop();
    const more = await a.append(2);
    const second = new Following(first.checkpoints);
    await second.until(() => second.got.length === 1);
    await sleep(200);
    await second.stop();
    expect(second.text).toBe(more);
    expect(second.handed).toBe(1);
  });

  it('takes blocks that come late to the hour before, to yesterday, and flow logs that are new', async () => {
    const [now, before, yesterday] = [NOW, NOW - HOUR, NOW - 23 * HOUR].map((at) =>
      writer.log(hourPath(at)),
    );
    for (const blob of [now, before, yesterday]) {
      await blob?.create();
      await blob?.append(1);
    }
    const follow = new Following();
    await follow.until(() => follow.got.length === 3);
    const late = await before?.append(1);
    await follow.until(() => follow.got.length === 4);
    expect(follow.got[3]?.text).toBe(late);
    const later = await yesterday?.append(1);
    const other = writer.log(hourPath(NOW, 'OTHER'));
    await other.create();
    const fresh = await other.append(1);
    await follow.until(() => follow.got.length === 6);
    await follow.stop();
    expect(
      follow.got
        .slice(4)
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual([later, `{"records":[${fresh}`].toSorted());
  });

  it('finds the next hour’s blob when the clock moves on', async () => {
    const blob = writer.log(hourPath(NOW));
    await blob.create();
    await blob.append(1);
    const follow = new Following();
    await follow.until(() => follow.got.length === 1);
    clock = NOW + HOUR;
    const next = writer.log(hourPath(clock));
    await next.create();
    await next.append(2);
    await follow.until(() => follow.text === blob.written + next.written);
    expect(follow.source.health().state).toBe('reading');
    await follow.stop();
  });

  it('says that blocks are late', async () => {
    const blob = writer.log(hourPath(NOW));
    await blob.create();
    await blob.append(1);
    clock = Date.now();
    const follow = new Following();
    await follow.until(() => follow.source.health().state === 'reading');
    clock = Date.now() + 30 * 60_000;
    await follow.until(() => follow.source.health().state === 'late');
    expect(follow.source.health().says).toMatch(/30 minutes old.*keys are renewed/);
    await follow.stop();
  });

  it('is read whole by list, and the copy on a disk is known then', async () => {
    const blob = writer.log(hourPath(NOW));
    await blob.create();
    await blob.append(200);
    const checkpoints = new MemoryCheckpoints();
    const recogniser = createRecogniser(checkpoints);
    const objects = await collect(open().list(never));
    expect(objects.map(({ isFinal, sizeBytes }) => ({ isFinal, sizeBytes }))).toEqual([
      { isFinal: true, sizeBytes: blob.written.length + 2 },
    ]);
    for (const object of objects)
      expect(await readNew(recogniser, checkpoints, object)).toBe(blob.written);
    await writer.put('copies/PT1H.json', `${blob.written}]}`);
    await writer.put('copies/PT1H.json.gz', gzipSync(`${blob.written}]}`));
    const copies = await collect(open({ prefix: 'copies/' }).list(never));
    expect(copies.length).toBe(2);
    for (const object of copies) expect(await readNew(recogniser, checkpoints, object)).toBe('');
  });

  it('goes on when the blob grows between the list of blocks and the read', async () => {
    const blob = writer.log(hourPath(NOW));
    await blob.create();
    await blob.append(20_000); // Several ranged reads.
    await blob.append(20_000);
    const [object] = await collect(open().list(never));
    let text = '';
    for await (const chunk of object?.open({ position: 0, state: null }, never) ?? []) {
      if (text === '') await blob.append(1);
      text += Buffer.from(chunk).toString('latin1');
    }
    expect(text.length).toBeGreaterThan(8 << 20);
    expect(blob.written.startsWith(text)).toBe(true);
  });

  it('ends with the problem that it changed when the blob is replaced while it is read', async () => {
    const name = hourPath(NOW);
    await writer.put(name, Buffer.alloc(20 << 20, 'first '));
    const [object] = await collect(open().list(never));
    const reading = object?.open({ position: 0, state: null }, never);
    let seen = 0;
    for await (const chunk of reading ?? []) {
      if (seen === 0) await writer.put(name, Buffer.alloc(21 << 20, 'second'));
      seen += chunk.length;
    }
    expect(reading?.problem?.code).toBe('changed');
    expect(seen).toBeLessThan(20 << 20);
  });
});

describe.skipIf(missing !== null)('other blobs', () => {
  it('are read by their bytes: put whole, appended to, packed', async () => {
    await writer.put('a/plain.log', 'one 10.0.0.1 10.0.0.2\ntwo 10.0.0.1\n');
    await writer.put('b.log.gz', gzipSync('three 10.0.0.1 10.0.0.2\n'));
    await writer.put('empty.log', '');
    await writer.append('c.log', 'four 10.0.0.1 10.0.0.2\n');
    const follow = new Following();
    await follow.until(() => follow.got.length === 3);
    await writer.append('c.log', 'five 10.0.0.1 10.0.0.2\nsi');
    await follow.until(() => follow.got.length === 4);
    await writer.append('c.log', 'x 10.0.0.1\n');
    await follow.until(() => follow.got.length === 5);
    await follow.stop();
    expect(follow.got.slice(3).map(({ text }) => text)).toEqual([
      'five 10.0.0.1 10.0.0.2\n',
      'six 10.0.0.1\n',
    ]);
    expect(follow.source.health().skipped.empty?.count).toBe(1);
  });

  it('are listed page by page, from a prefix on', async () => {
    await writer.putMany(
      25,
      (i) => `p/${i}.log`,
      (i) => `${i}\n`,
    );
    await writer.put('q.log', 'x\n');
    const objects = await collect(open({ prefix: 'p/', pageNames: 10 }).list(never));
    expect(objects.length).toBe(25);
    expect(await textOf(objects[0])).toBe('0\n');
  });
});

describe.skipIf(missing !== null)('the login', () => {
  const first = async (more: Partial<Parameters<typeof createAzureSource>[0]>) => {
    const objects = await collect(open(more).list(never));
    return textOf(objects[0]);
  };
  beforeEach(() => writer.put('a.log', 'line\n'));

  it('by account key', async () => {
    expect(await first({ login: by('accountKey', azurite.key) })).toBe('line\n');
  });
  it('by connection string, with the container’s name alone', async () => {
    const login = by('connectionString', azurite.connectionString);
    expect(await first({ container: writer.name, login })).toBe('line\n');
  });
  it('by SAS, with and without its question mark', async () => {
    clock = Date.now();
    const sas = writer.sas('rl', clock + HOUR);
    expect(await first({ login: by('sas', sas) })).toBe('line\n');
    expect(await first({ login: by('sas', `?${sas}`) })).toBe('line\n');
  });

  const failures: [string, () => Partial<Parameters<typeof createAzureSource>[0]>, RegExp][] = [
    [
      'a wrong key',
      () => ({ login: by('accountKey', Buffer.alloc(64).toString('base64')) }),
      /does not accept the account key/,
    ],
    [
      'a SAS that has expired',
      () => ({ login: by('sas', writer.sas('rl', clock - HOUR)) }),
      /The SAS expired at .*Create a new one/,
    ],
    [
      'a SAS without the right to list',
      () => ({ login: by('sas', writer.sas('r', clock + HOUR)) }),
      /lacks a right.*Read and List/,
    ],
    [
      'a SAS that was tampered with',
      () => ({ login: by('sas', `${writer.sas('rl', clock + HOUR)}x`) }),
      /does not accept the SAS/,
    ],
    [
      'a connection string that is none',
      () => ({ login: by('connectionString', 'hello') }),
      /connection string cannot be read/,
    ],
    [
      'a container that is not there',
      () => ({ container: `${azurite.url}/nothing` }),
      /There is no container nothing \(yet\)/,
    ],
    [
      'an address where clouds hand out credentials',
      () => ({ container: 'http://169.254.169.254/account/logs' }),
      /169\.254\.169\.254 leads to an address/,
    ],
    [
      'a host that does not answer',
      () => ({ container: 'http://127.0.0.1:9/account/logs' }),
      /cannot be reached/,
    ],
  ];
  it.each(failures)(
    'by %s is an error that says what to do, without the secret',
    async (_, options, says) => {
      clock = Date.now();
      const follow = new Following(new MemoryCheckpoints(), open(options()));
      await follow.until(() => follow.source.health().state === 'error');
      expect(follow.source.health().says).toMatch(says);
      expect(JSON.stringify(follow.source.health())).not.toMatch(/sig=|AccountKey=/);
      await follow.stop();
    },
    30_000,
  );

  it('is tried again with the present secret', async () => {
    clock = Date.now();
    let secret = writer.sas('rl', clock - 1000);
    const follow = new Following(
      new MemoryCheckpoints(),
      open({ login: { kind: 'sas', secret: () => secret } }),
    );
    await follow.until(() => follow.source.health().state === 'error');
    secret = writer.sas('rl', clock + HOUR);
    await follow.until(() => follow.text === 'line\n');
    expect(follow.source.health().state).toBe('reading');
    await follow.stop();
  });
});
