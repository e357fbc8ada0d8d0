import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createWatchlists, type NamedWatchlist } from './index.ts';

function open(files: Readonly<Record<string, string>> = {}, named: readonly NamedWatchlist[] = []) {
  const base = mkdtempSync(join(tmpdir(), 'weir-watchlist-'));
  onTestFinished(() => rmSync(base, { recursive: true }));
  const folder = join(base, 'watchlists');
  if (Object.keys(files).length > 0) mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { base, folder, lists: createWatchlists({ folder, named }) };
}

async function rowsOf(file: string) {
  const db = await openDuckdb({
    memoryLimitBytes: 2 ** 28,
    threads: 1,
    spillFolder: tmpdir(),
    spillLimitBytes: 2 ** 20,
  });
  const { rows } = await db.run('SELECT * FROM read_parquet($1)', [file]);
  db.close();
  return rows;
}

test('without a folder there are none', () => {
  expect(open().lists.list()).toEqual([]);
});

test('a file in the folder is a list, and is read again when it changes', () => {
  const { folder, lists } = open({
    'vip.csv': 'Address,Owner\n10.0.0.4,"Ann, of sales"\n',
    'notes.txt': 'not a list',
  });
  expect(lists.list()).toEqual([
    {
      alias: 'vip',
      description: '',
      searchKey: 'Address',
      columns: ['Address', 'Owner'],
      items: 1,
      sizeBytes: 39,
      changedAt: expect.stringMatching(/Z$/),
      origin: 'folder',
      problem: null,
    },
  ]);
  const [before] = lists.readable();
  expect(lists.readable()).toEqual([before]);
  writeFileSync(join(folder, 'vip.csv'), 'Address,Owner\n10.0.0.5,Bo\n10.0.0.6,Cy\n');
  const [after] = lists.readable();
  expect(after).toMatchObject({ items: 2 });
  expect(after?.version).not.toBe(before?.version);
});

test('items have the standard columns, then their own', async () => {
  const { base, folder, lists } = open({
    'hosts.csv': 'Name,SearchKey,Note\nweb,10.0.0.4,"a ""b"""\nweb,10.0.0.4,"a ""b"""\ndb\n',
  });
  utimesSync(join(folder, 'hosts.csv'), 1_767_225_600, 1_767_225_600);
  const file = join(base, 'items.parquet');
  lists.writeItems('HOSTS', file);
  const rows = await rowsOf(file);
  const changed = expect.objectContaining({ micros: 1_767_225_600_000_000n });
  const bag = '{"Name":"web","SearchKey":"10.0.0.4","Note":"a \\"b\\""}';
  expect(rows.map((row) => row.slice(1))).toEqual([
    [changed, '10.0.0.4', bag, 'web', 'a "b"'],
    [changed, '10.0.0.4', bag, 'web', 'a "b"'],
    [changed, '', '{"Name":"db","SearchKey":"","Note":""}', 'db', ''],
  ]);
  const ids = rows.map(([id]) => id);
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const again = join(base, 'again.parquet');
  lists.writeItems('hosts', again);
  expect((await rowsOf(again)).map(([id]) => id)).toEqual(ids);
  expect(() => lists.writeItems('none', file)).toThrow('There is no watchlist none.');
});

test.each([
  ['', 'it is empty'],
  ['a,a\n', 'two columns are called a'],
  ['a,\n', 'column 2 has no name'],
  ['a\n1,2\n', 'line 2 has 2 fields where the header names 1'],
  ['a\n\n"x\n', 'line 3: a quote is not closed'],
])('%j is not a list', async (csv, why) => {
  const { lists, folder } = open({ 'bad.csv': csv });
  expect(lists.list()[0]).toMatchObject({ items: 0, problem: expect.stringContaining(why) });
  expect(lists.readable()[0]?.problem).toContain(why);
  await expect(lists.put({ alias: 'new', csv: Buffer.from(csv) })).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining(why),
  });
  expect(readdirSync(folder)).toEqual(['bad.csv']);
});

test('text that is not UTF-8 is refused', async () => {
  const { lists } = open();
  const csv = Buffer.from([0x61, 0x0a, 0xff]);
  await expect(lists.put({ alias: 'x', csv })).rejects.toThrow('not UTF-8');
});

test('put, read and remove', async () => {
  const { lists, folder } = open();
  const csv = Buffer.from('Ip,Name\n192.0.2.1,scanner\n');
  const put = await lists.put({ alias: 'Known', csv, searchKey: 'Name', description: 'Scanners' });
  expect(put).toMatchObject({ alias: 'Known', searchKey: 'Name', description: 'Scanners' });
  expect(Buffer.from(lists.read('known'))).toEqual(csv);
  await expect(lists.put({ alias: 'Known', csv, searchKey: 'Nam' })).rejects.toThrow(
    'The search key Nam is not a column',
  );
  expect(await lists.put({ alias: 'known', csv })).toMatchObject({ searchKey: 'Ip' });
  expect(readdirSync(folder)).toEqual(['Known.csv']);
  await lists.remove('known');
  expect(readdirSync(folder)).toEqual([]);
  await expect(lists.remove('known')).rejects.toMatchObject({ code: 'not-found' });
});

test('lists of the configuration are read where they lie, and not changed here', async () => {
  const { base, folder } = open({ 'vip.csv': 'a\n' });
  const file = join(base, 'elsewhere.csv');
  writeFileSync(file, 'a,b\n1,2\n');
  const lists = createWatchlists({ folder, named: [{ alias: 'VIP', file, searchKey: 'b' }] });
  expect(lists.list()).toMatchObject([
    { alias: 'VIP', origin: 'configuration', searchKey: 'b', problem: null },
    { alias: 'vip', problem: 'Another watchlist has the alias vip already.' },
  ]);
  await expect(lists.put({ alias: 'vip', csv: Buffer.from('a\n') })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(lists.remove('vip')).rejects.toMatchObject({ code: 'conflict' });
  rmSync(file);
  expect(lists.list()[0]?.problem).toContain('cannot be read');
});
