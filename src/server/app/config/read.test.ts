import { describe, expect, it } from 'vitest';
import { defaultConfig, readConfig } from './index.ts';

describe('readConfig', () => {
  it('fills in every default', () => {
    const { config } = readConfig('');
    expect(config).toEqual(defaultConfig());
    expect(config?.listen).toEqual({ host: '127.0.0.1', port: 8787 });
    expect(config?.query).toMatchObject({ workers: 2, timeout: 180_000, maxRows: 500_000 });
  });

  it('reads sizes, durations, addresses and sources', () => {
    const { config, problems } = readConfig(`
listen: '[::1]:9000'
retention: { budget: 50 GB, tables: { Flows: { maxAge: 30d } } }
sources:
  - { name: vnet, kind: folder, path: ./logs, poll: 1s }
  - { name: cloud, kind: azure-blob, container: 'https://a.example/c', sas: 'env:SAS' }
`);
    expect(problems).toEqual([]);
    expect(config?.listen).toEqual({ host: '::1', port: 9000 });
    expect(config?.retention.budget).toBe(50e9);
    expect(config?.retention.tables.Flows?.maxAge).toBe(30 * 86_400_000);
    expect(config?.sources.map((s) => s.poll)).toEqual([1000, 15_000]);
  });

  it('reads outputs, and refuses secrets, passwords and unencrypted ways to others', () => {
    const { config, problems } = readConfig(`
outputs:
  - { name: siem, kind: syslog, host: siem.example.org }
  - { name: flows, kind: hec, url: 'https://s.example:8088', token: 'env:T', what: { table: Flows, where: Bytes > 1 } }
  - { name: sums, kind: webhook, url: 'http://localhost:1/x', what: { query: Flows | count, as: Sums, every: 1h } }
`);
    expect(problems).toEqual([]);
    expect(config?.outputs).toMatchObject([
      { what: 'alerts', port: 6514, transport: 'tls', format: 'cef' },
      { what: { table: 'Flows', where: 'Bytes > 1', from: 'now' } },
      { what: { as: 'Sums', every: 3_600_000, settle: 1_200_000 } },
    ]);
    const wrong = readConfig(`
outputs:
  - { name: a, kind: slack, url: 'https://hooks.slack.com/services/x' }
  - { name: a, kind: webhook, url: 'http://siem.example.org/x' }
  - { name: c, kind: elastic, url: 'https://u:p@e.example.org', apiKey: 'env:K' }
  - { name: d, kind: mail, host: m, from: a@b, to: ['x y'], transport: plain }
  - { name: e, kind: slack, url: 'env:S', what: { table: Flows } }
`);
    expect(wrong.problems.map((p) => p.path)).toEqual([
      'outputs[0].url',
      'outputs[1].url',
      'outputs[2].url',
      'outputs[3].to[0]',
      'outputs[4].what',
    ]);
  });

  it('collects every problem with its line and a near miss', () => {
    const { problems } = readConfig(`listn: 127.0.0.1:1
query:
  timeout: soon
  maxRow: 5
sources:
  - name: a
    kind: folder
    pth: x
  - name: b
    kind: azure-blob
    container: c
    sas: sv=2024&sig=abc
  - name: c
    kind: floder
    path: y
retention:
  tables:
    Flow: { maxAge: 3d }
`);
    expect(problems.map((p) => `${p.line} ${p.path}: ${p.message}`)).toEqual([
      '1 listn: Did you mean listen?',
      '3 query.timeout: is not a length of time; write 90s, 10m, 12h, 30d or 8w',
      '4 query.maxRow: Did you mean maxRows?',
      '6 sources[0].path: is missing',
      '8 sources[0].pth: Did you mean path?',
      '12 sources[1].sas: is not a reference to a secret; write file:PATH or env:NAME, never the secret itself',
      '14 sources[2].kind: Did you mean folder?',
      '18 retention.tables.Flow: Did you mean Flows?',
    ]);
  });

  it('refuses ranges and formats that there are not', () => {
    const { problems } = readConfig(
      'networks: [{ name: a, ranges: [10.0.0.0/33] }]\nsources: [{ name: b, kind: folder, path: c, format: azure-vnets }]\n',
    );
    expect(problems.map((p) => `${p.line} ${p.path}: ${p.message}`)).toEqual([
      '1 networks[0].ranges[0]: is neither an address nor a prefix; write 10.0.0.7 or 10.0.0.0/8',
      '2 sources[0].format: Did you mean azure-vnet?',
    ]);
  });

  it('says where YAML itself is broken, and refuses repeated names', () => {
    expect(readConfig('a: [1').problems[0]?.line).toBe(1);
    const twice = readConfig(
      'networks:\n  - { name: a, ranges: [10.0.0.0/8] }\n  - { name: a, ranges: [::1] }\n',
    );
    expect(twice.problems).toEqual([
      { line: 3, path: 'networks[1].name', message: 'a is used twice; names must differ' },
    ]);
  });

  it('does not let a small file grow large', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c,*c,*c,*c]',
    ];
    expect(readConfig(bomb.join('\n')).problems[0]?.message).toMatch(/alias/i);
  });
});

describe('where Parquet is put', () => {
  const lake = (keys: string) => readConfig(`outputs: [{ kind: parquet, name: lake, ${keys} }]`);
  const url = "container: 'https://acc.blob.core.windows.net/lake'";

  it.each([
    'folder: lake',
    `${url}, sas: 'env:SAS', prefix: weir/flows`,
    "container: lake, connectionString: 'file:secret'",
    "container: 'az://acc/lake', accountKey: 'env:KEY'",
    "container: 'http://127.0.0.1:10000/dev/lake', accountKey: 'env:KEY'",
  ])('takes %s', (keys) => {
    expect(lake(keys).problems).toEqual([]);
  });

  it.each([
    ['rate: 5', /exactly one of folder and container/],
    [`folder: lake, ${url}`, /exactly one of folder and container/],
    ["folder: lake, sas: 'env:SAS'", /leave them out/],
    ['folder: lake, prefix: weir', /leave them out/],
    [url, /exactly one of connectionString, sas and accountKey/],
    [`${url}, sas: 'env:SAS', accountKey: 'env:KEY'`, /exactly one of connectionString/],
    [`${url}, sas: 'sv=1&sig=abc'`, /is not a reference to a secret/],
    [
      "container: 'https://acc.blob.core.windows.net/lake?sig=abc', sas: 'env:SAS'",
      /must not hold the SAS/,
    ],
    ["container: lake, sas: 'env:SAS'", /needs the URL of the container/],
    ["container: 'http://acc.example/lake', sas: 'env:SAS'", /must begin with https/],
    [`${url}, sas: 'env:SAS', prefix: ../up`, /divided by single slashes/],
    [`${url}, sas: 'env:SAS', prefixx: a`, /Did you mean prefix/],
  ])('refuses %s', (keys, says) => {
    const [problem, ...others] = lake(keys).problems;
    expect(problem?.message).toMatch(says);
    expect(others).toEqual([]);
    expect(JSON.stringify(problem)).not.toContain('sig=abc');
  });
});
