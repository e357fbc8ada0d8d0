import { expect, it } from 'vitest';
import { printProblem, readRules } from '../index.ts';

const FULL = `
id: 0b9ae89d-8cad-461c-808f-0494f70ad5c4
name: Many denied flows
version: 1.2.3
kind: Scheduled
description: |
  'Somebody tries many doors.'
severity: Medium
requiredDataConnectors: []
queryFrequency: 1h
queryPeriod: 14d
triggerOperator: gt
triggerThreshold: 5
status: Available
tactics: [Discovery, CommandAndControl, PreAttack]
relevantTechniques: [T1046, T1065]
query: |
  Flows
  | where FlowStatus == "Denied"
entityMappings:
  - entityType: IP
    fieldMappings:
      - { identifier: Address, columnName: SrcIp }
  - entityType: Account
    fieldMappings:
      - { identifier: Name, columnName: Name }
      - { identifier: UPNSuffix, columnName: Suffix }
customDetails: { Ports: DestPort }
alertDetailsOverride:
  alertDisplayNameFormat: '{{SrcIp}} tries doors'
  alertSeverityColumnName: Level
  alertDynamicProperties:
    - { alertProperty: RemediationSteps, value: Steps }
eventGroupingSettings: { aggregationKind: AlertPerResult }
suppressionEnabled: true
suppressionDuration: 5h
incidentConfiguration:
  createIncident: true
  groupingConfiguration:
    enabled: true
    reopenClosedIncident: true
    lookbackDuration: 1d
    matchingMethod: Selected
    groupByEntities: [IP]
`;

it('reads every field of an analytics rule', () => {
  const { rules, problems } = readRules([{ file: 'r.yaml', text: FULL }]);
  expect(problems.map((p) => [p.level, p.line, p.message])).toEqual([
    ['warning', 16, 'ATT&CK has replaced T1065 by T1571'],
  ]);
  expect(rules[0]).toMatchObject({
    id: '0b9ae89d-8cad-461c-808f-0494f70ad5c4',
    description: 'Somebody tries many doors.',
    severity: 'medium',
    tactics: ['Discovery', 'CommandAndControl', 'Reconnaissance'],
    techniques: ['T1046', 'T1571'],
    query: 'Flows\n| where FlowStatus == "Denied"',
    schedule: { kind: 'every', frequency: 3600e6, period: 14 * 86_400e6 },
    trigger: { operator: 'gt', threshold: 5 },
    suppression: 5 * 3600e6,
    eventGrouping: 'AlertPerResult',
    customDetails: { Ports: 'DestPort' },
    alertDetails: {
      nameFormat: '{{SrcIp}} tries doors',
      severityColumn: 'Level',
      properties: [{ property: 'RemediationSteps', column: 'Steps' }],
    },
    grouping: {
      isEnabled: true,
      reopenClosed: true,
      lookback: 86_400e6,
      matching: 'Selected',
      byEntities: ['IP'],
    },
    version: '1.2.3',
    isEnabled: true,
  });
  expect(rules[0]?.entities.map((e) => [e.type, e.role])).toEqual([
    ['IP', 'actor'],
    ['Account', 'related'],
  ]);
});

it('fills in what the public repository leaves out', () => {
  const { rules, problems } = readRules([
    { file: 'r.yaml', text: 'id: x\nname: A\nkind: NRT\nquery: Flows' },
  ]);
  expect(problems).toEqual([]);
  expect(rules[0]).toMatchObject({
    severity: 'medium',
    schedule: { kind: 'near-real-time' },
    trigger: { operator: 'gt', threshold: 0 },
    eventGrouping: 'SingleAlert',
  });
});

it('tells all that is wrong, with lines, and keeps the other rules', () => {
  const text =
    'id: a\nname: A\nquery: Flows\nseverity: Severe\nqueryFrequency: 2h\nqueryPeriod: 1h\ntriggerThreshold: -1\n---\nid: b\nname: B\nquery: Flows';
  const { rules, problems } = readRules([{ file: 'r.yaml', text }]);
  expect(rules.map((r) => r.name)).toEqual(['B']);
  expect(problems.map((p) => p.line)).toEqual([4, 6, 7]);
  expect(printProblem(problems[0]!)).toBe(
    'r.yaml:4: severity cannot be Severe. Use Informational, Low, Medium, High or Critical.',
  );
});

it('refuses what is no rule, what is no YAML, and an id that is taken', () => {
  const files = [
    { file: 'a.yaml', text: 'id: a\nname: A\nquery: Flows' },
    { file: 'b.yaml', text: 'id: a\nname: B\nquery: Flows' },
    { file: 'c.yaml', text: 'hello: world' },
    { file: 'd.yaml', text: 'a: [' },
  ];
  const { rules, problems } = readRules(files);
  expect(rules.map((r) => r.name)).toEqual(['A']);
  expect(problems.map((p) => [p.file, p.level])).toEqual([
    ['b.yaml', 'refused'],
    ['c.yaml', 'refused'],
    ['d.yaml', 'refused'],
  ]);
});

it('reads the portal’s export and ARM templates', () => {
  const properties = {
    displayName: 'Exported',
    severity: 'High',
    enabled: false,
    query: 'Flows',
    queryFrequency: 'PT5M',
    queryPeriod: 'P1D',
    triggerOperator: 'LessThan',
    triggerThreshold: 1,
    suppressionDuration: 'PT1H',
    suppressionEnabled: false,
    techniques: ['T1046'],
  };
  const resource = {
    type: 'Microsoft.OperationalInsights/workspaces/providers/alertRules',
    name: "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/7f0a1b2c-1111-2222-3333-444455556666')]",
    kind: 'Scheduled',
    properties,
  };
  const { rules, problems } = readRules([
    { file: 't.json', text: JSON.stringify({ resources: [resource] }, null, 1) },
  ]);
  expect(problems).toEqual([]);
  expect(rules[0]).toMatchObject({
    id: '7f0a1b2c-1111-2222-3333-444455556666',
    name: 'Exported',
    isEnabled: false,
    schedule: { frequency: 300e6, period: 86_400e6 },
    trigger: { operator: 'lt', threshold: 1 },
    source: { format: 'arm' },
  });
});

it('says what it does not do, and shows which logs a rule was written for', () => {
  const text = FULL.replace(
    'requiredDataConnectors: []',
    'requiredDataConnectors: [{ connectorId: AzureFirewall, dataTypes: [AzureDiagnostics] }]\nmetadata: { author: x }\nstartTimeUtc: 2026-01-01T00:00:00Z\ntriggerTreshold: 3',
  );
  const { rules } = readRules([{ file: 'r.yaml', text }]);
  expect(rules[0]?.connectors).toEqual(['AzureFirewall (AzureDiagnostics)']);
  expect(rules[0]?.warnings).toEqual([
    'the field startTimeUtc is not read. Runs end at multiples of queryFrequency; take it away',
    'the field triggerTreshold is not read. Did you mean triggerThreshold?',
    'ATT&CK has replaced T1065 by T1571. Write T1571',
  ]);
});

it.each([
  ['status: NotAvailable', false, 'its status is NotAvailable: it does not run'],
  ['status: Deprecated', false, 'its status is Deprecated: it does not run'],
  ['status: Deprecated\nenabled: true', true, undefined],
  ['status: Installed', true, undefined],
  ['status: Available\nenabled: false', false, undefined],
])('lets a retired template rest, and tells it: %j', (status, isEnabled, says) => {
  const { rules, problems } = readRules([
    { file: 'r.yaml', text: FULL.replace('status: Available', status) },
  ]);
  expect(rules[0]?.isEnabled).toBe(isEnabled);
  expect(problems.find(({ message }) => message.includes('status'))?.message).toBe(says);
});

it('takes the techniques of an alert from the property that names them', () => {
  const text = FULL.replace(
    '{ alertProperty: RemediationSteps, value: Steps }',
    '{ alertProperty: Techniques, value: Ids }',
  );
  expect(readRules([{ file: 'r.yaml', text }]).rules[0]?.alertDetails.techniquesColumn).toBe('Ids');
});

it('tells of exported rules that are no query', () => {
  const text = JSON.stringify({
    resources: [
      { type: 'Microsoft.SecurityInsights/alertRules', kind: 'Fusion', properties: {} },
      {
        type: 'Microsoft.SecurityInsights/alertRules',
        kind: 'Scheduled',
        name: '0b9ae89d-8cad-461c-808f-0494f70ad5c4',
        properties: { displayName: 'A', query: 'Flows', queryFrequency: 'PT1H', enabled: false },
      },
    ],
  });
  const { rules, problems } = readRules([{ file: 'export.json', text }]);
  expect(rules.map((r) => [r.name, r.isEnabled])).toEqual([['A', false]]);
  expect(problems.map((p) => [p.level, p.message])).toEqual([
    ['warning', 'a rule of kind Fusion has no query to run here'],
  ]);
});
