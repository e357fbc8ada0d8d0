import { describe, expect, it } from 'vitest';
import { encodeUtf8, parseIp } from '#core/base/index.ts';
import { AsnTable } from './asn-table.ts';
import { readBadLists } from './bad-list.ts';
import { CloudRanges } from './cloud-ranges.ts';
import { Enricher } from './enricher.ts';
import { portService, portServices } from './port-services.ts';
import { specialKind } from './special-ranges.ts';

const AZURE = {
  cloud: 'Public',
  values: [
    {
      name: 'AzureCloud',
      properties: {
        region: '',
        systemService: '',
        addressPrefixes: ['52.239.0.0/16', '2603:1030::/24'],
      },
    },
    {
      name: 'AzureCloud.westeurope',
      properties: { region: 'westeurope', systemService: '', addressPrefixes: ['52.239.128.0/17'] },
    },
    {
      name: 'Storage',
      properties: {
        region: '',
        systemService: 'AzureStorage',
        addressPrefixes: ['52.239.140.0/24'],
      },
    },
  ],
};
const AWS = {
  createDate: '2026-03-04-10-00-00',
  prefixes: [
    { ip_prefix: '3.5.0.0/16', region: 'us-east-1', service: 'AMAZON' },
    { ip_prefix: '3.5.0.0/16', region: 'us-east-1', service: 'S3' },
  ],
  ipv6_prefixes: [],
};
const GOOGLE = {
  creationTime: 'x',
  prefixes: [{ ipv4Prefix: '34.1.0.0/16', service: 'Google Cloud', scope: 'europe-west4' }],
};

describe('CloudRanges', () => {
  const ranges = new CloudRanges([AZURE, AWS, GOOGLE]);
  it.each([
    ['52.239.140.9', 'Microsoft', 'westeurope', 'AzureStorage', 'Storage'],
    ['52.239.200.1', 'Microsoft', 'westeurope', '', 'AzureCloud.westeurope'],
    ['52.239.1.1', 'Microsoft', '', '', 'AzureCloud'],
    ['3.5.7.7', 'Amazon', 'us-east-1', 'S3', ''],
    ['34.1.2.3', 'Google', 'europe-west4', 'Google Cloud', ''],
  ])('%s', (ip, provider, region, service, tag) =>
    expect(ranges.find(parseIp(ip)!)).toMatchObject({ provider, region, service, tag }),
  );
  it('refuses what is no such list', () =>
    expect(() => new CloudRanges([{ hello: 1 }])).toThrow(/ServiceTags_Public/));
});

describe('readBadLists', () => {
  const list = readBadLists([
    '# plain\n192.0.2.1\n198.51.100.0/24 ; SBL1\n203.0.113.9:8080 # panel\n',
    'indicator,category,port\r\n2001:db8:bad::/48,Malware,443\r\n',
    '203.0.113.77,C2,"beacons, hourly"\n',
    'nonsense\n10.0.0.0/4\n',
  ]);
  it.each([
    ['192.0.2.1', { type: 'WatchList', description: '', port: null }],
    ['198.51.100.200', { type: 'WatchList', description: 'SBL1' }],
    ['203.0.113.9', { description: 'panel', port: 8080 }],
    ['2001:db8:bad::7', { type: 'Malware', port: 443 }],
    ['203.0.113.77', { type: 'C2', description: 'beacons, hourly' }],
  ])('%s', (ip, expected) => expect(list.find(parseIp(ip)!)).toMatchObject(expected));
  it('says which lines it did not take', () =>
    expect(list.problems).toEqual([
      { line: 1, reason: 'no address or prefix' },
      { line: 2, reason: 'the prefix is too wide' },
    ]));
});

describe('specialKind', () => {
  it.each([
    ['10.1.1.1', 'private'],
    ['100.64.0.1', 'shared'],
    ['127.0.0.1', 'loopback'],
    ['168.63.129.16', 'azure-platform'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['203.0.113.5', 'documentation'],
    ['239.1.1.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['fd00::1', 'private'],
    ['fe80::1', 'link-local'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'documentation'],
    ['8.8.8.8', undefined],
    ['2606:4700::1', undefined],
  ])('%s is %s', (ip, kind) => expect(specialKind(parseIp(ip)!)).toBe(kind));
});

describe('Enricher', () => {
  const { table } = AsnTable.fromCsv([
    encodeUtf8(
      '0.0.0.1,52.238.255.255,8075,Microsoft Corporation\n52.240.0.0,255.0.0.0,64500,Example Net\n',
    ),
  ]);
  const enricher = new Enricher({
    asn: table,
    cloud: new CloudRanges([AZURE, AWS]),
    bad: readBadLists(['52.239.140.9 in a cloud\n198.51.100.7 elsewhere\n52.1.1.1 by system']),
    country: () => 'NL',
  });
  it.each([
    [
      '52.239.140.9',
      {
        kind: 'azure',
        azureRegion: 'westeurope',
        serviceTag: 'Storage',
        details: 'AzureStorage westeurope',
        threat: null,
      },
    ],
    ['52.1.1.1', { kind: 'azure', provider: 'Microsoft', azureRegion: '' }],
    ['3.5.1.1', { kind: 'public', provider: 'Amazon', details: 'S3 us-east-1', country: 'NL' }],
    [
      '198.51.100.7',
      { kind: 'malicious', provider: 'Example Net', details: 'AS64500 Example Net' },
    ],
    ['198.51.100.8', { kind: 'public' }],
    ['168.63.129.16', { kind: 'azure', azureRegion: 'Global' }],
    ['10.9.9.9', { kind: 'private' }],
    ['127.0.0.1', { kind: 'other' }],
    ['rubbish', { kind: 'other' }],
  ])('%s', (ip, expected) => expect(enricher.locate(ip, '')).toMatchObject(expected));

  it('believes what observers taught of private addresses only', () => {
    const learned = { network: 'a/b', scope: 'a', region: 'r', subnet: 's' };
    expect(enricher.locate('10.9.9.9', '', learned)).toMatchObject({
      kind: 'network',
      group: 'a/b',
      subnet: 's',
    });
    expect(enricher.locate('198.51.100.8', '', learned)).toMatchObject({ kind: 'public' });
  });
});

describe('portService', () => {
  it.each([
    [443, 'T', 'https'],
    [53, 'U', 'domain'],
    [3389, 'T', 'ms-wbt-server'],
    [514, 'T', 'shell'],
    [514, 'U', 'syslog'],
    [443, 'ICMP', ''],
    [60000, 'T', ''],
    [null, 'T', ''],
  ])('%s/%s is %s', (port, l4, name) => expect(portService(port, l4)).toBe(name));
  it('knows more than 300 ports', () =>
    expect(new Set(portServices.map((s) => s.port)).size).toBeGreaterThan(300));
});
