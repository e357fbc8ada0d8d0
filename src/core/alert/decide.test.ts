import { describe, expect, it } from 'vitest';
import {
  addUp,
  compileScope,
  createAssets,
  followUp,
  ipEntity,
  linkAlerts,
  precisionOf,
  raiseAlert,
  scopesFor,
  shareInterval,
  subjectOf,
  tellIncident,
  tellScope,
  weigh,
} from './index.ts';
import { DAY, findingOf, HOUR, stepOf } from './testing/finding.ts';

const nothing = { asset: undefined, verdicts: { right: 0, wrong: 0 } };
const alertOf = (finding: ReturnType<typeof findingOf>, id = finding.key) =>
  raiseAlert(finding, weigh(finding, nothing), { id, now: DAY });
const specific = () => ({ others: 0, hub: undefined });

describe('what findings add up to', () => {
  it('counts a family once, by its strongest', () => {
    const scans = Array.from({ length: 100 }, () => ({ family: 'scan', weight: 0.2 }));
    expect(addUp(scans).weight).toBeCloseTo(0.2);
    expect(addUp(scans).isEnough).toBe(false);
    const both = addUp([...scans, { family: 'beacon', weight: 0.5 }]);
    expect(both.weight).toBeCloseTo(1 - 0.8 * 0.5);
    expect(both).toMatchObject({ families: ['beacon', 'scan'], isEnough: true });
  });

  it('weighs by asset and verdicts, and says so', () => {
    const asset = {
      name: 'Domain controllers',
      members: [],
      weight: 1,
      isCritical: true,
    };
    const finding = findingOf({ score: 0.8, confidence: 0.5 });
    expect(weigh(finding, nothing)).toEqual({ weight: 0.4, severity: 'medium', decisions: [] });
    const grave = weigh(finding, { ...nothing, asset });
    expect(grave.severity).toBe('high');
    expect(grave.decisions[0]).toContain('Domain controllers must not fall');
    const wrong = weigh(finding, { ...nothing, verdicts: { right: 0, wrong: 3 } });
    expect(wrong.weight).toBeCloseTo(0.2);
    expect(wrong.severity).toBe('low');
    expect(weigh({ ...finding, isLearning: true }, nothing).severity).toBe('informational');
  });

  it('is about the host that one owns, before all others', () => {
    expect(subjectOf(findingOf({ by: '192.0.2.1', to: '10.0.0.4' }))).toBe('IP 10.0.0.4');
    expect(subjectOf(findingOf({ by: '10.0.0.5', to: '10.0.0.4' }))).toBe('IP 10.0.0.5');
    expect(subjectOf(findingOf({ by: '192.0.2.1' }))).toBe('IP 192.0.2.1');
  });

  it.each([
    ['a little more', { magnitude: 99 }, undefined],
    ['tenfold', { magnitude: 100 }, 'grown'],
    ['graver', { severity: 'high' as const }, 'graver'],
    ['an hour later', { first: DAY + 3 * HOUR, last: DAY + 4 * HOUR }, undefined],
    ['after a quiet day', { first: DAY + 27 * HOUR, last: DAY + 28 * HOUR }, 'again'],
  ])('tells again or not: %s', (_, more, change) => {
    const finding = findingOf({ by: '10.0.0.5', ...more });
    const told = followUp(
      alertOf(findingOf({ by: '10.0.0.5' })),
      finding,
      weigh(finding, nothing),
      DAY,
    );
    expect(told.change).toBe(change);
    expect(told.alert.version).toBe(change ? 2 : 1);
  });
});

describe('what belongs together', () => {
  const brute = alertOf(
    stepOf('brute', 'CredentialAccess', { by: '203.0.113.88', to: '10.2.0.9' }),
  );
  const at = { first: DAY + 3 * HOUR, last: DAY + 3 * HOUR };
  const lateral = alertOf(
    stepOf('lateral', 'LateralMovement', { by: '10.2.0.9', to: '10.2.2.4' }, at),
  );

  it('a victim that becomes a doer', () => {
    const link = linkAlerts(lateral, brute, specific);
    expect(link).toMatchObject({ isLinked: true });
    expect(link.says).toContain(`Joined to “${brute.title}”`);
    expect(link.says).toContain('both are about IP 10.2.0.9, as a later step of an intrusion');
  });

  it('not through a hub, nor through what everybody has to do with', () => {
    expect(linkAlerts(lateral, brute, () => ({ others: 0, hub: 'dns' }))).toMatchObject({
      isLinked: false,
      says: expect.stringContaining('IP 10.2.0.9 (dns) does not count'),
    });
    expect(linkAlerts(lateral, brute, () => ({ others: 60, hub: undefined })).isLinked).toBe(false);
  });

  it('not two strangers at one host of ours, but two of ours that call one address outside', () => {
    const scanOf = (by: string, to: string) => alertOf(findingOf({ by, to }));
    expect(
      linkAlerts(scanOf('192.0.2.1', '10.0.0.4'), scanOf('192.0.2.9', '10.0.0.4'), specific)
        .isLinked,
    ).toBe(false);
    expect(
      linkAlerts(scanOf('10.0.0.7', '192.0.2.1'), scanOf('10.0.0.8', '192.0.2.1'), specific)
        .isLinked,
    ).toBe(true);
  });

  it('one of the many that were scanned, who does something else, is not joined to the scan', () => {
    const target = (n: number) => ipEntity(`10.0.0.${n}`, 'target', true);
    const scanOf = (targets: number) => ({
      ...brute,
      entities: [
        ipEntity('10.0.0.99', 'actor', true),
        ...Array.from({ length: targets }, (_, i) => target(i + 1)),
      ],
    });
    const later = { ...lateral, entities: [ipEntity('10.0.0.1', 'actor', true), target(200)] };
    expect(linkAlerts(scanOf(30), later, specific).isLinked).toBe(false);
    expect(linkAlerts(scanOf(1), later, specific).isLinked).toBe(true);
  });

  it('an open door, and whoever comes through it', () => {
    const door = alertOf(stepOf('exposure', 'InitialAccess', { to: '10.2.0.9' }));
    expect(linkAlerts(brute, door, specific).isLinked).toBe(true);
  });

  it('not after a week', () => {
    const late = { ...lateral, first: DAY + 24 * 9 * HOUR, last: DAY + 24 * 9 * HOUR };
    expect(linkAlerts(brute, late, specific).isLinked).toBe(false);
  });

  it('tells a campaign by one of it', () => {
    const calls = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((by) =>
      alertOf(stepOf('beacon', 'CommandAndControl', { by, to: '203.0.113.9' })),
    );
    expect(tellIncident(calls, () => false).title).toBe(
      'beacon by 10.0.0.1 of 203.0.113.9, and 2 more like it',
    );
  });

  it('tells an incident in the order of the intrusion', () => {
    const exfil = alertOf(
      stepOf('exfil', 'Exfiltration', { by: '10.2.2.4', to: '198.51.100.200' }),
    );
    const told = tellIncident([exfil, lateral, brute], () => false);
    expect(told.tactics).toEqual(['CredentialAccess', 'LateralMovement', 'Exfiltration']);
    expect(told.severity).toBe('high');
    expect(told.severityReason).toContain('3 steps of an intrusion');
    expect(told.title).toBe(
      'exfil by 10.2.2.4 of 198.51.100.200, and 2 more alerts that belong to it',
    );
    expect(told.entities[0]).toMatchObject({ role: 'actor' });
  });
});

describe('suppression', () => {
  const found = findingOf({ by: '10.0.0.9', to: '10.0.0.4', features: { port: 22 } });
  it.each([
    [{ finders: ['scan'] }, true],
    [{ finders: ['beacon'] }, false],
    [{ actors: ['10.0.0.0/24'] }, true],
    [{ targets: ['10.0.0.0/29'] }, true],
    [{ targets: ['10.0.0.9'] }, false],
    [{ entities: ['10.0.0.1-10.0.0.5'] }, true],
    [{ finders: ['scan'], ports: [22] }, true],
    [{ finders: ['scan'], ports: [23] }, false],
    [{ finders: ['scan'], upTo: 'low' as const }, false],
    [{ ports: [22] }, false],
    [{}, false],
  ])('%j covers it: %s', (scope, isCovered) => {
    expect(compileScope(scope)(found)).toBe(isCovered);
  });

  it('offers scopes from narrow to wide, each of which covers its alert', () => {
    const scopes = scopesFor(found);
    expect(scopes.map((s) => tellScope(s))).toEqual([
      'scan by 10.0.0.9 to 10.0.0.4 on port 22',
      'scan by 10.0.0.9 to 10.0.0.4',
      'scan by 10.0.0.9',
      'scan to 10.0.0.4',
      'scan',
    ]);
    expect(scopes.every((s) => compileScope(s)(found))).toBe(true);
  });
});

describe('precision and assets', () => {
  it('starts at two of three, and its interval narrows', () => {
    expect(precisionOf({ right: 0, wrong: 0 })).toBeCloseTo(2 / 3);
    expect(shareInterval({ right: 0, wrong: 0 })).toBeUndefined();
    const [low, high] = shareInterval({ right: 8, wrong: 2 })!;
    expect([low.toFixed(3), high.toFixed(3)]).toEqual(['0.490', '0.943']);
  });

  it('finds an asset by range and by name', () => {
    const dns = {
      name: 'Resolvers',
      members: ['10.0.0.53', '10.1.0.0/16', 'ns1'],
      weight: 1,
      isCritical: false,
    };
    const assets = createAssets([dns]);
    expect(assets.find(ipEntity('10.1.2.3', 'target'))).toBe(dns);
    expect(assets.find(ipEntity('10.2.2.3', 'target'))).toBeUndefined();
    expect(assets.find({ type: 'Host', identifiers: { HostName: 'NS1' }, role: 'actor' })).toBe(
      dns,
    );
    expect(() => createAssets([{ ...dns, members: ['10.0.0.0/99'] }])).toThrow('10.0.0.0/99');
  });
});
