import { nearMiss } from '#core/base/index.ts';
import { parseRange } from '#core/enrich/index.ts';
import { RangeIndex } from './range-index.ts';
import { isRole, ROLES, type Role } from './roles.ts';

/** What may go from one zone to another. `*` is any zone; `internet` is what is in none and not private. */
export interface Allowed {
  readonly from: string;
  readonly to: string;
  /** Empty: all. */
  readonly ports: readonly number[];
  readonly protocols: readonly string[];
}

/**
 * The networks as their owner describes them: zones, what may pass between them, and what some addresses are for.
 *
 *     zones: { office: [10.1.0.0/16], servers: [10.2.0.0/16] }
 *     allow: [{ from: office, to: servers, ports: [443, 1433] }]
 *     hosts: [{ addresses: [10.2.0.9], roles: [scanner] }]
 */
export interface Zones {
  /** Names, in the order they were written. */
  readonly names: readonly string[];
  /** The zone that an address is in: of several the one with the narrowest range. */
  readonly zoneOf: (address: string) => string | undefined;
  readonly allow: readonly Allowed[];
  /** What an address is for because somebody said so; undefined where nobody did. */
  readonly rolesOf: (address: string) => readonly Role[] | undefined;
}

export const NO_ZONES: Zones = {
  names: [],
  zoneOf: () => undefined,
  allow: [],
  rolesOf: () => undefined,
};

export type ZonesRead =
  | { readonly zones: Zones; readonly problems: readonly [] }
  | { readonly zones: undefined; readonly problems: readonly string[] };

/** Reads what a YAML file holds, already parsed. All problems are told, not the first. */
export function readZones(value: unknown): ZonesRead {
  const problems: string[] = [];
  const tell = (text: string): void => void problems.push(text);
  const top = fieldsOf(value, 'the file', ['zones', 'allow', 'hosts'], tell);
  const zones = Object.entries(isRecord(top['zones']) ? top['zones'] : {}).map(([name, list]) => ({
    value: name,
    ranges: readRanges(list, `zones.${name}`, tell),
  }));
  const names = zones.map((z) => z.value);
  const allow = listOf(top['allow']).map((entry, i) =>
    readAllowed(entry, `allow[${i}]`, ['*', 'internet', ...names], tell),
  );
  const hosts = listOf(top['hosts']).map((entry, i) => readDescribed(entry, `hosts[${i}]`, tell));
  if (problems.length > 0) return { zones: undefined, problems };
  const byZone = new RangeIndex(zones);
  const byHost = new RangeIndex(hosts);
  return {
    zones: {
      names,
      zoneOf: (address) => byZone.find(address),
      allow,
      rolesOf: (address) => byHost.find(address),
    },
    problems: [],
  };
}

export function isAllowed(
  { allow }: Pick<Zones, 'allow'>,
  flow: {
    readonly from: string;
    readonly to: string;
    readonly port: number | null;
    readonly protocol: string;
  },
): boolean {
  return allow.some(
    (rule) =>
      (rule.from === '*' || rule.from === flow.from) &&
      (rule.to === '*' || rule.to === flow.to) &&
      (rule.ports.length === 0 || (flow.port !== null && rule.ports.includes(flow.port))) &&
      (rule.protocols.length === 0 || rule.protocols.includes(flow.protocol)),
  );
}

type Tell = (text: string) => void;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

function fieldsOf(
  value: unknown,
  where: string,
  known: readonly string[],
  tell: Tell,
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) {
    tell(`${where} must have the fields ${known.join(', ')}`);
    return {};
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = nearMiss(name, known);
    tell(`${where} has no field ${name}${near ? `; did you mean ${near}?` : ''}`);
  }
  return value;
}

function readRanges(value: unknown, where: string, tell: Tell): readonly string[] {
  const ranges = listOf(value).map(String);
  if (ranges.length === 0) tell(`${where} needs at least one range, such as 10.1.0.0/16`);
  for (const text of ranges)
    if (!parseRange(text))
      tell(`${where}: ${text} is no address or range; write it as 10.1.0.0/16`);
  return ranges;
}

function readAllowed(value: unknown, where: string, names: readonly string[], tell: Tell): Allowed {
  const fields = fieldsOf(value, where, ['from', 'to', 'ports', 'protocols'], tell);
  const zone = (side: 'from' | 'to'): string => {
    const name = String(fields[side] ?? '');
    if (!names.includes(name))
      tell(
        `${where}.${side}: there is no zone ${name || '(empty)'}; zones are ${names.join(', ')}`,
      );
    return name;
  };
  const ports = listOf(fields['ports']).map(Number);
  for (const port of ports)
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      tell(`${where}.ports: a port is a number from 0 to 65535`);
  const protocols = listOf(fields['protocols']).map((p) => protocolCode(String(p)));
  return { from: zone('from'), to: zone('to'), ports, protocols };
}

/** As L4Protocol has it. */
function protocolCode(text: string): string {
  const upper = text.toUpperCase();
  return upper === 'TCP' ? 'T' : upper === 'UDP' ? 'U' : upper;
}

function readDescribed(
  value: unknown,
  where: string,
  tell: Tell,
): { readonly ranges: readonly string[]; readonly value: readonly Role[] } {
  const fields = fieldsOf(value, where, ['addresses', 'roles'], tell);
  const ranges = readRanges(fields['addresses'], `${where}.addresses`, tell);
  const roles = listOf(fields['roles'])
    .map(String)
    .filter((name): name is Role => {
      if (isRole(name)) return true;
      const near = nearMiss(name, ROLES);
      tell(
        `${where}.roles: ${name} is no role${near ? `; did you mean ${near}?` : `; roles are ${ROLES.join(', ')}`}`,
      );
      return false;
    });
  return { ranges, value: roles };
}
