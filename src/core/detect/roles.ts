import { beforeWindow, inWindow, isHost, type Span, TALKS } from './kql.ts';
import { numberOf, portOf, type Row, textOf } from './row.ts';

/**
 * What a host is for, as far as it explains behaviour that would be an attack of another host: a scanner one owns scans,
 * a monitor calls everything every minute, a gateway's address stands for many hosts.
 */
export const ROLES = [
  'scanner',
  'monitor',
  'dns',
  'ntp',
  'proxy',
  'gateway',
  'mail',
  'dhcp',
  'directory',
  'backup',
  'deployment',
  'server',
] as const;
export type Role = (typeof ROLES)[number];

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/** Roles by address. */
export type Roles = ReadonlyMap<string, ReadonlySet<Role>>;

/** Ports of proxies; programs of every sort answer on them too, so that a proxy must also reach many outside. */
const PROXY_PORTS: readonly number[] = [3128, 8080, 8888];
const PROXY_PEERS = 20;

/** What answers clients on these ports is for this; with how many clients it is believed. */
const SERVICES: readonly (readonly [role: Role, ports: readonly number[], clients: number])[] = [
  ['dns', [53], 3],
  ['ntp', [123], 3],
  ['proxy', PROXY_PORTS, 5],
  ['mail', [25, 465, 587], 3],
  ['dhcp', [67], 2],
  ['directory', [88, 389, 636, 3268], 3],
];

/**
 * Services inside by their clients, callers inside by the services they call, and who has swept the network before.
 * Each row has `Sort`, `Ip`, `Port` and what its sort counts.
 */
export function rolesKql(pass: Span): string {
  return `
let pairs = materialize(PairHours | ${inWindow(pass)} | where DestIsInside and AllowedFlows > 0 and ${isHost('DestIp')}
  | extend Talks = ${TALKS}
  | summarize Flows = sum(AllowedFlows), Hours = dcount(TimeGenerated), Talked = max(tolong(Talks)),
      Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc)
      by SrcIp, DestIp, DestPort, SrcIsInside);
let services = pairs | where Talked == 1
  | summarize Peers = count(), Flows = sum(Flows), Sent = sum(Sent), Got = sum(Got) by Ip = DestIp, Port = DestPort
  | where Peers >= 2 | extend Sort = 'service';
let callers = pairs | where SrcIsInside
  | summarize Peers = count(), Flows = sum(Flows), Hours = max(Hours),
      Low = percentile(Flows, 20), High = percentile(Flows, 80), Talked = sum(Talked) by Ip = SrcIp, Port = DestPort
  | where Peers >= 5 | extend Sort = 'caller';
let crowds = HostHours | ${inWindow(pass)} | where Role == 'Initiator' and IsInside
  | summarize Peers = max(OutsidePeers), Flows = sum(Flows), Talked = sum(AllowedFlows) - sum(UnansweredFlows), Got = sum(BytesReceivedOutside) by Ip
  | where Peers >= ${GATEWAY_PEERS} or Peers >= ${PROXY_PEERS} and Ip in ((services | where Port in (${PROXY_PORTS.join(', ')}) | project Ip)) | extend Sort = 'crowd';
let sweeping = HostHours | where Role == 'Initiator' and IsInside and Services - ${PORTS_OF_A_SITE} * OutsidePeers >= ${SWEEP};
let sweeps = sweeping | ${beforeWindow(pass)} | summarize Peers = dcount(bin(TimeGenerated, 1d)), Hours = dcount(hourofday(TimeGenerated)), From = min(hourofday(TimeGenerated)), To = max(hourofday(TimeGenerated)) by Ip
  | join kind=inner (sweeping | ${inWindow(pass)} | summarize NowFrom = min(hourofday(TimeGenerated)), NowTo = max(hourofday(TimeGenerated)) by Ip) on Ip
  | where NowFrom >= From - 1 and NowTo <= To + 1 | extend Sort = 'sweeper';
let hosts = HostHours | ${inWindow(pass)} | where IsInside and Role == 'Initiator' | distinct Ip | summarize Peers = count() | extend Sort = 'hosts';
union services, callers, crowds, sweeps, hosts
| project Sort, Ip, Port, Peers, Flows, Hours, Sent, Got, Low, High, Talked
| top 20000 by Peers desc`;
}

/** Conversations of each client of a service, on average: who uses it comes again, who scans does not. */
const COME_AGAIN = 3;

/** Outside addresses within an hour from which on an address stands for many hosts. */
const GATEWAY_PEERS = 500;

/**
 * Services within an hour that are a sweep, beside those of the internet, where nobody scans on a schedule but everybody
 * reads: a site is called on two ports.
 */
const SWEEP = 50;
const PORTS_OF_A_SITE = 2;

/** How many distinct hours of the day a scanner that is run on a schedule may show; it must keep to them today. */
const SCHEDULE_HOURS = 4;
const GIGABYTE = 1e9;

/** What the rows of `rolesKql` say, and how many inside hosts there are. */
export function readRoles(rows: readonly Row[]): { readonly roles: Roles; readonly hosts: number } {
  const roles = new Map<string, Set<Role>>();
  const give = (ip: string, role: Role): void => {
    const had = roles.get(ip);
    if (had) had.add(role);
    else roles.set(ip, new Set([role]));
  };
  let hosts = 0;
  const clientsOf = new Map(
    rows
      .filter((row) => textOf(row, 'Sort') === 'service')
      .map((row) => [serviceOf(row), numberOf(row, 'Peers')]),
  );
  const reaching = new Set(
    rows.filter((row) => textOf(row, 'Sort') === 'crowd').map((row) => textOf(row, 'Ip')),
  );
  for (const row of rows) {
    const ip = textOf(row, 'Ip');
    const peers = numberOf(row, 'Peers');
    switch (textOf(row, 'Sort')) {
      case 'hosts':
        hosts = peers;
        break;
      case 'service':
        for (const role of servedBy(row, peers, reaching.has(ip))) give(ip, role);
        break;
      case 'caller':
        // Who is called by as many on that port itself is one of a cluster that talk to each other.
        if (isMonitoring(row, peers) && (clientsOf.get(serviceOf(row)) ?? 0) * 2 < peers)
          give(ip, 'monitor');
        break;
      case 'crowd':
        if (peers >= GATEWAY_PEERS && carriesTraffic(row)) give(ip, 'gateway');
        break;
      case 'sweeper':
        if (numberOf(row, 'Hours') <= SCHEDULE_HOURS) give(ip, 'scanner');
        break;
    }
  }
  return { roles, hosts };
}

const serviceOf = (row: Row): string => `${textOf(row, 'Ip')} ${String(portOf(row, 'Port'))}`;

function servedBy(row: Row, clients: number, reachesMany: boolean): Role[] {
  const port = portOf(row, 'Port');
  const comesAgain = numberOf(row, 'Flows') >= COME_AGAIN * clients;
  const found: Role[] = SERVICES.filter(([role, ports, least]) => {
    if (port === null || !ports.includes(port) || clients < least) return false;
    // Mail comes from everywhere, and often once.
    return role === 'mail' || (comesAgain && (role !== 'proxy' || reachesMany));
  }).map(([role]) => role);
  const sent = numberOf(row, 'Sent');
  if (clients >= 3 && sent >= GIGABYTE && sent >= 10 * numberOf(row, 'Got')) found.push('backup');
  if (clients >= 5) found.push('server');
  return found;
}

/** Who passes on what others ask for is answered, and gets pages and files; who scans the internet gets silence or resets. */
const carriesTraffic = (row: Row): boolean => {
  const flows = numberOf(row, 'Flows');
  return numberOf(row, 'Talked') >= 0.7 * flows && numberOf(row, 'Got') >= 1000 * flows;
};

/** Calls many hosts on one port, each about as often, again and again, and is answered. */
function isMonitoring(row: Row, peers: number): boolean {
  const flows = numberOf(row, 'Flows');
  const low = numberOf(row, 'Low');
  return (
    numberOf(row, 'Talked') >= 0.7 * peers &&
    flows >= 6 * peers &&
    numberOf(row, 'Hours') >= 2 &&
    low >= 3 &&
    numberOf(row, 'High') <= 2 * low
  );
}
