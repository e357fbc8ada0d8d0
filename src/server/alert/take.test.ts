import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '#core/alert/index.ts';
import { DAY, findingOf, HOUR, stepOf } from '#core/alert/testing/finding.ts';
import { createQueryService } from '#server/query/index.ts';
import { openStore } from '#server/store/index.ts';
import { type AlertsOptions, createAlerts } from './index.ts';

async function open(more: Partial<AlertsOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-alert-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let now = DAY + 4 * HOUR;
  const clock = () => now;
  const store = await openStore({ folder, clock });
  onTestFinished(() => store.close());
  const make = () => createAlerts({ store, clock, ...more });
  const alerts = make();
  onTestFinished(() => alerts.stop());
  const told = () =>
    alerts
      .log(0, 1000)
      .map((e) => (e.kind === 'alert' ? `${e.change} ${e.alert.title}` : `${e.kind} ${e.change}`));
  return {
    store,
    clock,
    make,
    alerts,
    told,
    wait: (micros: number) => {
      now += micros;
    },
    incidents: () =>
      alerts.log(0, 1000).flatMap((e) => (e.kind === 'incident' ? [e.incident] : [])),
  };
}

const brute = stepOf('brute', 'CredentialAccess', { by: '203.0.113.88', to: '10.2.0.9' });
const lateral = stepOf(
  'lateral',
  'LateralMovement',
  { by: '10.2.0.9', to: '10.2.2.4' },
  { first: DAY + 2 * HOUR, last: DAY + 2 * HOUR },
);
const exfil = stepOf(
  'exfil',
  'Exfiltration',
  { by: '10.2.2.4', to: '198.51.100.200' },
  { first: DAY + 3 * HOUR, last: DAY + 3 * HOUR },
);

describe('taking findings', () => {
  it('tells each once, however often it is taken', async () => {
    const { alerts, told, make } = await open();
    expect(await alerts.take([brute])).toMatchObject({ raised: 1 });
    expect(await alerts.take([brute])).toMatchObject({ raised: 0, known: 1 });
    expect(await make().take([brute])).toMatchObject({ known: 1 });
    expect(told()).toEqual([`raised ${brute.title}`, 'incident opened']);
  });

  it('counts what goes on, and tells again at ten times as much', async () => {
    const { alerts } = await open();
    const more = (magnitude: number): Finding => ({
      ...brute,
      magnitude,
      last: brute.last + magnitude,
    });
    await alerts.take([brute]);
    expect(await alerts.take([more(20), more(30)])).toMatchObject({ counted: 2, toldAgain: 0 });
    expect(await alerts.take([more(100)])).toMatchObject({ toldAgain: 1 });
    expect(await alerts.take([more(900)])).toMatchObject({ counted: 1 });
  });

  it('makes one incident of a chain, in whatever order it comes', async () => {
    for (const order of [
      [brute, lateral, exfil],
      [exfil, lateral, brute],
      [brute, exfil, lateral],
    ]) {
      const { alerts, incidents } = await open();
      for (const finding of order) await alerts.take([finding]);
      const latest = new Map(incidents().map((i) => [i.number, i]));
      const open_ = [...latest.values()].filter((i) => i.state !== 'Closed');
      expect(open_).toHaveLength(1);
      expect(open_[0]).toMatchObject({
        severity: 'high',
        tactics: ['CredentialAccess', 'LateralMovement', 'Exfiltration'],
      });
      expect(open_[0]!.alerts).toHaveLength(3);
    }
  });

  it('keeps weak signs to itself until two kinds add up', async () => {
    const { alerts, told } = await open();
    const weak = (id: string, score: number) =>
      findingOf({
        by: '10.0.0.5',
        finder: { id, family: id },
        score,
        confidence: 0.5,
        severity: 'low',
      });
    expect(await alerts.take([weak('odd', 0.45)])).toMatchObject({ kept: 1 });
    expect(await alerts.take([weak('rare', 0.45)])).toMatchObject({ kept: 1 });
    expect(await alerts.take([weak('new', 0.49)])).toMatchObject({ raised: 1 });
    expect(told()).toEqual(['raised 3 weak signs about IP 10.0.0.5: new, odd, rare']);
  });

  it('raises five a day of one finder about one host, and counts the others', async () => {
    const { alerts } = await open();
    const many = Array.from({ length: 20 }, (_, i) =>
      findingOf({ by: '10.0.0.5', to: `10.0.1.${i}` }),
    );
    expect(await alerts.take(many)).toMatchObject({ raised: 5, counted: 15 });
  });

  it('opens no incident for a low alert, nor for the canary', async () => {
    const { alerts, told } = await open();
    await alerts.take([
      findingOf({ by: '10.0.0.5', severity: 'low' }),
      findingOf({ by: '10.0.0.6', finder: { kind: 'canary', id: 'canary' } }),
    ]);
    expect(told()).toEqual([
      'raised scan by 10.0.0.5 of nothing',
      'raised canary by 10.0.0.6 of nothing',
    ]);
  });

  it('opens an incident for low alerts once they are three steps, and says why each is in it', async () => {
    const { alerts, store } = await open();
    const low = [brute, lateral, exfil].map((f) => ({ ...f, severity: 'low' as const }));
    await alerts.take(low.slice(0, 2));
    expect(alerts.log(0, 100).filter((e) => e.kind === 'incident')).toEqual([]);
    await alerts.take([
      {
        ...low[2]!,
        entities: [...lateral.entities, ...exfil.entities.filter((e) => e.role === 'target')],
      },
    ]);
    const says = store.state
      .all<{ says: string }>('SELECT says FROM incident_event')
      .map((e) => e.says);
    expect(says[0]).toContain('3 steps of an intrusion');
    expect(says.slice(1).every((s) => s.includes(`Joined to “${exfil.title}”`))).toBe(true);
    expect(says).toHaveLength(3);
  });

  it('tells what is good to know singly, a few a day, and never as a part of an intrusion', async () => {
    const { alerts, incidents } = await open();
    const noticeOf = (n: number) =>
      findingOf({ by: `192.0.2.${n}`, to: `10.2.${n}.9`, severity: 'informational' });
    await alerts.take(Array.from({ length: 30 }, (_, i) => noticeOf(i + 1)));
    expect(incidents()).toEqual([]);
    const single = () =>
      alerts.alerts({ severity: 'informational', state: 'open', isUnplaced: true, limit: 100 });
    expect(single().total).toBe(10);
    expect(
      single()
        .alerts.map((a) => a.findings)
        .toSorted((a, b) => b - a)[0],
    ).toBe(21);
    await alerts.take([
      findingOf({ by: '10.2.1.9', to: '198.51.100.7', finder: { id: 'beacon' } }),
    ]);
    expect(incidents().at(-1)?.alerts).toHaveLength(1);
    const [one] = single().alerts;
    alerts.judgeAlert({ id: one!.id, verdict: 'BenignPositive' }, 'ann');
    expect(single().total).toBe(9);
    const learned = findingOf({ by: '10.7.7.7', severity: 'low', isLearning: true });
    expect(await alerts.take([learned])).toMatchObject({ kept: 1 });
  });

  it('joins nothing through a DNS server', async () => {
    const hubOf = (key: string) => (key === 'IP 10.2.0.9' ? 'dns' : undefined);
    const { alerts, incidents } = await open({ hubOf });
    await alerts.take([brute, lateral]);
    expect(new Set(incidents().map((i) => i.number)).size).toBe(2);
  });

  it("follows a rule's own grouping", async () => {
    const { alerts, incidents } = await open();
    const grouping = {
      createIncident: true,
      isEnabled: true,
      reopenClosed: false,
      lookback: 5 * HOUR,
      matching: 'AllEntities' as const,
      byEntities: [],
      byAlertDetails: [],
      byCustomDetails: [],
    };
    const rule = (key: string, by: string) =>
      findingOf({
        key,
        by,
        grouping,
        finder: { kind: 'rule', id: 'r1' },
        severity: 'informational',
      });
    await alerts.take([rule('a', '10.0.0.1'), rule('b', '10.0.0.1'), rule('c', '10.0.0.2')]);
    const latest = new Map(incidents().map((i) => [i.number, i.alerts.length]));
    expect([...latest.values()]).toEqual([2, 1]);
    const silent = { ...grouping, createIncident: false };
    await alerts.take([{ ...rule('d', '10.0.0.3'), grouping: silent }]);
    expect(new Set(incidents().map((i) => i.number)).size).toBe(2);
  });
});

describe('the tables', { timeout: 60_000 }, () => {
  it('hold every version once, also across a restart', async () => {
    const { alerts, store, clock, make, wait } = await open();
    await alerts.take([brute]);
    await alerts.settle();
    wait(HOUR);
    await alerts.take([lateral, exfil]);
    await alerts.stop();
    const again = make();
    await again.settle();
    await again.stop();
    const queries = createQueryService({ store, clock, limits: { threads: 1 } });
    onTestFinished(() => queries.stop());
    const rows = async (text: string) => (await queries.query({ text })).rows;
    expect(
      await rows(
        'SecurityIncident | summarize arg_max(LastModifiedTime, *) by IncidentNumber | mv-expand AlertId = AlertIds to typeof(string) | join kind=inner SecurityAlert on $left.AlertId == $right.SystemAlertId | project IncidentNumber, Severity, AlertName, Tactics1 = tostring(AdditionalData.tactics) | order by AlertName asc',
      ),
    ).toEqual([
      [1, 'High', brute.title, '["CredentialAccess","LateralMovement","Exfiltration"]'],
      [1, 'High', exfil.title, '["CredentialAccess","LateralMovement","Exfiltration"]'],
      [1, 'High', lateral.title, '["CredentialAccess","LateralMovement","Exfiltration"]'],
    ]);
    expect(
      await rows(
        'SecurityAlert | mv-expand E = todynamic(Entities) | where E.Type == "ip" and E.Role == "actor" | summarize count() by tostring(E.Address) | order by E_Address asc',
      ),
    ).toEqual([
      ['10.2.0.9', 1],
      ['10.2.2.4', 1],
      ['203.0.113.88', 1],
    ]);
    expect(await rows('SecurityAlert | summarize n = count(), dcount(_ItemId)')).toEqual([[3, 3]]);
  });
});
