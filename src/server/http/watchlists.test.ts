import { afterAll, expect, test } from 'vitest';
import { LARGEST_BYTES } from '#server/watchlist/index.ts';
import { openFixture } from './testdata/fixture.ts';

const fixture = await openFixture();
afterAll(() => fixture.close());
const cookie = await fixture.login('analyst');

const PATH = '/api/v1/watchlists';

test('a list is put, listed, downloaded and deleted, and the audit log says by whom', async () => {
  const csv = 'Ip,Name\n192.0.2.1,scanner\n';
  const put = await fixture.ask('PUT', `${PATH}/known?searchKey=Ip&description=Scanners`, {
    cookie,
    raw: csv,
  });
  expect(await put.json()).toMatchObject({ alias: 'known', items: 1, description: 'Scanners' });
  const list = await fixture.ask('GET', PATH, { cookie });
  expect(await list.json()).toMatchObject({
    watchlists: [{ alias: 'known', columns: ['Ip', 'Name'] }],
  });
  const got = await fixture.ask('GET', `${PATH}/known`, { cookie });
  expect(got.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(got.headers.get('content-disposition')).toContain('known.csv');
  expect(await got.text()).toBe(csv);
  expect((await fixture.ask('DELETE', `${PATH}/known`, { cookie })).status).toBe(200);
  expect((await fixture.ask('GET', `${PATH}/known`, { cookie })).status).toBe(404);
  expect(fixture.auth.audit.list({ limit: 2 })).toMatchObject([
    { who: 'analyst-person', action: 'deleteWatchlist', detail: { alias: 'known' } },
    { who: 'analyst-person', action: 'putWatchlist', detail: { alias: 'known', items: 1 } },
  ]);
});

test('what is no list is refused with the line', async () => {
  const put = await fixture.ask('PUT', `${PATH}/bad`, { cookie, raw: 'a\n1,2\n' });
  expect(put.status).toBe(400);
  expect(await put.json()).toMatchObject({
    error: {
      code: 'bad-request',
      message: expect.stringContaining('line 2'),
      hint: expect.any(String),
    },
  });
});

test('a list that is too large is refused', async () => {
  const raw = new Uint8Array(LARGEST_BYTES + 1).fill(0x61);
  const put = await fixture.ask('PUT', `${PATH}/large`, { cookie, raw });
  expect(put.status).toBe(413);
});

test.each(['..%2Fx', 'a.b', ''])('the alias %j is refused', async (alias) => {
  const put = await fixture.ask('PUT', `${PATH}/${alias}`, { cookie, raw: 'a\n' });
  expect([400, 404, 405]).toContain(put.status);
});
