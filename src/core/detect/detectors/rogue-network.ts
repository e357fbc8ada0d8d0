import { ipEntity } from '#core/alert/index.ts';
import { counted, printCount } from '#core/base/index.ts';
import type { Claim } from '../claim.ts';
import { inDaysBefore, some } from '../claim.ts';
import { DAY, defineDetector, HOUR, type Pass } from '../detector.ts';
import { beforeWindow, flowsKql, inWindow, isHost, pastDays, quote, quoteAll } from '../kql.ts';
import { instantOf, numberOf, type Row, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';

const LEARNING_DAYS = 2;

/** The /24 of an IPv4 address, the first four groups of another. */
const prefixOf = (address: string): string =>
  address.includes(':')
    ? `${address.split(':').slice(0, 4).join(':')}::/64`
    : `${address.split('.').slice(0, 3).join('.')}.0/24`;

/** The first half of an address: networks of one site have it in common. */
const siteOf = (address: string): string => address.split(/[.:]/).slice(0, 2).join('.');

function newNetworks(rows: readonly Row[], pass: Pass): Claim[] {
  const known = new Set(
    rows.filter((row) => numberOf(row, 'Past') > 0).map((row) => prefixOf(textOf(row, 'Ip'))),
  );
  const sites = new Set(
    rows.filter((row) => numberOf(row, 'Past') > 0).map((row) => siteOf(textOf(row, 'Ip'))),
  );
  const strangers = rows.filter(
    (row) => numberOf(row, 'Past') === 0 && !known.has(prefixOf(textOf(row, 'Ip'))),
  );
  return [...Map.groupBy(strangers, (row) => prefixOf(textOf(row, 'Ip')))].map(([prefix, of]) => {
    const ips = of.map((row) => textOf(row, 'Ip'));
    const isForeign =
      pass.knowledge.zones.zoneOf(ips[0] ?? '') === undefined && !sites.has(siteOf(ips[0] ?? ''));
    const first = Math.min(...of.map((row) => instantOf(row, 'FirstTime')));
    const last = Math.max(...of.map((row) => instantOf(row, 'LastTime')));
    const flows = of.reduce((sum, row) => sum + numberOf(row, 'Flows'), 0);
    return {
      about: ['network', prefix],
      title: `${prefix} is inside and was never seen before`,
      reasons: [
        `${some(ips)} began ${counted(flows, 'connection')} that were answered.`,
        `${inDaysBefore(pastDays(pass))} no address of that network was seen${isForeign ? ', nor of its neighbours' : ', though its neighbours were'}.`,
      ],
      first,
      last,
      severity: isForeign ? ('medium' as const) : ('low' as const),
      score: 0.6,
      confidence: 0.6,
      entities: ips.slice(0, 20).map((ip) => ipEntity(ip, 'actor', true)),
      features: { prefix, hosts: ips.length, flows, pastDays: pastDays(pass) },
      evidence: {
        kql: flowsKql({ first, last }, [`SrcIp in (${quoteAll(ips.slice(0, 100))})`]),
        rows: flows,
      },
      magnitude: ips.length,
    };
  });
}

function newLeases(rows: readonly Row[], pass: Pass): Claim[] {
  const hasOther = rows.some((row) => numberOf(row, 'Past') > 0);
  if (!hasOther) return [];
  return rows
    .filter(
      (row) => numberOf(row, 'Past') === 0 && !pass.knowledge.hasRole(textOf(row, 'Ip'), 'dhcp'),
    )
    .map((row) => {
      const ip = textOf(row, 'Ip');
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      return {
        about: ['dhcp', ip],
        title: `${ip} gives out addresses, and never did before`,
        reasons: [
          `It answered ${printCount(numberOf(row, 'Flows'))} questions for an address (port 67/udp); other hosts did so before, it did not.`,
        ],
        first,
        last,
        severity: 'high' as const,
        score: 0.8,
        confidence: 0.7,
        tactics: ['CredentialAccess'],
        techniques: ['T1557.003'],
        entities: [ipEntity(ip, 'actor', true)],
        features: { ip, flows: numberOf(row, 'Flows') },
        evidence: {
          kql: flowsKql({ first, last }, [`DestIp == ${quote(ip)} and DestPort == 67`]),
          rows: numberOf(row, 'Flows'),
        },
        magnitude: numberOf(row, 'Flows'),
      };
    });
}

export const rogueNetwork = defineDetector({
  name: 'rogue-network',
  title: 'Network or DHCP server that nobody knew',
  family: 'rogue',
  version: '1.0.0',
  says: 'Hosts of a private network that was never seen talk, or a host gives out addresses that never did.',
  source:
    'First-seen sets over 30 days: prefixes of inside addresses that were answered, and responders on UDP port 67; Slips has the first per flow.',
  tactics: ['Persistence'],
  techniques: ['T1200'],
  falsePositives: [
    'A new subnet: name it in the file of zones',
    'A new DHCP server: give it the role dhcp',
  ],
  nextSteps: [
    'Find the port or tunnel that the network is behind',
    'Ask who set it up; cut it off if nobody did',
  ],
  parameters: {
    leastFlows: { value: 3, meaning: 'Answered connections of a host before it counts.' },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: HOUR,
  candidates: (pass) =>
    pastDays(pass) < LEARNING_DAYS
      ? undefined
      : `
let now = PairHours | ${inWindow(pass)} | where AllowedFlows > UnansweredFlows + OneWayFlows;
let before = PairDays | ${beforeWindow(pass)};
let known = union (before | where SrcIsInside | distinct Ip = SrcIp), (before | where DestIsInside and IsAnswered | distinct Ip = DestIp) | distinct Ip | extend Past = tolong(1);
let hosts = now | where SrcIsInside and DestIsInside and ${isHost('SrcIp')} and ${isHost('DestIp')}
  | summarize Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime) by Ip = SrcIp
  | where Flows >= ${pass.values.leastFlows};
let lessors = before | where DestPort == 67 and IsAnswered and L4Protocol == 'U' | distinct Ip = DestIp | extend Past = tolong(1);
let lease = now | where DestPort == 67 and L4Protocol == 'U' and DestIsInside
  | summarize Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime) by Ip = DestIp;
union (hosts | join kind=fullouter known on Ip | project Ip = coalesce(Ip, Ip1), Past = coalesce(Past, 0), Flows, FirstTime, LastTime, Sort = 'host'),
  (lease | join kind=fullouter lessors on Ip | project Ip = coalesce(Ip, Ip1), Past = coalesce(Past, 0), Flows, FirstTime, LastTime, Sort = 'lease')
| top 200000 by Past desc`,
  score: (rows, pass) => [
    ...newNetworks(
      rows.filter((row) => textOf(row, 'Sort') === 'host'),
      pass,
    ),
    ...newLeases(
      rows.filter((row) => textOf(row, 'Sort') === 'lease'),
      pass,
    ),
  ],
  fires: [
    {
      says: 'A network appears on the fourth day',
      flows: [
        ...hosts('10.1.0.', 1, 5).map((src) => ({
          src,
          dest: '10.1.9.9',
          port: 443,
          at: every(43_200, 9, -4 * 86_400),
        })),
        { src: '192.168.77.4', dest: '10.1.9.9', port: 443, at: every(600, 10, 30_000) },
      ],
    },
  ],
  silent: [
    {
      says: 'A new host in a network that is known',
      flows: [
        ...hosts('10.1.0.', 1, 5).map((src) => ({
          src,
          dest: '10.1.9.9',
          port: 443,
          at: every(43_200, 9, -4 * 86_400),
        })),
        { src: '10.1.0.99', dest: '10.1.9.9', port: 443, at: every(600, 10, 30_000) },
      ],
    },
  ],
});
