import { expect, it } from 'vitest';
import type { Role } from '#core/detect/index.ts';
import { hubOf } from './alerts.ts';

const declared: Readonly<Record<string, readonly Role[]>> = {
  '10.0.0.5': ['scanner'],
  '10.0.0.6': ['server'],
};
const zones = { rolesOf: (address: string) => declared[address] };
const seen = new Map<string, ReadonlySet<Role>>([
  ['10.0.0.53', new Set(['server', 'dns'])],
  ['10.0.0.7', new Set(['scanner'])],
]);

it.each([
  ['what half the network asks', 'IP 10.0.0.53', 'dns'],
  ['a scanner that its owner names', 'IP 10.0.0.5', 'scanner'],
  ['what only behaves like a scanner', 'IP 10.0.0.7', undefined],
  ['any server', 'IP 10.0.0.6', undefined],
  ['another', 'IP 10.0.0.8', undefined],
  ['no address', 'Host 10.0.0.53', undefined],
])('%s: %s joins incidents unless it is a hub (%s)', (_, key, hub) =>
  expect(hubOf(key, zones, seen)).toBe(hub),
);
