import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findingOf } from '#core/alert/testing/finding.ts';
import type { IncidentBrief, IncidentTold, SuppressionTold } from '#core/contract/index.ts';
import { type Fixture, openFixture, readJson } from './testdata/fixture.ts';

let fixture: Fixture;
let analyst: string;
beforeEach(async () => {
  fixture = await openFixture();
  analyst = await fixture.login('analyst');
});
afterEach(() => fixture.close());

const brute = findingOf({
  by: '203.0.113.88',
  to: '10.2.0.9',
  tactics: ['CredentialAccess'],
  finder: { id: 'brute', family: 'brute', name: 'Password guessing' },
  features: { port: 22 },
});
const lateral = findingOf({
  by: '10.2.0.9',
  to: '10.2.2.4',
  tactics: ['LateralMovement'],
  finder: { id: 'lateral', family: 'lateral' },
});

async function get<T>(path: string, cookie = analyst): Promise<T> {
  const answer = await fixture.ask('GET', `/api/v1/${path}`, { cookie });
  expect(answer.status).toBe(200);
  return readJson<T>(answer);
}

async function act<T>(method: string, path: string, body?: unknown, cookie = analyst): Promise<T> {
  const answer = await fixture.ask(method, `/api/v1/${path}`, { cookie, body });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return readJson<T>(answer);
}

async function refuse(method: string, path: string, body: unknown, cookie = analyst) {
  const answer = await fixture.ask(method, `/api/v1/${path}`, { cookie, body });
  const { error } = await readJson<{ error: { code: string; hint?: string } }>(answer);
  return { status: answer.status, ...error };
}

const list = (query = '') =>
  get<{ incidents: IncidentBrief[]; open: number; owners: string[] }>(`incidents${query}`);

describe('incidents', () => {
  test('are found, taken, explained, and closed with a verdict that the next finding feels', async () => {
    await fixture.alerts.take([brute, lateral]);
    const { incidents, open, owners } = await list();
    expect([incidents.length, open, owners]).toEqual([1, 1, ['analyst-person']]);
    const [{ number, alerts }] = incidents as [IncidentBrief];
    expect(alerts).toBe(2);

    await act('PUT', `incidents/${number}`, { owner: 'analyst-person' });
    await act('POST', `incidents/${number}/notes`, { text: 'The vendor does this.' });
    await act('POST', `incidents/${number}/bookmarks`, { name: 'Logins', query: 'Flows | take 1' });
    expect(await refuse('PUT', `incidents/${number}`, { state: 'Closed' })).toMatchObject({
      status: 400,
      hint: expect.stringContaining('real, benign, false'),
    });
    const closed = await act<IncidentBrief>('PUT', `incidents/${number}`, {
      state: 'Closed',
      verdict: 'BenignPositive',
      comment: 'A test of ours.',
    });
    expect(closed).toMatchObject({ state: 'Closed', owner: 'analyst-person' });
    expect((await list()).incidents).toEqual([]);

    const told = await get<IncidentTold>(`incidents/${number}`);
    expect(told.events.map((e) => [e.who, e.kind])).toEqual([
      ['Weir', 'opened'],
      ['Weir', 'alert'],
      ['analyst-person', 'assigned'],
      ['analyst-person', 'note'],
      ['analyst-person', 'bookmark'],
      ['analyst-person', 'verdict'],
    ]);
    expect(told.alertList.map((a) => [a.state, a.verdict])).toEqual([
      ['closed', 'BenignPositive'],
      ['closed', 'BenignPositive'],
    ]);
    expect(told.bookmarks).toMatchObject([{ name: 'Logins', by: 'analyst-person' }]);

    // The same again is silent; the same pair on another claim weighs less; another pair is told as ever.
    const later = { last: brute.last + 1e9 };
    expect(await fixture.alerts.take([{ ...brute, ...later }])).toMatchObject({ counted: 1 });
    await fixture.alerts.take([
      { ...brute, key: 'another claim' },
      findingOf({ by: '203.0.113.99', to: '10.2.0.9', finder: brute.finder }),
    ]);
    const { alerts: all } = await get<{
      alerts: { state: string; weight: number }[];
    }>('alerts');
    const fresh = all
      .filter((a) => a.state === 'open')
      .map((a) => a.weight.toFixed(2))
      .sort();
    expect(fresh).toEqual(['0.61', '0.81']);
  });

  test('closed ones are opened again, with their alerts', async () => {
    await fixture.alerts.take([brute]);
    await act('PUT', 'incidents/1', { state: 'Closed', verdict: 'FalsePositive' });
    await act('PUT', 'incidents/1', { state: 'Active' });
    const told = await get<IncidentTold>('incidents/1');
    expect(told).toMatchObject({ state: 'Active', verdict: null, closedAt: null });
    expect(told.alertList).toMatchObject([{ state: 'open', verdict: null }]);
    const { finders } = await get<{ finders: unknown[] }>('alert-statistics');
    expect(finders).toMatchObject([{ id: 'brute', alerts: 1, falsePositives: 0, precision: null }]);
  });

  test('are split, and stay so', async () => {
    await fixture.alerts.take([brute, lateral]);
    const { alertList } = await get<IncidentTold>('incidents/1');
    const moving = alertList.find((a) => a.finder.id === 'lateral')!;
    expect(
      await refuse('POST', 'incidents/1/split', { alerts: alertList.map((a) => a.id) }),
    ).toMatchObject({ status: 400 });
    const made = await act<IncidentBrief>('POST', 'incidents/1/split', { alerts: [moving.id] });
    expect(made.number).toBe(2);
    await fixture.alerts.take([{ ...lateral, severity: 'critical', last: lateral.last + 1 }]);
    expect((await get<IncidentTold>('incidents/1')).alertList).toHaveLength(1);
    expect((await get<IncidentTold>('incidents/2')).related).toMatchObject([
      { number: 1, shared: ['IP 10.2.0.9'] },
    ]);
  });

  test('are filtered by owner, severity, words and entity', async () => {
    await fixture.alerts.take([
      brute,
      findingOf({ by: '10.9.9.9', to: '192.0.2.4', severity: 'high' }),
    ]);
    await act('PUT', 'incidents/1', { owner: 'analyst-person', severity: 'low' });
    const numbers = async (query: string) => (await list(query)).incidents.map((i) => i.number);
    expect(await numbers('')).toEqual([2, 1]);
    expect(await numbers('?severity=medium')).toEqual([2]);
    expect(await numbers('?owner=-')).toEqual([2]);
    expect(await numbers('?owner=analyst-person')).toEqual([1]);
    expect(await numbers('?text=guessing')).toEqual([]);
    expect(await numbers('?text=10.9.9')).toEqual([2]);
    expect(await numbers(`?entity=${encodeURIComponent('IP 10.2.0.9')}`)).toEqual([1]);
    expect(await numbers('?states=Closed')).toEqual([]);
  });

  test('a viewer reads and does nothing; every act is in the audit log', async () => {
    await fixture.alerts.take([brute]);
    const viewer = await fixture.login('viewer');
    await get('incidents/1', viewer);
    expect(await refuse('PUT', 'incidents/1', { state: 'Active' }, viewer)).toMatchObject({
      status: 403,
    });
    await act('PUT', 'incidents/1', { state: 'Active' });
    const admin = await fixture.login('admin');
    const { entries } = await get<{ entries: { action: string; who: string; outcome: string }[] }>(
      'audit',
      admin,
    );
    const acts = entries.filter((e) => e.action === 'changeIncident');
    expect(acts.map((e) => [e.who, e.outcome])).toEqual([
      ['analyst-person', 'done'],
      ['viewer-person', 'refused'],
    ]);
  });
});

describe('suppressions', () => {
  test('are previewed on what was told, hide what they cover, count it, and end', async () => {
    await fixture.alerts.take([
      brute,
      findingOf({ by: '203.0.113.99', to: '10.2.0.9', finder: brute.finder }),
    ]);
    const { alertList } = await get<IncidentTold>('incidents/1');
    const [alert] = alertList as [IncidentTold['alertList'][number]];
    const narrow = alert.scopes[0]!;
    expect(narrow.says).toBe('Password guessing by 203.0.113.88 to 10.2.0.9 on port 22');
    const preview = (scope: unknown) =>
      get<{ hidden: number; total: number }>(
        `suppressions/preview?scope=${encodeURIComponent(JSON.stringify(scope))}`,
      );
    expect(await preview(narrow.scope)).toMatchObject({ hidden: 1, total: 2 });
    expect(await preview({ finders: ['brute'] })).toMatchObject({ hidden: 2, total: 2 });
    const made = await act<SuppressionTold>('POST', 'suppressions', {
      scope: narrow.scope,
      reason: 'The vendor tests logins.',
      alert: alert.id,
    });
    expect(made).toMatchObject({ owner: 'analyst-person', hits: 0, isActive: true });
    expect(made.expiresAt).toBe('2026-05-30T00:00:00Z');
    const again = { ...brute, key: 'again', magnitude: 4000 };
    expect(await fixture.alerts.take([again])).toMatchObject({ suppressed: 1, raised: 0 });
    expect(await fixture.alerts.take([again])).toMatchObject({ known: 1 });
    const { suppressions } = await get<{ suppressions: SuppressionTold[] }>('suppressions');
    expect(suppressions).toMatchObject([{ hits: 1 }]);
    expect((await get<IncidentTold>('incidents/1')).events.at(-1)).toMatchObject({
      kind: 'suppressed',
    });
    await act('DELETE', `suppressions/${made.id}`);
    expect(await fixture.alerts.take([{ ...again, key: 'third' }])).toMatchObject({ raised: 1 });
  });

  test('of everything are refused, and expired ones hide nothing', async () => {
    expect(
      await refuse('POST', 'suppressions', { scope: { ports: [22] }, reason: 'x' }),
    ).toMatchObject({ status: 400 });
    await act('POST', 'suppressions', { scope: { finders: ['brute'] }, reason: 'x', days: 1 });
    expect(await fixture.alerts.take([brute])).toMatchObject({ suppressed: 1 });
    fixture.now += 2 * 86_400_000;
    expect(await fixture.alerts.take([{ ...brute, last: brute.last + 1 }])).toMatchObject({
      raised: 1,
    });
  });
});
