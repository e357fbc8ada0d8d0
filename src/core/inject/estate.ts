import { type Nic, Random } from '#core/traffic/index.ts';

/** What a machine is for. Decides when it is awake and which habits it has. */
export const ROLES = [
  'workstation',
  'web',
  'application',
  'database',
  'files',
  'directory',
  'mail',
  'build',
  'resolver',
  'monitor',
  'scanner',
  'backup',
  'jump',
  'balancer',
  'gateway',
  'vpn',
  'printer',
] as const;
export type Role = (typeof ROLES)[number];

export interface Host extends Nic {
  readonly role: Role;
  /** Counts from 0 within the estate. */
  readonly number: number;
  /** Hours of the day, UTC, between which it is on. */
  readonly awake: readonly [from: number, to: number];
  /** How much its user does; 1 is usual. */
  readonly zeal: number;
}

/** Services outside that many hosts use, each a list of addresses. */
export interface Outside {
  readonly sites: readonly string[];
  readonly cdn: readonly string[];
  readonly updates: readonly string[];
  readonly telemetry: readonly string[];
  readonly time: readonly string[];
  readonly push: readonly string[];
  readonly meetings: readonly string[];
  readonly storage: readonly string[];
  readonly software: readonly string[];
}

export interface Estate {
  readonly hosts: readonly Host[];
  readonly outside: Outside;
  of(role: Role): readonly Host[];
  /** The first of a role: there is always one. */
  the(role: Role): Host;
  nicOf(ip: string): Host | undefined;
  /** An address outside of somebody harmless, who may come again or not. */
  passer(random: Random): string;
  /** An address outside of an attacker, whom nobody here has to do with otherwise. */
  stranger(random: Random): string;
}

/** How many of each role an estate of any size has; all others are workstations. */
const SERVERS: readonly (readonly [Role, number])[] = [
  ['web', 3],
  ['application', 3],
  ['database', 2],
  ['files', 1],
  ['directory', 1],
  ['mail', 1],
  ['build', 1],
  ['resolver', 2],
  ['monitor', 1],
  ['scanner', 1],
  ['backup', 1],
  ['jump', 1],
  ['balancer', 1],
  ['gateway', 1],
  ['vpn', 1],
  ['printer', 2],
];
export const FEWEST_HOSTS = 36;

/** Of the documentation and benchmark ranges: TEST-NET-1 to 3 (RFC 5737), 198.18.0.0/15 (RFC 2544). */
function outsideAddress(random: Random): string {
  const block = random.between(0, 514);
  const last = random.between(1, 254);
  const [documented] = ['192.0.2', '198.51.100', '203.0.113'].slice(block);
  if (documented !== undefined) return `${documented}.${last}`;
  const net = block - 3;
  return `198.${18 + Math.floor(net / 256)}.${net % 256}.${last}`;
}

/** One address in eight is an attacker's; which, nothing about it tells. */
const isAttackers = (address: string): boolean => new Random(`whose ${address}`).next() < 1 / 8;

function drawAddress(random: Random, attackers: boolean): string {
  for (;;) {
    const address = outsideAddress(random);
    if (isAttackers(address) === attackers) return address;
  }
}

/** The estate of a seed: `size` hosts in 10.60.0.0/16, 200 to a subnet, servers in the first. */
export function makeEstate(seed: string, size: number): Estate {
  const random = new Random(`${seed} estate`);
  const roles = SERVERS.flatMap(([role, count]) => Array.from({ length: count }, () => role));
  const hosts = Array.from({ length: size }, (_, number): Host => {
    const role = roles[number] ?? 'workstation';
    const subnet = role === 'workstation' ? 1 + Math.floor((number - roles.length) / 200) : 0;
    const last = 10 + (role === 'workstation' ? (number - roles.length) % 200 : number);
    return {
      number,
      role,
      ip: `10.60.${subnet}.${last}`,
      nic: (0x00_22_48_c0_00_00 + number).toString(16).toUpperCase().padStart(12, '0'),
      region: 'westeurope',
      network: 'office-vnet',
      subnet: role === 'workstation' ? `clients-${subnet}` : 'servers',
      account: '7a2c0001-0000-4000-8000-0000000000c3',
      awake: role === 'workstation' ? [7 + 2.5 * random.next(), 16 + 4 * random.next()] : [0, 24],
      zeal: role === 'workstation' ? random.around(100, 0.5) / 100 : 1,
    };
  });
  const some = (count: number) => Array.from({ length: count }, () => drawAddress(random, false));
  const byIp = new Map(hosts.map((h) => [h.ip, h]));
  const byRole = Map.groupBy(hosts, (h) => h.role);
  const outside: Outside = {
    sites: some(2500),
    cdn: some(40),
    updates: some(6),
    telemetry: some(8),
    time: some(4),
    push: some(8),
    meetings: some(24),
    storage: some(4),
    software: some(50),
  };
  return {
    hosts,
    outside,
    of: (role) => byRole.get(role) ?? [],
    the(role) {
      const [first] = byRole.get(role) ?? [];
      if (!first) throw new Error(`the estate has no ${role}`);
      return first;
    },
    nicOf: (ip) => byIp.get(ip),
    passer: (of) => drawAddress(of, false),
    stranger: (of) => drawAddress(of, true),
  };
}
