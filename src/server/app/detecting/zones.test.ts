import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultConfig } from '../config/index.ts';
import { loadZones } from './zones.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-zones-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const zones = join(folder, 'zones.yaml');
  writeFileSync(zones, text);
  return loadZones({ ...defaultConfig(), zones });
}

describe('zones of the configuration', () => {
  it('are none where no file is named', () => {
    expect(loadZones(defaultConfig()).names).toEqual([]);
  });

  it('hold an address in its narrowest range, and what hosts are for', () => {
    const zones = load(
      'zones: { office: [10.1.0.0/16], lab: [10.1.9.0/24] }\nhosts: [{ addresses: [10.1.9.5], roles: [scanner] }]',
    );
    expect(zones.zoneOf('10.1.9.5')).toBe('lab');
    expect(zones.zoneOf('10.1.2.3')).toBe('office');
    expect(zones.rolesOf('10.1.9.5')).toEqual(['scanner']);
  });

  it('are refused with the line or with every problem', () => {
    expect(() => load('zones: {')).toThrow(/zones\.yaml:\d+: /);
    expect(() => load('zones: { office: [10.1] }\nallowed: []')).toThrow(
      /no field allowed[\s\S]*10\.1 is no address or range/,
    );
    expect(() => loadZones({ ...defaultConfig(), zones: join(folder, 'none.yaml') })).toThrow(
      /cannot be read/,
    );
  });
});
