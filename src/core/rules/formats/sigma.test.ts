import { describe, expect, it } from 'vitest';
import { readRules } from '../index.ts';

const rule = (detection: string, source = 'category: firewall', more = '') => `
title: A rule
id: 11111111-2222-3333-4444-555555555555
logsource: { ${source} }
detection:
${detection
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
${more}`;

function conditionsOf(detection: string, source?: string, placeholders = {}): string {
  const { rules, problems } = readRules([{ file: 'a.yml', text: rule(detection, source) }], {
    placeholders,
  });
  expect(problems).toEqual([]);
  return (rules[0]?.query ?? '')
    .split(/\n(?=\|)/)
    .slice(1)
    .filter((line) => line !== '| where IsPrimary')
    .join('\n');
}

function problemOf(text: string): { line: number | undefined; message: string; advice: string } {
  const { problems } = readRules([{ file: 'a.yml', text }]);
  const [first] = problems;
  return { line: first?.line, message: first?.message ?? '', advice: first?.advice ?? '' };
}

describe('values and modifiers become operators of KQL', () => {
  const cases: readonly (readonly [item: string, kql: string, source?: string])[] = [
    ['src_ip: 10.0.0.1', 'SrcIp =~ "10.0.0.1"'],
    ['src_ip: [a, b]', 'SrcIp in~ ("a", "b")'],
    ['src_ip|cased: [a, b]', 'SrcIp in ("a", "b")'],
    ['src_ip: "10.*"', 'SrcIp startswith "10."'],
    ['src_ip: "*.1"', 'SrcIp endswith ".1"'],
    ['src_ip: "1*2?3"', 'SrcIp matches regex "(?is)^1.*2.3$"'],
    ["src_ip: 'a\\*b'", 'SrcIp =~ "a*b"'],
    ['src_ip: "*"', 'isnotempty(SrcIp)'],
    ["src_ip: ''", 'isempty(SrcIp)'],
    ['src_ip: null', 'isempty(SrcIp)'],
    ['dst_port: null', 'isnull(DestPort)'],
    ['dst_port: [22, "23"]', 'DestPort == 22 or DestPort == 23'],
    ['dst_port|gte: 1024', 'DestPort >= 1024'],
    ['src_ip|contains|all: [a, b]', 'SrcIp contains "a" and SrcIp contains "b"'],
    ['src_ip|contains|cased: a', 'SrcIp contains_cs "a"'],
    ['src_ip|neq: a', 'not(SrcIp =~ "a")'],
    ['dst_port|neq: 5', 'not(coalesce(DestPort == 5, false))'],
    ['src_ip|exists: false', 'isempty(SrcIp)'],
    ['src_ip|re: "^10\\\\.[0-9]+$"', 'SrcIp matches regex @"^10\\.[0-9]+$"'],
    ['src_ip|re|i|m: "^a"', 'SrcIp matches regex "(?im)^a"'],
    [
      'src_ip|cidr: [10.0.0.0/8, 192.168.0.0/16]',
      'ipv4_is_in_any_range(SrcIp, dynamic(["10.0.0.0/8", "192.168.0.0/16"]))',
    ],
    ['src_ip|cidr: fe80::/10', 'ipv6_is_in_any_range(SrcIp, dynamic(["fe80::/10"]))'],
    ['src_ip|fieldref: dst_ip', 'SrcIp =~ DestIp'],
    ['src_ip|fieldref|startswith: dst_ip', 'SrcIp startswith DestIp'],
    ['src_port|fieldref|neq: dst_port', 'not(coalesce(SrcPort == DestPort, false))'],
    ['query|base64: foobar', 'DnsQuery =~ "Zm9vYmFy"', 'category: dns'],
    [
      'query|base64offset|contains: foobar',
      'DnsQuery contains "Zm9vYmFy"\n    or DnsQuery contains "Zvb2Jhc"\n    or DnsQuery contains "mb29iYX"',
      'category: dns',
    ],
    ['query|wide|base64: ab', 'DnsQuery =~ "YQBiAA=="', 'category: dns'],
    ['query|utf16be|base64: ab', 'DnsQuery =~ "AGEAYg=="', 'category: dns'],
    ['query|utf16|base64: ab', 'DnsQuery =~ "//5hAGIA"', 'category: dns'],
    [
      'CommandLine|windash|contains: " -x"',
      'InitiatingProcessCommandLine contains " -x"',
      'category: network_connection',
    ],
  ];
  it.each(cases.map(([item, kql, source = 'category: firewall']) => ({ item, kql, source })))(
    '$item',
    ({ item, kql, source }) => {
      const printed = conditionsOf(`selection:\n  ${item}\ncondition: selection`, source);
      const wanted = kql.replaceAll('\n    or', ' or');
      const plain = printed.replace(/\n\s+/g, ' ');
      if (item.includes('windash')) {
        for (const dash of ['-', '/', '–', '—', '―']) expect(plain).toContain(`" ${dash}x"`);
      } else expect(plain.replace(/^\| where /, '')).toBe(wanted);
    },
  );

  it('takes placeholders from the configuration, and refuses what it does not know', () => {
    const text = 'selection:\n  src_ip|expand: "%Scanners%"\ncondition: selection';
    expect(conditionsOf(text, undefined, { Scanners: ['10.0.0.9', '10.0.0.10'] })).toBe(
      '| where SrcIp in~ ("10.0.0.9", "10.0.0.10")',
    );
    expect(problemOf(rule(text)).message).toContain('nothing is known of %Scanners%');
  });

  it('reads parts of a date', () => {
    const { problems } = readRules([
      { file: 'a.yml', text: rule('selection:\n  src_ip|hour: 3\ncondition: selection') },
    ]);
    expect(problems).toEqual([]);
  });
});

describe('conditions', () => {
  const searches = 'a:\n  dst_port: 1\nb:\n  dst_port: 2\n_c:\n  dst_port: 3\n';
  const A = 'DestPort == 1';
  const B = 'DestPort == 2';
  it.each([
    ['a or b', `| where ${A} or ${B}`],
    ['a and b', `| where ${A}\n| where ${B}`],
    ['not a', `| where not(coalesce(${A}, false))`],
    ['a and not b', `| where ${A}\n| where not(coalesce(${B}, false))`],
    ['a or b and _c', `| where ${A} or (${B} and DestPort == 3)`],
    ['(a or b) and _c', `| where ${A} or ${B}\n| where DestPort == 3`],
    ['1 of them', `| where ${A} or ${B}`],
    ['all of them', `| where ${A}\n| where ${B}`],
    ['any of a*', `| where ${A}`],
    ['[a, b]', `| where ${A} or ${B}`],
  ])('%s', (condition, kql) => {
    expect(conditionsOf(`${searches}condition: ${condition}`)).toBe(kql);
  });

  it.each([
    ['a | count() > 5', 'aggregations in the condition'],
    ['a and', 'the condition ends early'],
    ['(a', 'a parenthesis is not closed'],
    ['d', 'no search is called d'],
    ['1 of d*', 'no search is called d*'],
    ['a b', 'b is not understood'],
  ])('refuses %s', (condition, message) => {
    expect(problemOf(rule(`${searches}condition: ${condition}`)).message).toContain(message);
  });
});

it('searches keywords in the texts of the log source', () => {
  const printed = conditionsOf(
    'keywords:\n  - show version\n  - "a*b"\ncondition: keywords',
    'product: cisco, service: aaa',
  );
  expect(printed).toBe(
    '| where SyslogMessage contains "show version" or SyslogMessage matches regex "(?is)a.*b"',
  );
});

describe('what cannot be compiled is refused with its line and its reason', () => {
  it.each([
    [
      'selection:\n  filehash: x\ncondition: selection',
      'category: firewall',
      6,
      'the field filehash of firewall logs has no column in Flows',
    ],
    [
      'selection:\n  x: 1\ncondition: selection',
      'product: vms',
      4,
      'Weir has no table for product vms',
    ],
    [
      'selection:\n  src_ip|contain: x\ncondition: selection',
      'category: firewall',
      7,
      'there is no modifier contain',
    ],
    [
      'selection:\n  src_ip|re: "a(?=b)"\ncondition: selection',
      'category: firewall',
      7,
      'looks around or back',
    ],
    [
      'selection:\n  src_ip|contains|all: x\ncondition: selection',
      'category: firewall',
      7,
      'all needs a list',
    ],
    [
      'selection:\n  src_ip: [a, null]\ncondition: selection',
      'category: firewall',
      7,
      'null stands in a list',
    ],
    [
      'keywords: [x]\ncondition: keywords',
      'category: firewall',
      6,
      'no text to look for keywords in',
    ],
    [
      'selection:\n  src_ip: x\ntimeframe: 5m\ncondition: selection',
      'category: firewall',
      8,
      'timeframe is not part of Sigma',
    ],
  ])('%s', (detection, source, line, message) => {
    const found = problemOf(rule(detection, source));
    expect(found.message).toContain(message);
    expect(found.line).toBe(line);
    expect(found.advice).not.toBe('');
  });
});

it('reads what a rule says of itself', () => {
  const more =
    'level: high\ntags: [attack.t1065, attack.command-and-control, cve.2024.1]\nfalsepositives: [Unknown, Backups]\nstatus: deprecated\nmodified: 2024-02-03';
  const { rules } = readRules([
    { file: 'a.yml', text: rule('s:\n  dst_port: 1\ncondition: s', undefined, more) },
  ]);
  expect(rules[0]).toMatchObject({
    severity: 'high',
    techniques: ['T1571'],
    tactics: ['CommandAndControl'],
    falsePositives: ['Backups'],
    isEnabled: false,
    version: '2024-02-03',
    source: { file: 'a.yml', line: 2, format: 'sigma' },
  });
});

it('puts filters behind the rules that they name', () => {
  const filter =
    'title: ours\nlogsource: { category: firewall }\nfilter:\n  rules: [11111111-2222-3333-4444-555555555555]\n  selection:\n    src_ip: 10.0.0.9\n  condition: not selection';
  const files = [
    { file: 'a.yml', text: rule('s:\n  dst_port: 1\ncondition: s') },
    { file: 'b.yml', text: filter },
  ];
  const { rules } = readRules(files);
  expect(rules).toHaveLength(1);
  expect(rules[0]?.query).toMatch(/where DestPort == 1\n\| where not\(SrcIp =~ "10\.0\.0\.9"\)$/);
});

describe('correlations', () => {
  const members = `
title: failed
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
level: high
correlation:
`;
  function read(correlation: string) {
    const body = correlation
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n');
    return readRules([{ file: 'a.yml', text: members + body }]);
  }

  it('slides exactly over counts of events, and gives only the outermost rule', () => {
    const { rules, problems } = read(
      'type: event_count\nrules: [failed]\ngroup-by: [src_ip]\ntimespan: 5m\ncondition: { gte: 10 }',
    );
    expect(problems).toEqual([]);
    const found = rules.filter((r) => r.name !== 'passed');
    expect(found.map((r) => r.name)).toEqual(['correlated']);
    expect(found[0]?.query).toContain('prev(TimeGenerated, 9)');
    expect(found[0]?.query).toContain('<= 5m');
    expect(found[0]).toMatchObject({
      severity: 'high',
      warnings: [],
      schedule: { kind: 'every', frequency: 300e6, period: 600e6 },
    });
    expect(found[0]?.entities.map((e) => e.fields[0]?.column)).toEqual(['SrcIp']);
  });

  it('warns where windows do not slide', () => {
    const { rules } = read(
      'type: value_count\nrules: [failed]\ngroup-by: [src_ip]\ntimespan: 1h\ncondition: { field: dst_ip, gte: 5, lt: 10 }',
    );
    expect(rules.at(-1)?.warnings[0]).toContain('do not slide');
  });

  it('keeps the rules that it goes over when it is told to', () => {
    const { rules } = read(
      'type: temporal\nrules: [failed, passed]\ngroup-by: [src_ip]\ntimespan: 5m\ngenerate: true',
    );
    expect(rules.map((r) => r.name)).toEqual(['failed', 'passed', 'correlated']);
  });

  it.each([
    [
      'type: event_count\nrules: [nobody]\ntimespan: 5m\ncondition: { gte: 1 }',
      'no rule has the name or id nobody',
    ],
    [
      'type: event_counts\nrules: [failed]\ntimespan: 5m\ncondition: { gte: 1 }',
      'type cannot be event_counts',
    ],
    ['type: event_count\nrules: [failed]\ntimespan: 5x\ncondition: { gte: 1 }', 'no timespan'],
    ['type: event_count\nrules: [failed]\ntimespan: 5m', 'needs a condition'],
    ['type: value_sum\nrules: [failed]\ntimespan: 5m\ncondition: { gte: 1 }', 'needs the field'],
    [
      'type: event_count\nrules: [failed]\ntimespan: 5m\ncondition: { atleast: 1 }',
      'there is no comparison atleast',
    ],
  ])('refuses %s', (correlation, message) => {
    expect(
      read(correlation)
        .problems.map((p) => p.message)
        .join(),
    ).toContain(message);
  });

  it('refuses a circle', () => {
    const text =
      'title: a\nname: a\ncorrelation: { type: event_count, rules: [b], timespan: 5m, condition: { gte: 1 } }\n---\ntitle: b\nname: b\ncorrelation: { type: event_count, rules: [a], timespan: 5m, condition: { gte: 1 } }';
    const { rules, problems } = readRules([{ file: 'a.yml', text }]);
    expect(rules).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });
});
