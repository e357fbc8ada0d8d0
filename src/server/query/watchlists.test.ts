import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createWatchlists } from '#server/watchlist/index.ts';
import { createQueryService } from './index.ts';
import { temporaryFolder } from './testdata/flow-store.ts';

function open() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'lists'));
  const put = (alias: string, csv: string) =>
    writeFileSync(join(folder, 'lists', `${alias}.csv`), csv);
  const watchlists = createWatchlists({ folder: join(folder, 'lists') });
  const service = createQueryService({
    store: undefined,
    watchlists,
    clock: () => Date.UTC(2026, 2, 4) * 1000,
    limits: { workers: 2, threads: 1, memoryBytes: 2 ** 28 },
  });
  onTestFinished(() => service.stop());
  return { put, ask: (text: string) => service.query({ text }), service };
}

test('a list is a table with the standard columns and its own, and follows its file', async () => {
  const { put, ask, service } = open();
  put('vip', 'Address,Owner\n10.0.0.4,Ann\n10.0.0.9,\n');
  const all = await ask(`_GetWatchlist('vip') | project-away LastUpdatedTimeUTC, _DTItemId`);
  expect(all.columns.map((c) => [c.name, c.type])).toEqual([
    ['SearchKey', 'string'],
    ['WatchlistItem', 'dynamic'],
    ['Address', 'string'],
    ['Owner', 'string'],
  ]);
  expect(all.rows).toEqual([
    ['10.0.0.4', { Address: '10.0.0.4', Owner: 'Ann' }, '10.0.0.4', 'Ann'],
    ['10.0.0.9', { Address: '10.0.0.9', Owner: '' }, '10.0.0.9', ''],
  ]);
  expect(all.stats).toMatchObject({ rowsRead: 2, isCached: false });
  const count = `_GetWatchlist('VIP') | summarize n = count(), owners = countif(Owner != '')`;
  expect((await ask(count)).rows).toEqual([[2, 1]]);
  expect((await ask(count)).stats.isCached).toBe(true);
  put('vip', 'Address,Owner,Floor\n10.0.0.4,Ann,3\n');
  expect((await ask(count)).rows).toEqual([[1, 1]]);
  expect((await ask(`_GetWatchlist('vip') | project Floor`)).rows).toEqual([['3']]);
  const hover = await service.complete(`_GetWatchlist('vip') | project Fl`, 34);
  expect(hover.items.map((i) => i.label)).toContain('Floor');
});

test('the second argument keeps items by their search key', async () => {
  const { put, ask } = open();
  put('ports', 'Port,Name\n22,ssh\n23,telnet\n3389,rdp\n');
  const text = `_GetWatchlist('ports', dynamic(['22', '3389'])) | sort by Name asc | project Name`;
  expect((await ask(text)).rows).toEqual([['rdp'], ['ssh']]);
});

test('lists can be looked up in, joined, and named by a variable', async () => {
  const { put, ask } = open();
  put('bad', 'Ip\n192.0.2.1\n');
  const rows = `datatable(Ip:string)['192.0.2.1','192.0.2.2']`;
  for (const text of [
    `${rows} | where Ip in (_GetWatchlist('bad') | project SearchKey)`,
    `let alias = 'bad'; ${rows} | join kind=inner (_GetWatchlist(alias)) on $left.Ip == $right.SearchKey | project Ip`,
    `let listed = (alias:string) { _GetWatchlist(alias) | project Ip }; listed('bad')`,
  ])
    expect((await ask(text)).rows).toEqual([['192.0.2.1']]);
});

test('aliases are listed', async () => {
  const { put, ask } = open();
  expect((await ask('_GetWatchlistAlias')).rows).toEqual([]);
  put('b', 'x\n');
  put('a', 'x\n');
  expect((await ask('_GetWatchlistAlias()')).rows).toEqual([['a'], ['b']]);
});

test('a list that is not there is empty, and said', async () => {
  const { put, ask } = open();
  put('vip', 'x\n');
  const { rows, warnings } = await ask(
    `_GetWatchlist('vips') | where SearchKey == 'a' and Anything == 'b'`,
  );
  expect(rows).toEqual([]);
  expect(warnings).toEqual([
    {
      code: 'watchlist-missing',
      message: 'There is no watchlist vips, so it counts as empty. Those that exist: vip.',
    },
  ]);
});

test('a list that cannot be read is an error with its line', async () => {
  const { put, ask } = open();
  put('vip', 'a,b\n1,2,3\n');
  await expect(ask(`_GetWatchlist('vip') | count`)).rejects.toMatchObject({
    code: 'watchlist-unreadable',
    message: expect.stringContaining('line 2 has 3 fields'),
  });
});
