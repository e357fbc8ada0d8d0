import { ipEntity } from '#core/alert/index.ts';
import { printBytes, printCount } from '#core/base/index.ts';

import { DAY, defineDetector, HOUR } from '../detector.ts';
import { between, flowsKql, inWindow, isHost } from '../kql.ts';
import { instantOf, numberOf, portOf, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

export const covertCarrier = defineDetector({
  name: 'covert-carrier',
  title: 'Data inside DNS, NTP or ping',
  family: 'exfiltration',
  version: '1.1.0',
  says: 'Packets of a protocol that asks small questions are large, and there are many of them.',
  source:
    'Bytes of each packet sent over 100 and over a megabyte a day for a pair: questions of DNS have 60 to 90 bytes, of NTP 76, pings 84.',
  tactics: ['Exfiltration', 'CommandAndControl'],
  techniques: ['T1048', 'T1071.004', 'T1095'],
  falsePositives: [
    'Transfers of DNS zones over UDP, path tests with large pings',
    'Another protocol on port 53 or 123, such as a VPN',
  ],
  nextSteps: [
    'Look into the packets: are the names or payloads random?',
    'Allow these protocols to one’s own servers only',
  ],
  parameters: {
    leastBytes: { value: 150, meaning: 'Mean bytes of a packet sent.' },
    mostPeers: {
      value: 20,
      meaning:
        'Addresses outside that a host exchanges pings with: one that answers more of them is flooded.',
    },
    leastMegabytes: { value: 1, meaning: 'Megabytes sent by the pair in a day.' },
  },
  reads: ['PairHours'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => `
let small = PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and (L4Protocol == 'U' and DestPort in (53, 123) or L4Protocol startswith 'ICMP') and ${isHost('DestIp')}
| extend Port = coalesce(DestPort, -1);
let pinged = small | where Port == -1 | summarize Peers = dcount(DestIp) by SrcIp | where Peers > ${pass.values.mostPeers};
small
| where Port != -1 or SrcIp !in ((pinged | project SrcIp))
| summarize Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc), Packets = sum(PacketsSrcToDest), Flows = sum(AllowedFlows), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows),
    FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp, Port, L4Protocol
| where Sent >= ${pass.values.leastMegabytes * 1e6} and Sent >= ${pass.values.leastBytes} * Packets
| top 500 by Sent desc`,
  score: (rows) =>
    rows.map((row) => {
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      const given = portOf(row, 'Port');
      const port = given === -1 ? null : given;
      const protocol = textOf(row, 'L4Protocol');
      const sent = numberOf(row, 'Sent');
      const each = sent / Math.max(1, numberOf(row, 'Packets'));
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      const sight = sightOf([row]);
      const service = port === null ? protocol : printPort(port, protocol);
      return {
        about: [src, dest, port, protocol],
        title: `${src} sends ${printBytes(sent)} to ${dest} inside ${service}`,
        reasons: [
          `${printCount(numberOf(row, 'Packets'))} packets of ${Math.round(each)} bytes each went out, ${printBytes(sent)} in all; questions of such a protocol have 60 to 100 bytes.`,
          `${printBytes(numberOf(row, 'Got'))} came back.`,
          ...blindness(sight),
        ],
        first,
        last,
        severity: sent >= 1e7 ? ('high' as const) : ('medium' as const),
        score: Math.min(1, 0.5 + Math.log10(sent / 1e6) / 4 + (each >= 400 ? 0.2 : 0)),
        confidence: 0.75 * clarity(sight),
        entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
        features: {
          sent,
          got: numberOf(row, 'Got'),
          packets: numberOf(row, 'Packets'),
          bytesEach: each,
          port,
        },
        evidence: {
          kql: flowsKql({ first, last }, [between(src, dest, port)]),
          rows: numberOf(row, 'Flows'),
        },
        magnitude: sent / 1e6,
      };
    }),
  fires: [
    {
      says: 'Five megabytes in questions to a name server outside',
      flows: [
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 53,
          protocol: 'U',
          at: every(5, 5000),
          sent: 1000,
          received: 300,
          packets: [4, 4],
        },
      ],
    },
  ],
  silent: [
    {
      says: 'A host answers the large pings of sixty addresses',
      flows: hosts('203.0.113.', 1, 60).map((dest) => ({
        src: '10.1.0.5',
        dest,
        port: null,
        protocol: 'ICMP',
        at: every(60, 10, 43_200),
        sent: 400_000,
        received: 400_000,
        packets: [400, 400] as const,
      })),
    },
    {
      says: 'A resolver asks all day',
      flows: [
        {
          src: '10.1.0.53',
          dest: '203.0.113.9',
          port: 53,
          protocol: 'U',
          at: every(3, 20_000),
          sent: 75,
          received: 250,
          packets: [1, 1],
        },
      ],
    },
  ],
});
