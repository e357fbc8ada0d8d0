import { ipEntity } from '#core/alert/index.ts';
import { printBytes, printCount } from '#core/base/index.ts';

import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, instant, inWindow, quote } from '../kql.ts';
import { instantOf, numberOf, portOf, textOf, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

/** Services that answer a small question, from whomever it claims to be, with a large answer. */
const SERVICES: Readonly<Record<number, string>> = {
  17: 'QOTD',
  19: 'chargen',
  53: 'DNS',
  69: 'TFTP',
  111: 'portmap',
  123: 'NTP',
  137: 'NetBIOS',
  161: 'SNMP',
  389: 'CLDAP',
  520: 'RIP',
  1434: 'SQL browser',
  1900: 'SSDP',
  3283: 'ARD',
  3702: 'WS-Discovery',
  5353: 'mDNS',
  5683: 'CoAP',
  10001: 'Ubiquiti',
  11211: 'memcached',
};

export const amplification = defineDetector({
  name: 'amplification',
  title: 'Amplified answers',
  family: 'flood',
  version: '1.0.0',
  says: 'A host gets large answers that it never asked for from many servers, or gives them to the internet itself.',
  source:
    'UDP ports of US-CERT alert TA14-017A (UDP-based amplification attacks); many servers, packets larger than questions (of SSDP 300 bytes, of others a thousand), ten bytes out for each one in.',
  tactics: ['Impact'],
  techniques: ['T1498.002'],
  falsePositives: [
    'A name server for the internet with large records',
    'A resolver of many clients: servers that it asks are not counted',
  ],
  nextSteps: [
    'A victim: have the provider filter the source port towards it',
    'A reflector: close the port to the internet, or limit how often it answers',
  ],
  parameters: {
    leastMegabytes: { value: 10, meaning: 'Megabytes of answers in a day.' },
    leastServers: { value: 20, meaning: 'Servers that answer one victim.' },
    leastTimes: { value: 10, meaning: 'Bytes that a reflector sends for each it gets.' },
  },
  reads: ['PairHours', 'HostHours', 'Flows'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let ports = dynamic([${Object.keys(SERVICES).join(', ')}]);
let loud = HostHours | ${inWindow(pass)}
  | where IsInside and BytesReceivedOutside >= ${pass.values.leastMegabytes * 1e6} and OutsidePeers >= ${pass.values.leastServers} | distinct Ip;
let turned = PairHours | ${inWindow(pass)}
  | where L4Protocol == 'U' and SrcIsInside and not(DestIsInside) and DestPort in (ports) and BytesDestToSrc >= 100 * BytesSrcToDest
  | project Ip = SrcIp, Peer = DestIp, Port = DestPort, Bytes = BytesDestToSrc, Other = BytesSrcToDest, Packets = PacketsDestToSrc, Count = Flows, FirstTime, LastTime, SamplingRate;
let straight = Flows | where TimeGenerated >= ${instant(pass.from)} and TimeGenerated < ${instant(pass.to)}
  | where L4Protocol == 'U' and DestIp in (loud) and SrcPort in (ports) and DestPort >= 1024 and IsPrimary
  | project Ip = DestIp, Peer = SrcIp, Port = SrcPort, Bytes = BytesSrcToDest, Other = coalesce(BytesDestToSrc, 0), Packets = PacketsSrcToDest, Count = tolong(1), FirstTime = TimeGenerated, LastTime = TimeGenerated, SamplingRate;
let victims = union turned, straight
  | summarize Servers = dcount(Peer), Bytes = sum(Bytes), Other = sum(Other), Packets = sum(Packets), Flows = sum(Count), Some = make_set(Peer, 10), FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate) by Ip, Port
  | where Servers >= ${pass.values.leastServers} and Bytes >= ${pass.values.leastMegabytes * 1e6} and Bytes >= 200 * Packets and Other * 20 <= Bytes
  | extend Sort = 'victim';
let reflectors = PairHours | ${inWindow(pass)}
  | where L4Protocol == 'U' and not(SrcIsInside) and DestIsInside and DestPort in (ports)
  | summarize Servers = dcount(SrcIp), Bytes = sum(BytesDestToSrc), Other = sum(BytesSrcToDest), Packets = sum(PacketsDestToSrc), Flows = sum(Flows), Some = make_set(SrcIp, 10), FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate) by Ip = DestIp, Port = DestPort
  | where Bytes >= ${pass.values.leastMegabytes * 1e6} and Bytes >= ${pass.values.leastTimes} * Other
  | extend Sort = 'reflector';
union victims, reflectors | top 500 by Bytes desc`,
  score: (rows, pass) =>
    // One claim for each host: a victim is flooded by several services at once.
    [...Map.groupBy(rows, (row) => `${textOf(row, 'Ip')} ${textOf(row, 'Sort')}`).values()].flatMap(
      (of) => {
        const row = of.reduce((a, b) => (numberOf(b, 'Bytes') > numberOf(a, 'Bytes') ? b : a));
        const ip = textOf(row, 'Ip');
        const port = portOf(row, 'Port') ?? 0;
        const isVictim = textOf(row, 'Sort') === 'victim';
        if (isVictim && pass.knowledge.hasRole(ip, 'dns', 'ntp')) return [];
        const service = `${SERVICES[port] ?? port} (port ${port})`;
        const bytes = numberOf(row, 'Bytes');
        const peers = numberOf(row, 'Servers');
        const first = instantOf(row, 'FirstTime');
        const last = instantOf(row, 'LastTime');
        const sight = sightOf([row]);
        return [
          {
            about: [ip, isVictim ? 'victim' : 'reflector'],
            title: isVictim
              ? `${ip} gets ${printBytes(bytes)} of ${service} answers from ${printCount(peers)} servers that it did not ask`
              : `${ip} gives ${printBytes(bytes)} of ${service} answers to the internet`,
            reasons: [
              isVictim
                ? `${printCount(peers)} servers sent ${printBytes(bytes)} in packets of ${Math.round(bytes / Math.max(1, numberOf(row, 'Packets')))} bytes; ${printBytes(numberOf(row, 'Other'))} were asked.`
                : `For ${printBytes(numberOf(row, 'Other'))} of questions it sent ${printBytes(bytes)}, ${Math.round(bytes / Math.max(1, numberOf(row, 'Other')))} times as much, to ${printCount(peers)} addresses that the questions claim to be from.`,
              ...(of.length > 1
                ? [
                    `So it is with ${of.map((r) => SERVICES[numberOf(r, 'Port')] ?? numberOf(r, 'Port')).join(', ')}.`,
                  ]
                : []),
              ...blindness(sight),
            ],
            first,
            last,
            severity: isVictim ? ('high' as const) : ('medium' as const),
            score: Math.min(1, 0.6 + Math.log10(bytes / 1e7) / 5),
            confidence: 0.85 * clarity(sight),
            entities: [
              ipEntity(ip, 'target', true),
              ...textsOf(row, 'Some').map((peer) => ipEntity(peer, 'actor', false)),
            ],
            features: {
              sort: isVictim ? 'victim' : 'reflector',
              port,
              peers,
              bytes,
              asked: numberOf(row, 'Other'),
              packets: numberOf(row, 'Packets'),
            },
            evidence: {
              kql: flowsKql({ first, last }, [
                isVictim
                  ? `(DestIp == ${quote(ip)} and SrcPort == ${port}) or (SrcIp == ${quote(ip)} and DestPort == ${port})`
                  : `DestIp == ${quote(ip)} and DestPort == ${port}`,
              ]),
              rows: numberOf(row, 'Flows'),
            },
            magnitude: bytes / 1e6,
          },
        ];
      },
    ),
  fires: [
    {
      says: 'Forty time servers send large answers to a host that asked nothing',
      flows: hosts('203.0.113.', 1, 40).map((dest) => ({
        src: '10.1.0.9',
        dest,
        port: 123,
        protocol: 'U',
        at: every(2, 30, 40_000),
        sent: 0,
        received: 14_000,
        packets: [0, 30] as const,
      })),
    },
    {
      says: 'A memcached inside answers the internet',
      flows: [
        {
          src: '203.0.113.9',
          dest: '10.1.0.9',
          port: 11_211,
          protocol: 'U',
          at: every(10, 100, 40_000),
          sent: 60,
          received: 300_000,
          packets: [1, 220],
        },
      ],
    },
  ],
  silent: [
    {
      says: 'A machine asks four time servers',
      flows: hosts('203.0.113.', 1, 4).map((dest) => ({
        src: '10.1.0.9',
        dest,
        port: 123,
        protocol: 'U',
        at: every(1024, 80),
        sent: 76,
        received: 76,
        packets: [1, 1] as const,
      })),
    },
  ],
});
