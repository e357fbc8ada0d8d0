import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseIp } from '#core/base/index.ts';
import {
  findRefusedLines,
  loadEnricher,
  openCountries,
  openSystems,
  readTopologyFiles,
} from './index.ts';

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-enrich-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('packaged registries', () => {
  it('name the country of registration', () => {
    const country = openCountries();
    expect([
      country('8.8.8.8'),
      country('193.0.6.139'),
      country('2001:67c:2e8::1'),
      country('10.0.0.1'),
    ]).toEqual(['US', 'NL', 'NL', '']);
  });

  it('name the autonomous system, the same from the cache', () => {
    const cache = tempFolder();
    const first = openSystems(undefined, cache);
    const [kept] = readdirSync(cache);
    const again = openSystems(undefined, cache);
    for (const table of [first, again]) {
      expect(table.find(parseIp('8.8.8.8')!)).toEqual({ number: 15169, holder: 'Google LLC' });
      expect(table.find(parseIp('2603:1030::1')!)?.number).toBe(8075);
    }
    writeFileSync(join(cache, kept!), 'half a file');
    expect(openSystems(undefined, cache).size).toBe(first.size);
  });

  it('refuse a file that is no database, by its name', () => {
    const file = join(tempFolder(), 'x.mmdb');
    writeFileSync(file, 'nothing');
    expect(() => openCountries(file)).toThrow(file);
  });
});

describe('loadEnricher', () => {
  it('puts all sources together', () => {
    const folder = tempFolder();
    const bad = join(folder, 'bad.txt');
    writeFileSync(bad, '198.51.100.7 known scanner\n');
    const arm = join(folder, 'arm.json');
    writeFileSync(
      arm,
      JSON.stringify([
        {
          id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v',
          name: 'v',
          type: 'Microsoft.Network/virtualNetworks',
          addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        },
      ]),
    );
    const lines = join(folder, 'networks.yaml');
    writeFileSync(lines, 'as the parser likes');
    const topology = readTopologyFiles([arm, lines], () => ({
      sites: [{ name: 'berlin', cidrs: ['192.168.0.0/16'] }],
    }));
    const enricher = loadEnricher({
      topology,
      indicators: [bad],
      networks: [{ name: 'lab', ranges: ['10.77.0.0/16'], scope: 'physics' }],
      withoutRegistries: true,
    });
    expect(enricher.locate('10.1.2.3', '').group).toBe('s/g/v');
    expect(enricher.locate('192.168.1.1', '').kind).toBe('site');
    expect(enricher.locate('10.77.1.1', '')).toMatchObject({
      kind: 'network',
      scope: 'physics',
      subnet: 'lab',
    });
    expect(enricher.locate('198.51.100.7', '').threat?.description).toBe('known scanner');
  });

  it('tells of lines in lists of bad addresses that are none', () => {
    const folder = tempFolder();
    const bad = join(folder, 'bad.txt');
    writeFileSync(bad, '# feed\n198.51.100.7\nexample.com\n0.0.0.0/0\n');
    const good = join(folder, 'good.txt');
    writeFileSync(good, '198.51.100.8\n');
    expect(findRefusedLines([bad, good], () => new Set())).toEqual([
      {
        file: bad,
        lines: 2,
        says: `2 lines of ${bad} were not taken: line 3 (no address or prefix)`,
      },
    ]);
    expect(() => findRefusedLines([join(folder, 'none.txt')], () => new Set())).toThrow(
      /none\.txt/,
    );
  });

  it('names the file that cannot be read', () => {
    expect(() => loadEnricher({ indicators: ['nowhere.txt'], withoutRegistries: true })).toThrow(
      /nowhere\.txt/,
    );
    expect(() => readTopologyFiles(['nowhere.json'], JSON.parse)).toThrow(/nowhere\.json/);
    expect(() =>
      loadEnricher({
        topology: [{ name: 'mine.yaml', value: { networks: 3 } }],
        withoutRegistries: true,
      }),
    ).toThrow(/mine\.yaml/);
  });
});
