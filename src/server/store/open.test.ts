import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { checkpointOf, DAY_0, draftOf, openTestStore, tempFolder } from './fixture.ts';
import {
  CheckpointMoved,
  findServer,
  openReader,
  openStore,
  type Recovery,
  realDisk,
  SegmentsGone,
  StorageFull,
  StoreLocked,
  StoreMissing,
  StoreVersion,
  writeServerFile,
} from './index.ts';

const clock = () => DAY_0;

describe('openStore', () => {
  it('keeps what was committed over a restart', async () => {
    const folder = tempFolder();
    const first = await openStore({ folder, clock });
    const [segment] = await first.commit({
      segments: [draftOf()],
      checkpoints: [checkpointOf(100, 0)],
      tallies: [
        {
          source: 'files',
          minute: DAY_0,
          received: 12,
          stored: 10,
          known: 1,
          problems: { 'bad-time': 1 },
        },
      ],
      quarantined: [
        {
          source: 'files',
          object: 'a.json',
          offset: 7,
          code: 'bad-time',
          detail: 'no time',
          excerpt: '{}',
          at: DAY_0,
        },
      ],
    });
    await first.close();
    const second = await openTestStore(folder);
    expect(second.segments({ table: 'Flows' })).toEqual([segment]);
    expect(readFileSync(segment!.path, 'utf8')).toBe('some bytes');
    expect(segment!.path).toBe(
      join(folder, 'tables', 'Flows', 'day=2026-03-04', `${segment!.id}.parquet`),
    );
    expect(second.checkpoint('input-1')).toEqual(checkpointOf(100));
    expect(second.tallies(DAY_0, DAY_0 + 1)).toEqual([
      {
        source: 'files',
        minute: DAY_0,
        received: 12,
        stored: 10,
        known: 1,
        problems: { 'bad-time': 1 },
      },
    ]);
    expect(second.quarantined(10)).toHaveLength(1);
  });

  it('adds tallies of the same minute and keeps the newest samples of each kind', async () => {
    const store = await openTestStore(tempFolder());
    const sample = (offset: number, code: 'bad-time' | 'not-json') =>
      ({
        source: 's',
        object: 'o',
        offset,
        code,
        detail: '',
        excerpt: 'x'.repeat(2000),
        at: DAY_0,
      }) as const;
    for (let i = 0; i < 3; i++)
      await store.commit({
        segments: [],
        tallies: [
          {
            source: 's',
            minute: 60,
            received: 51,
            stored: 1,
            known: 0,
            problems: { 'bad-time': 50 },
          },
        ],
        quarantined: Array.from({ length: 50 }, (_, n) => sample(i * 50 + n, 'bad-time')),
      });
    await store.commit({ segments: [], quarantined: [sample(1, 'not-json')] });
    expect(store.tallies(0, 1000)).toEqual([
      {
        source: 's',
        minute: 60,
        received: 153,
        stored: 3,
        known: 0,
        problems: { 'bad-time': 150 },
      },
    ]);
    const kept = store.quarantined(1000);
    expect(kept.map((q) => q.offset)).toEqual([
      1,
      ...Array.from({ length: 100 }, (_, n) => 149 - n),
    ]);
    expect(kept[0]!.excerpt).toHaveLength(512);
  });

  it('forgets tallies after a hundred days', async () => {
    const now = DAY_0 + 365 * MICROS_PER_DAY;
    const store = await openTestStore(tempFolder(), { clock: () => now });
    const tally = (minute: number) =>
      ({
        source: 's',
        minute,
        received: 1,
        stored: 0,
        known: 0,
        problems: { truncated: 1 },
      }) as const;
    const recent = tally(now - 99 * MICROS_PER_DAY);
    await store.commit({ segments: [], tallies: [tally(DAY_0), recent] });
    await store.sweep();
    expect(store.tallies(0, now)).toEqual([recent]);
    expect(store.state.all('SELECT records FROM tally_problem')).toHaveLength(1);
  });

  it('refuses a second writer with a sentence that names the first', async () => {
    const folder = tempFolder();
    const store = await openTestStore(folder);
    const second = openStore({ folder, clock });
    await expect(second).rejects.toThrow(StoreLocked);
    await expect(second).rejects.toThrow(`is being written to by process ${process.pid} on `);
    const script = `
      import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      await openStore({ folder: ${JSON.stringify(folder)}, clock: () => 0 });`;
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(other.stderr).toContain('StoreLocked');
    expect(other.status).toBe(1);
    await store.commit({ segments: [draftOf()] });
    await store.close();
    await (await openStore({ folder, clock })).close();
  });

  it('refuses data of a newer program and data that is not there', async () => {
    const folder = tempFolder();
    expect(() => openReader({ folder })).toThrow(StoreMissing);
    const store = await openStore({ folder, clock });
    store.state.run(`INSERT INTO migration (room, step) VALUES ('store', 1000)`);
    await store.close();
    await expect(openStore({ folder, clock })).rejects.toThrow(StoreVersion);
    expect(() => openReader({ folder })).toThrow(/newer Weir .* Update this copy of Weir/);
  });

  it('tells other processes where the server is, for as long as it runs', async () => {
    const folder = tempFolder();
    expect(findServer(folder)).toBeUndefined();
    const address = {
      url: 'http://127.0.0.1:1',
      page: 'http://127.0.0.1:1',
      pid: 1,
      token: 'secret',
    };
    const store = await openStore({ folder, clock });
    expect(findServer(folder)).toBeUndefined();
    writeFileSync(join(folder, 'server.json'), 'half a li', { mode: 0o644 });
    expect(findServer(folder)).toBeUndefined();
    writeServerFile(folder, store.owner, address);
    expect(findServer(folder)).toEqual(address);
    expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o600);
    await store.close();
    expect(findServer(folder)).toBeUndefined();
    const ingest = await openStore({ folder, clock });
    expect(findServer(folder), 'the file is of an earlier owner').toBeUndefined();
    await ingest.close();
  });

  it('clears away what a dead writer left and moves files that nobody names aside', async () => {
    const folder = tempFolder();
    const first = await openStore({ folder, clock });
    const [kept] = await first.commit({ segments: [draftOf()] });
    const day = join(folder, 'tables', 'Flows', 'day=2026-03-04');
    first.state.run(`INSERT INTO segment (id, table_name, day, state, owner, rows, size_bytes, crc32, is_sorted, ranges)
      VALUES ('dead', 'Flows', '2026-03-04', 'pending', 'x', 1, 0, 0, 0, '{}')`);
    await first.close();
    for (const name of ['dead.parquet', 'dead.parquet.tmp', 'other.parquet.tmp', 'unknown.parquet'])
      writeFileSync(join(day, name), name);
    mkdirSync(join(folder, 'tmp', 'uploads'), { recursive: true });
    writeFileSync(join(folder, 'tmp', 'half.parquet'), '');
    let recovery: Recovery | undefined;
    const second = await openTestStore(folder, { onRecovery: (r) => (recovery = r) });
    expect(readdirSync(day)).toEqual([`${kept!.id}.parquet`]);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(recovery?.abandoned).toBe(1);
    expect(recovery?.lost.map((path) => readFileSync(path, 'utf8'))).toEqual(['unknown.parquet']);
    expect(second.segments({ table: 'Flows' })).toEqual([kept]);
  });
});

describe('commit', () => {
  it('takes a file that another tool wrote under tmp, and no other', async () => {
    const folder = tempFolder();
    const store = await openTestStore(folder);
    const file = store.temporaryFile();
    writeFileSync(file, 'written elsewhere');
    const [segment] = await store.commit({ segments: [draftOf({ content: { file } })] });
    expect(existsSync(file)).toBe(false);
    expect(segment!.sizeBytes).toBe(17);
    expect(readFileSync(segment!.path, 'utf8')).toBe('written elsewhere');
    const outside = join(folder, 'x.parquet');
    writeFileSync(outside, '');
    await expect(
      store.commit({ segments: [draftOf({ content: { file: outside } })] }),
    ).rejects.toThrow('not in tmp/');
    expect(existsSync(outside)).toBe(true);
  });

  it.each([
    ['a table that is a path', { table: '../x' }],
    ['a day that is none', { day: '2026-02-30' }],
    ['a day that its rows are not of', { day: '2026-03-05' }],
    ['no rows', { rows: 0 }],
    ['no range of the time column', { ranges: {} }],
    [
      'a range of a text column',
      { ranges: { TimeGenerated: [DAY_0, DAY_0], SrcIp: [0, 1] } as const },
    ],
    ['a range upside down', { ranges: { TimeGenerated: [DAY_0 + 1, DAY_0] } as const }],
  ])('refuses %s', async (_, wrong) => {
    const store = await openTestStore(tempFolder());
    await expect(store.commit({ segments: [draftOf(wrong)] })).rejects.toThrow('cannot be stored');
    expect(store.segments({ table: 'Flows' })).toEqual([]);
  });

  it('refuses counts that do not add up', async () => {
    const store = await openTestStore(tempFolder());
    const tally = { source: 's', minute: 0, received: 3, stored: 1, known: 1, problems: {} };
    await expect(store.commit({ segments: [], tallies: [tally] })).rejects.toThrow(
      '3 records received',
    );
  });

  it('makes changes visible in the order given, whichever is written first', async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = await openTestStore(tempFolder(), {
      disk: {
        ...realDisk,
        async write(path, bytes) {
          if (bytes.length === 1) await slow;
          return realDisk.write(path, bytes);
        },
      },
    });
    const order: string[] = [];
    const first = store.commit({ segments: [draftOf({ content: { bytes: new Uint8Array(1) } })] });
    const second = store.commit({ segments: [draftOf()], checkpoints: [checkpointOf(5, 0)] });
    void first.then(() => order.push('first'));
    void second.then(() => order.push('second'));
    await new Promise((done) => setTimeout(done, 100));
    expect(store.segments({ table: 'Flows' })).toEqual([]);
    expect(store.checkpoint('input-1')).toBeUndefined();
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(store.segments({ table: 'Flows' })).toHaveLength(2);
  });

  it('says which tables changed, and counts their versions', async () => {
    const store = await openTestStore(tempFolder());
    const heard: string[][] = [];
    const stop = store.onChange((tables) => heard.push([...tables]));
    await store.commit({ segments: [draftOf(), draftOf({ table: 'Other' })] });
    await store.commit({ segments: [], checkpoints: [checkpointOf(1)] });
    await store.commit({ segments: [draftOf()] });
    stop();
    await store.commit({ segments: [draftOf()] });
    expect(heard).toEqual([['Flows', 'Other'], ['Flows']]);
    expect(['Flows', 'Other', 'None'].map((t) => store.version(t))).toEqual([3, 1, 0]);
  });

  it('moves a checkpoint only from where it is', async () => {
    const store = await openTestStore(tempFolder());
    await store.commit({ segments: [draftOf()], checkpoints: [checkpointOf(10, 0)] });
    await expect(
      store.commit({ segments: [draftOf()], checkpoints: [checkpointOf(10, 0)] }),
    ).rejects.toThrow(CheckpointMoved);
    await store.commit({ segments: [draftOf()], checkpoints: [checkpointOf(20, 10)] });
    expect(store.segments({ table: 'Flows' })).toHaveLength(2);
    expect(store.checkpoints('files')).toEqual([checkpointOf(20)]);
    expect(store.checkpoints('elsewhere')).toEqual([]);
  });

  it('fails the changes that continue an input whose earlier change failed, and no other', async () => {
    const folder = tempFolder();
    let isBad = true;
    const store = await openTestStore(folder, {
      disk: {
        ...realDisk,
        async write(path, bytes) {
          if (bytes.length === 3 && isBad)
            throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
          return realDisk.write(path, bytes);
        },
      },
    });
    const bad = draftOf({ content: { bytes: new Uint8Array(3) } });
    const results = await Promise.allSettled([
      store.commit({ segments: [draftOf(), bad], checkpoints: [checkpointOf(10)] }),
      store.commit({ segments: [draftOf()], checkpoints: [checkpointOf(20)] }),
      store.commit({ segments: [draftOf()], checkpoints: [checkpointOf(1, 0, 'input-2')] }),
    ]);
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(results[0]).toHaveProperty('reason', expect.any(StorageFull));
    expect(results[1]).toHaveProperty('reason', expect.any(CheckpointMoved));
    expect(store.checkpoint('input-1')).toBeUndefined();
    const [only, ...none] = store.segments({ table: 'Flows' });
    expect(none).toEqual([]);
    expect(readdirSync(join(folder, 'tables', 'Flows', 'day=2026-03-04'))).toEqual([
      `${only!.id}.parquet`,
    ]);
    isBad = false;
    await store.commit({ segments: [bad], checkpoints: [checkpointOf(10, 0)] });
    expect(store.segments({ table: 'Flows' })).toHaveLength(2);
    expect(store.state.all(`SELECT 1 FROM segment WHERE state = 'pending'`)).toEqual([]);
  });

  it('stores nothing more after the disk failed under a transaction, and leaves the files for the next start', async () => {
    const folder = tempFolder();
    const store = await openStore({ folder, clock });
    const [kept] = await store.commit({ segments: [draftOf()] });
    const transaction = vi.spyOn(store.state, 'transaction');
    transaction.mockImplementationOnce((work) => work());
    transaction.mockImplementationOnce(() => {
      throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
    });
    await expect(store.commit({ segments: [draftOf()] })).rejects.toThrow('Check the disk');
    await expect(store.commit({ segments: [draftOf()] })).rejects.toThrow('Check the disk');
    const day = join(folder, 'tables', 'Flows', 'day=2026-03-04');
    expect(readdirSync(day)).toHaveLength(2);
    await store.close();
    const again = await openTestStore(folder);
    expect(again.segments({ table: 'Flows' })).toEqual([kept]);
    expect(readdirSync(day)).toHaveLength(1);
  });

  it('does each step durably before the next', async () => {
    const steps: string[] = [];
    const named = (path: string) => path.slice(folder.length + 1).replaceAll(/[0-9a-z]{16}/g, 'ID');
    const folder = tempFolder();
    const store = await openTestStore(folder, {
      disk: {
        ...realDisk,
        async write(path, bytes) {
          expect(store.state.all(`SELECT 1 FROM segment WHERE state = 'pending'`)).toHaveLength(1);
          const facts = await realDisk.write(path, bytes);
          steps.push(`write ${named(path)}`);
          return facts;
        },
        async rename(from, to) {
          await realDisk.rename(from, to);
          steps.push(`rename ${named(to)}`);
        },
        async syncFolder(path) {
          await realDisk.syncFolder(path);
          expect(store.segments({ table: 'Flows' })).toEqual([]);
          steps.push(`sync ${named(path)}`);
        },
      },
    });
    await store.commit({ segments: [draftOf()] });
    expect(steps).toEqual([
      'sync tables/Flows',
      'sync tables',
      'sync ',
      'write tables/Flows/day=2026-03-04/ID.parquet.tmp',
      'rename tables/Flows/day=2026-03-04/ID.parquet',
      'sync tables/Flows/day=2026-03-04',
    ]);
  });
});

describe('replace', () => {
  it('swaps segments at once and keeps the old files', async () => {
    const store = await openTestStore(tempFolder());
    const old = await store.commit({ segments: [draftOf(), draftOf()] });
    const fresh = await store.replace(
      old.map((s) => s.id),
      [draftOf({ rows: 20, isSorted: true })],
    );
    expect(store.segments({ table: 'Flows' })).toEqual(fresh);
    expect(fresh[0]!.isSorted).toBe(true);
    for (const { path } of old) expect(existsSync(path)).toBe(true);
  });

  it('does nothing when one of the old is gone', async () => {
    const store = await openTestStore(tempFolder());
    const old = await store.commit({ segments: [draftOf(), draftOf()] });
    await store.replace([old[0]!.id], []);
    const again = store.replace(
      old.map((s) => s.id),
      [draftOf()],
      { checkpoints: [checkpointOf(9)] },
    );
    await expect(again).rejects.toThrow(SegmentsGone);
    expect(store.segments({ table: 'Flows' })).toEqual([old[1]]);
    expect(store.checkpoint('input-1')).toBeUndefined();
  });
});

describe('openReader', () => {
  it('sees one moment for as long as it asks', async () => {
    const folder = tempFolder();
    const store = await openTestStore(folder);
    const reader = openReader({ folder });
    await store.commit({ segments: [draftOf()] });
    expect(reader.segments({ table: 'Flows' })).toHaveLength(1);
    reader.snapshot(() => {
      expect(reader.version('Flows')).toBe(1);
      store.state.run(`UPDATE table_version SET version = 7`);
      expect(reader.version('Flows')).toBe(1);
    });
    expect(reader.version('Flows')).toBe(7);
    expect(() => reader.state.run('DELETE FROM segment')).toThrow('readonly');
    await reader.close();
  });
});
