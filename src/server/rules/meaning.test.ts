import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rule, readRules, type SampleRow } from '#core/rules/index.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { runRule } from './index.ts';

/** What compiled rules mean, on the engine. */

let service: QueryService;
beforeAll(() => {
  service = createQueryService({ store: undefined, clock: () => 0 });
});
afterAll(() => service.stop());

const NOW = Date.UTC(2026, 2, 4, 10) * 1000;
/** A flow so many seconds before ten o'clock. */
const flow = (ago: number, more: SampleRow = {}): SampleRow => ({
  TimeGenerated: new Date(NOW / 1000 - ago * 1000).toISOString(),
  SrcIp: '10.0.0.1',
  DestIp: '10.0.0.9',
  DestPort: 22,
  FlowStatus: 'Denied',
  ...more,
});

function read(text: string): Rule {
  const { rules, problems } = readRules([{ file: 'a.yml', text }]);
  expect(problems).toEqual([]);
  return rules.at(-1)!;
}

async function rowsOf(
  rule: Rule,
  rows: readonly SampleRow[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { result } = await runRule(service, rule, {
    window: { from: NOW - 86_400e6, to: NOW },
    given: { Flows: rows },
  });
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map((c, i) => [c.name, row[i]])),
  );
}

const plain = (detection: string) =>
  read(`title: t\nid: t\nlogsource: { category: firewall }\ndetection:\n${detection}`);

describe('Sigma', () => {
  it('takes null for false under not, as its authors mean it', async () => {
    const rule = plain(
      '  s: { src_ip: 10.0.0.1 }\n  f: { dst_port: 22 }\n  condition: s and not f',
    );
    expect(
      await rowsOf(rule, [flow(60), flow(50, { DestPort: null }), flow(40, { DestPort: 23 })]),
    ).toHaveLength(2);
  });

  it('holds an address in ranges of both versions, and what is no address in none', async () => {
    const rule = plain(
      '  s: { dst_port: 22 }\n  f:\n    src_ip|cidr: [10.0.0.0/8, "fe80::/10"]\n  condition: s and not f',
    );
    const found = await rowsOf(rule, [
      flow(60),
      flow(59, { SrcIp: 'fe80::1' }),
      flow(58, { SrcIp: '192.0.2.1' }),
      flow(57, { SrcIp: '' }),
    ]);
    expect(found.map((r) => r['SrcIp'])).toEqual(['192.0.2.1', '']);
  });

  it('matches wildcards, cases and expressions', async () => {
    const source = (test: string) => plain(`  s:\n    rule${test}\n  condition: s`);
    const rows = ['Allow-Web', 'allow-db', 'Deny'].map((AclRule) => flow(60, { AclRule }));
    expect(await rowsOf(source(': "ALLOW*"'), rows)).toHaveLength(2);
    expect(await rowsOf(source('|cased: "Allow*"'), rows)).toHaveLength(1);
    expect(await rowsOf(source('|re: "-[dw]"'), rows)).toHaveLength(1);
    expect(await rowsOf(source('|re|i: "-[dw]"'), rows)).toHaveLength(2);
    expect(await rowsOf(source(': "allow-??"'), rows)).toHaveLength(1);
  });
});

const MEMBERS = `title: failed
name: failed
logsource: { category: firewall }
detection: { s: { dst_port: 22, action: block }, condition: s }
---
title: passed
name: passed
logsource: { category: firewall }
detection: { s: { dst_port: 22, action: allow }, condition: s }
---
title: correlated
correlation:
`;
const correlation = (text: string) =>
  read(
    MEMBERS +
      text
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n'),
  );
const passed = (ago: number, more: SampleRow = {}) => flow(ago, { FlowStatus: 'Allowed', ...more });

describe('correlations', () => {
  it('count events in a window that slides over every border, and by group', async () => {
    const rule = correlation(
      'type: event_count\nrules: [failed]\ngroup-by: [src_ip]\ntimespan: 5m\ncondition: { gte: 5 }',
    );
    const across = [0, 1, 2, 3, 4].map((i) => flow(630 - i * 60));
    const found = await rowsOf(rule, [
      ...across,
      ...[0, 1, 2, 3].map((i) => flow(500 - i, { SrcIp: '10.0.0.2' })),
    ]);
    expect(found).toMatchObject([{ SrcIp: '10.0.0.1', Events: 5 }]);
    expect(
      await rowsOf(
        rule,
        [0, 1, 2, 3, 4].map((i) => flow(900 - i * 76)),
      ),
    ).toEqual([]);
  });

  it('count distinct values', async () => {
    const rule = correlation(
      'type: value_count\nrules: [failed]\ngroup-by: [src_ip]\ntimespan: 10m\ncondition: { field: dst_ip, gt: 3 }',
    );
    const to = (n: number) =>
      Array.from({ length: 8 }, (_, i) => flow(400 - i, { DestIp: `10.0.1.${i % n}` }));
    expect(await rowsOf(rule, to(4))).toMatchObject([{ SrcIp: '10.0.0.1', Value: 4 }]);
    expect(await rowsOf(rule, to(3))).toEqual([]);
  });

  it('add, average and rank values', async () => {
    const of = (type: string, bound: string) =>
      correlation(
        `type: ${type}\nrules: [failed]\ngroup-by: [src_ip]\ntimespan: 10m\ncondition: { field: src_port, ${bound} }`,
      );
    const rows = [100, 200, 600].map((SrcPort, i) => flow(100 - i, { SrcPort }));
    expect(await rowsOf(of('value_sum', 'gte: 900'), rows)).toMatchObject([{ Value: 900 }]);
    expect(await rowsOf(of('value_sum', 'gt: 900'), rows)).toEqual([]);
    expect(await rowsOf(of('value_avg', 'gte: 300'), rows)).toMatchObject([{ Value: 300 }]);
    expect(await rowsOf(of('value_percentile', 'percentile: 50, gte: 200'), rows)).toMatchObject([
      { Value: 200 },
    ]);
    expect(await rowsOf(of('value_median', 'gte: 200'), rows)).toMatchObject([{ Value: 200 }]);
    expect(await rowsOf(of('value_median', 'gt: 200'), rows)).toEqual([]);
    expect(await rowsOf(of('value_percentile', 'lte: 34'), rows)).toHaveLength(3);
    expect(await rowsOf(of('value_percentile', 'lte: 33'), rows)).toEqual([]);
  });

  it('want all rules within the timespan, in any order or in theirs', async () => {
    const any = correlation(
      'type: temporal\nrules: [failed, passed]\ngroup-by: [src_ip]\ntimespan: 5m',
    );
    const ordered = correlation(
      'type: temporal_ordered\nrules: [failed, passed]\ngroup-by: [src_ip]\ntimespan: 5m',
    );
    const backwards = [passed(400), flow(300)];
    expect(await rowsOf(any, backwards)).toHaveLength(1);
    expect(await rowsOf(ordered, backwards)).toEqual([]);
    expect(await rowsOf(ordered, [flow(400), passed(300)])).toMatchObject([{ SrcIp: '10.0.0.1' }]);
    expect(await rowsOf(any, [flow(900), passed(300)])).toEqual([]);
    expect(await rowsOf(any, [flow(400), passed(300, { SrcIp: '10.0.0.2' })])).toEqual([]);
  });

  it('match different fields by aliases, and go over other correlations', async () => {
    const chained =
      read(`${MEMBERS.replace('title: correlated\n', 'title: many\nname: many\n')}  type: event_count
  rules: [failed]
  group-by: [src_ip, dst_ip]
  timespan: 5m
  condition: { gte: 3 }
---
title: then inside
correlation:
  type: temporal_ordered
  rules: [many, passed]
  group-by: [victim]
  timespan: 10m
  aliases:
    victim: { many: dst_ip, passed: src_ip }
`);
    const rows = [
      flow(500),
      flow(490),
      flow(480),
      passed(300, { SrcIp: '10.0.0.9', DestIp: '10.0.0.77' }),
    ];
    expect(await rowsOf(chained, rows)).toMatchObject([{ victim: '10.0.0.9' }]);
    expect(await rowsOf(chained, rows.slice(1))).toEqual([]);
  });
});
