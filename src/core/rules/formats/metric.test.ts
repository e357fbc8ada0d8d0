import { expect, it } from 'vitest';
import { readRules } from '../index.ts';

const metric = (threshold: string, more = '') => `
id: m
name: Denied flows
kind: Metric
series: Flows | where FlowStatus == "Denied"
by: [DestIp]
every: 10m
threshold: { ${threshold} }
${more}`;

it('compiles a fixed threshold to KQL over whole points', () => {
  const { rules, problems } = readRules([
    { file: 'm.yaml', text: metric('kind: static, above: 100, points: 3, of: 5') },
  ]);
  expect(problems).toEqual([]);
  expect(rules[0]?.query).toBe(`Flows | where FlowStatus == "Denied"
| make-series Value = count() default = 0 on TimeGenerated from bin(now(), 10m) - 50m to bin(now(), 10m) step 10m by DestIp
| mv-expand Time = TimeGenerated to typeof(datetime), Value to typeof(real)
| where Value > 100
| summarize Points = count(), Value = max(Value), FirstTime = min(Time), LastTime = max(Time) by DestIp
| where Points >= 3`);
  expect(rules[0]?.schedule).toEqual({ kind: 'every', frequency: 600e6, period: 3600e6 });
});

it('compiles a learned threshold with its season', () => {
  const { rules } = readRules([
    {
      file: 'm.yaml',
      text: metric('kind: learned, from: 7d, season: 1d, direction: both, atLeast: 50'),
    },
  ]);
  expect(rules[0]?.query).toContain("series_decompose_anomalies(Value, 2.5, 144, 'linefit', 1)");
  expect(rules[0]?.query).toContain('Flag != 0 and Value >= 50');
});

it.each([
  ['kind: static', 'the threshold has no value'],
  ['above: 5', 'kind is missing'],
  ['kind: learned, from: 20m', '2 points are too few'],
  ['kind: learned, from: 7d, season: 25m', 'the season is no multiple of every'],
  ['kind: learned, from: 30d', 'looks back over 14 days'],
])('refuses %s', (threshold, message) => {
  const { rules, problems } = readRules([{ file: 'm.yaml', text: metric(threshold) }]);
  expect(rules).toEqual([]);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.line).toBeGreaterThan(1);
});
