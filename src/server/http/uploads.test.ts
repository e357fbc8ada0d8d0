import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job } from '#core/contract/index.ts';
import { type Ask, type Fixture, openFixture, readJson } from './testdata/fixture.ts';

let fixture: Fixture;
let cookie: string;
beforeEach(async () => {
  fixture = await openFixture({ uploadLimit: 1000, uploadIdleMs: 100 });
  cookie = await fixture.login('analyst');
});
afterEach(() => fixture.close());

const upload = (raw: NonNullable<Ask['raw']>, name = 'PT1H.json', more: Ask = {}) =>
  fixture.ask('POST', `/api/v1/uploads?${new URLSearchParams({ name })}`, { cookie, raw, ...more });
const jobOf = async (response: Response) =>
  fixture.job((await readJson<{ id: string }>(response)).id);
const left = () => readdirSync(join(fixture.folder, 'uploads'));

/** A body of so many bytes in pieces, without a length said beforehand. */
function pieces(count: number, size: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ === count) return controller.close();
      controller.enqueue(new Uint8Array(size).fill(0x7b));
    },
  });
}

test('a file is received, loaded, counted and cleaned away', async () => {
  const response = await upload('{"a":1}\n{"b":2}\ndamaged\n');
  expect(response.status).toBe(200);
  expect(await jobOf(response)).toMatchObject({
    name: 'PT1H.json',
    by: 'analyst-person',
    state: 'done',
    format: 'lines',
    records: 3,
    stored: 2,
    known: 0,
    quarantined: 1,
    error: null,
  });
  expect(left()).toEqual([]);
  const states = fixture.told.flatMap((e) => (e.type === 'job' ? [e.job.state] : []));
  expect([...new Set(states)]).toEqual(['receiving', 'queued', 'running', 'done']);
});

test('a file that cannot be loaded says why and what to do', async () => {
  const job = await jobOf(await upload('?PDF', 'report.pdf'));
  expect(job).toMatchObject({
    state: 'failed',
    error: {
      message: 'The file looks like nothing that Weir reads.',
      hint: 'It reads Azure, AWS and GCP flow logs.',
    },
  });
  expect(left()).toEqual([]);
});

test.each([
  [
    'that says so',
    () => upload('{'.repeat(1001), 'big', { headers: { 'content-length': '1001' } }),
  ],
  ['that does not say so', () => upload(pieces(50, 100), 'big')],
])('a body larger than the limit %s is refused and cleaned away', async (_, send) => {
  const response = await send();
  expect(response.status).toBe(413);
  expect(await response.text()).toContain('1000 bytes');
  await fixture.ask('GET', '/api/v1/jobs', { cookie });
  expect(readdirSync(fixture.folder).includes('uploads') ? left() : []).toEqual([]);
});

test('an empty file is refused', async () => {
  expect((await upload(pieces(0, 0))).status).toBe(400);
});

test('a body that stops coming is given up', async () => {
  const stuck = new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(new Uint8Array(10)) });
  const response = await upload(stuck);
  expect(response.status).toBe(408);
  expect(left()).toEqual([]);
  const { jobs } = await readJson<{ jobs: Job[] }>(
    await fixture.ask('GET', '/api/v1/jobs', { cookie }),
  );
  expect(jobs[0]).toMatchObject({ state: 'failed', name: 'PT1H.json' });
});

test('a name is text, not a path', async () => {
  const job = await jobOf(await upload('{}', '../../etc/passwd\u001b[2J'));
  expect(job.name).toBe('../../etc/passwd�[2J');
  expect(job.state).toBe('done');
});

test('files are loaded one after the other, in order, and a stop ends what runs', async () => {
  const began: (string | undefined)[] = [];
  const slow = await openFixture({
    ingest: ({ name }, _, signal) => {
      began.push(name);
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    },
  });
  const analyst = await slow.login('analyst');
  const ids: string[] = [];
  for (const name of ['a', 'b']) {
    const response = await slow.ask('POST', `/api/v1/uploads?name=${name}`, {
      cookie: analyst,
      raw: '{}',
    });
    ids.push((await readJson<{ id: string }>(response)).id);
  }
  await slow.server.stop(50);
  expect(began).toEqual(['a']);
  const states: string[] = [];
  for (const id of ids) states.push((await slow.job(id)).state);
  expect(states).toEqual(['cancelled', 'cancelled']);
  await slow.close();
});
