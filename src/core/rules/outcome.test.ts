import { expect, it } from 'vitest';
import { expandSamples, judgeResult, type Rule, readRules, triggers } from './index.ts';

const window = { from: Date.UTC(2026, 2, 4, 9) * 1000, to: Date.UTC(2026, 2, 4, 10) * 1000 };

function ruleOf(more = ''): Rule {
  const text = `
id: r
name: A rule
query: |
  Flows
entityMappings:
  - { entityType: IP, fieldMappings: [{ identifier: Address, columnName: SrcIp }] }
  - { entityType: IP, fieldMappings: [{ identifier: Address, columnName: DestIp }] }
${more}`;
  const { rules, problems } = readRules([{ file: 'r.yaml', text }]);
  expect(problems).toEqual([]);
  return rules[0]!;
}

const result = (rows: readonly (readonly unknown[])[]) => ({
  columns: ['TimeGenerated', 'SrcIp', 'DestIp', 'Events'],
  rows,
});
const one = (src: string, dest: unknown, events = 1) => ['2026-03-04T09:30:00Z', src, dest, events];

it('fires by its trigger', () => {
  expect(triggers({ operator: 'gt', threshold: 2 }, 2)).toBe(false);
  expect(triggers({ operator: 'lt', threshold: 1 }, 0)).toBe(true);
  expect(triggers({ operator: 'eq', threshold: 0 }, 0)).toBe(true);
  expect(triggers({ operator: 'ne', threshold: 0 }, 1)).toBe(true);
  expect(judgeResult(ruleOf(), result([]), window)).toEqual([]);
});

it('makes one finding of all rows, with entities, times and proof', () => {
  const [finding, ...more] = judgeResult(
    ruleOf(),
    result([
      one('10.0.0.1', '203.0.113.1', 4),
      one('10.0.0.1', '["203.0.113.2","203.0.113.3"]', 5),
    ]),
    window,
  );
  expect(more).toEqual([]);
  expect(finding?.entities.map((e) => [e.role, e.identifiers['Address']])).toEqual([
    ['actor', '10.0.0.1'],
    ['target', '203.0.113.1'],
    ['target', '203.0.113.2'],
    ['target', '203.0.113.3'],
  ]);
  expect(finding?.magnitude).toBe(9);
  expect(finding?.first).toBe(Date.UTC(2026, 2, 4, 9, 30) * 1000);
  expect(finding?.evidence[0]).toMatchObject({ rows: 2 });
  expect(finding?.evidence[0]?.kql).toContain(
    'set query_datetimescope_to = datetime(2026-03-04T10:00:00Z);\nFlows',
  );
});

it('makes a finding of each row, at most 150, and says the same claim with the same key', () => {
  const rule = ruleOf(
    'eventGroupingSettings: { aggregationKind: AlertPerResult }\nalertDetailsOverride: { alertDisplayNameFormat: "{{SrcIp}} to {{DestIp}}" }',
  );
  const rows = Array.from({ length: 400 }, (_, i) => one(`10.0.0.${i}`, '203.0.113.1'));
  const found = judgeResult(rule, result(rows), window);
  expect(found).toHaveLength(150);
  expect(found[0]?.title).toBe('10.0.0.0 to 203.0.113.1');
  expect(found[0]?.evidence[0]?.kql).toContain(
    '| where SrcIp == "10.0.0.0" and DestIp == "203.0.113.1"',
  );
  expect(found.at(-1)?.evidence[0]?.rows).toBe(251);
  const later = { from: window.to, to: window.to + 3600e6 };
  expect(judgeResult(rule, result(rows), later).map((f) => f.key)).toEqual(found.map((f) => f.key));
  expect(new Set(found.map((f) => f.key)).size).toBe(150);
});

it('is about who is named singly: a list that holds one this time tells how far it went', () => {
  const rule = ruleOf('eventGroupingSettings: { aggregationKind: AlertPerResult }');
  const lists: readonly unknown[] = [
    '["203.0.113.1"]',
    ['203.0.113.2'],
    '["203.0.113.3","203.0.113.4"]',
  ];
  const keys = lists.map(
    (dest) => judgeResult(rule, result([one('10.0.0.1', dest)]), window)[0]?.key,
  );
  expect(new Set(keys).size).toBe(1);
  const other = judgeResult(rule, result([one('10.0.0.1', '203.0.113.1')]), window)[0]?.key;
  expect(keys).not.toContain(other);
});

it('is one claim for all rows of a run, whatever they name, unless its grouping tells them apart', () => {
  const keysOf = (more: string) =>
    ['10.0.0.1', '10.0.0.2'].map(
      (src) => judgeResult(ruleOf(more), result([one(src, '203.0.113.1')]), window)[0]?.key,
    );
  const grouping = (text: string) =>
    `incidentConfiguration: { createIncident: true, groupingConfiguration: { enabled: true, ${text} } }`;
  expect(keysOf('')).toEqual(['rule:r:', 'rule:r:']);
  expect(keysOf(grouping('matchingMethod: AnyAlert'))).toEqual(['rule:r:', 'rule:r:']);
  expect(new Set(keysOf(grouping('matchingMethod: AllEntities'))).size).toBe(2);
  expect(new Set(keysOf(grouping('matchingMethod: Selected, groupByEntities: [IP]'))).size).toBe(2);
  expect(
    new Set(keysOf(grouping('matchingMethod: Selected, groupByAlertDetails: [DisplayName]'))).size,
  ).toBe(1);
});

it('lets columns decide severity and tactics', () => {
  const rule = ruleOf(
    'alertDetailsOverride: { alertSeverityColumnName: Level, alertTacticsColumnName: Tactic }',
  );
  const [finding] = judgeResult(
    rule,
    { columns: ['Level', 'Tactic'], rows: [['High', 'Impact, Exfiltration']] },
    window,
  );
  expect(finding).toMatchObject({ severity: 'high', tactics: ['Impact', 'Exfiltration'] });
});

it('writes samples out: relative times, repetitions, numbers', () => {
  const rule = ruleOf(
    'tests:\n  - name: t\n    fires: true\n    now: 2026-03-04T10:00:00Z\n    tables:\n      Flows:\n        - { TimeGenerated: -10m, SrcIp: "10.0.0.{i}", repeat: 2, every: 30s }',
  );
  expect(expandSamples(rule.tests[0]!).tables['Flows']).toEqual([
    { TimeGenerated: '2026-03-04T09:50:00Z', SrcIp: '10.0.0.1' },
    { TimeGenerated: '2026-03-04T09:50:30Z', SrcIp: '10.0.0.2' },
  ]);
});
