import { ipEntity } from '#core/alert/index.ts';
import { printBytes, printCount, printMoment } from '#core/base/index.ts';
import { percent } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, instant, inWindow, isHost, quote, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every } from '../sample.ts';
import { MEDIA_PORTS, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

interface Limits {
  readonly leastFlows: number;
  readonly leastPackets: number;
  readonly times: number;
}

/** Connections that nothing comes of, or packets that nothing answers: both at a pace the host does not have of itself. */
function isFlood(row: Row, { leastFlows, leastPackets, times }: Limits): boolean {
  const isKnown = numberOf(row, 'UsualHours') >= 3;
  const timesUsual = (name: string, peak: string) =>
    numberOf(row, peak) / (isKnown ? Math.max(1, numberOf(row, name)) : 1);
  const silent = numberOf(row, 'Silent') / Math.max(1, numberOf(row, 'Flows'));
  if (numberOf(row, 'PeakFlows') >= leastFlows && numberOf(row, 'Silent') >= leastFlows)
    return silent >= 0.8 && timesUsual('UsualFlows', 'PeakFlows') >= times;
  return (
    numberOf(row, 'PeakPackets') >= leastPackets &&
    numberOf(row, 'Packets') * 2 >= numberOf(row, 'PeakPackets') &&
    timesUsual('UsualPackets', 'PeakPackets') >= times &&
    numberOf(row, 'Got') * 50 <= numberOf(row, 'Sent') &&
    (textOf(row, 'L4Protocol') !== 'T' || silent >= 0.8) &&
    !MEDIA_PORTS.has(portOf(row, 'Port') ?? 0)
  );
}

export const outwardFlood = defineDetector({
  name: 'outward-flood',
  title: 'Taking part in a denial of service',
  family: 'flood',
  version: '1.0.0',
  says: 'A host inside sends one address outside more than it ever sends anybody within a minute, and nothing comes back.',
  source:
    'The rates of a flood (FastNetMon’s, against the host’s own median hour), seen from where it starts: one source and one target, hardly a byte back.',
  tactics: ['Impact'],
  techniques: ['T1498', 'T1496'],
  falsePositives: [
    'Video or logs that are sent one way over UDP',
    'A load test of a service one owns',
  ],
  nextSteps: [
    'Isolate the host: it harms others, and the line',
    'Find the program that sends, and how it came there: who logged in before, what was fetched',
  ],
  parameters: {
    leastFlows: { value: 600, meaning: 'Connections begun in the busiest minute.' },
    leastPackets: { value: 60_000, meaning: 'Packets in the busiest minute.' },
    times: { value: 10, meaning: 'How many times the host’s median hour the peak must be.' },
  },
  reads: ['PairHours', 'HostHours'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let loud = HostHours | ${inWindow(pass)} | where Role == 'Initiator' and IsInside
  | where PeakFlowsPerMinute >= ${pass.values.leastFlows} or PeakPacketsPerMinute >= ${pass.values.leastPackets}
  | project TimeGenerated, SrcIp = Ip, PeakFlows = PeakFlowsPerMinute, PeakPackets = PeakPacketsPerMinute, PeakAt;
let usual = HostHours | where TimeGenerated >= ${instant(pass.from - 14 * DAY)} and TimeGenerated < ${instant(pass.to)}
  | where Role == 'Initiator' and Ip in ((loud | project SrcIp))
  | summarize UsualFlows = percentile(PeakFlowsPerMinute, 50), UsualPackets = percentile(PeakPacketsPerMinute, 50), UsualHours = count() by SrcIp = Ip;
PairHours | ${inWindow(pass)} | where SrcIp in ((loud | project SrcIp)) and not(DestIsInside) and ${isHost('DestIp')}
| extend Talks = ${TALKS}
| summarize Flows = sum(Flows), Silent = sumif(AllowedFlows, not(Talks)), Packets = sum(PacketsSrcToDest), Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc), Port = max(DestPort), Ports = dcount(DestPort),
    AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs), FirstTime = min(FirstTime), LastTime = max(LastTime) by TimeGenerated, SrcIp, DestIp, L4Protocol
| where Silent >= ${pass.values.leastFlows} or Packets * 2 >= ${pass.values.leastPackets}
| join kind=inner loud on TimeGenerated, SrcIp
| join kind=inner usual on SrcIp
| top 2000 by Packets desc`,
  score: (rows, pass) => {
    const found = rows.filter((row) => isFlood(row, pass.values));
    const byPair = Map.groupBy(found, (row) => `${textOf(row, 'SrcIp')} ${textOf(row, 'DestIp')}`);
    return [...byPair.values()].flatMap((of) => {
      const row = of.reduce((a, b) => (numberOf(b, 'Packets') > numberOf(a, 'Packets') ? b : a));
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      if (pass.knowledge.hasRole(src, 'scanner', 'gateway')) return [];
      const protocol = textOf(row, 'L4Protocol');
      const flows = numberOf(row, 'Flows');
      const silent = numberOf(row, 'Silent') / Math.max(1, flows);
      const packets = numberOf(row, 'Packets');
      const first = Math.min(...of.map((r) => instantOf(r, 'FirstTime')));
      const last = Math.max(...of.map((r) => instantOf(r, 'LastTime')));
      const sight = sightOf(of);
      const ports = numberOf(row, 'Ports');
      const service =
        ports > 1
          ? `${printCount(ports)} ports`
          : `port ${printPort(portOf(row, 'Port'), protocol)}`;
      return [
        {
          about: [src, dest],
          title: `${src} floods ${dest} on ${service}`,
          reasons: [
            `${printCount(flows)} connections and ${printCount(packets)} packets (${printBytes(numberOf(row, 'Sent'))}) went to one address within an hour; ${printBytes(numberOf(row, 'Got'))} came back, and ${percent(silent)} of the connections never talked.`,
            numberOf(row, 'UsualHours') >= 3
              ? `Its busiest minute, at ${printMoment(instantOf(row, 'PeakAt'))}, had ${printCount(numberOf(row, 'PeakFlows'))} connections and ${printCount(numberOf(row, 'PeakPackets'))} packets; that of its median hour has ${printCount(numberOf(row, 'UsualFlows'))} and ${printCount(numberOf(row, 'UsualPackets'))}.`
              : 'The host is not known long enough to say what is usual for it.',
            ...blindness(sight),
          ],
          first,
          last,
          severity: silent >= 0.8 ? ('high' as const) : ('medium' as const),
          score: Math.min(1, 0.6 + Math.log10(1 + packets / pass.values.leastPackets) / 4),
          confidence: 0.8 * clarity(sight),
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: {
            flows,
            packets,
            silent,
            sent: numberOf(row, 'Sent'),
            got: numberOf(row, 'Got'),
            peakFlows: numberOf(row, 'PeakFlows'),
            peakPackets: numberOf(row, 'PeakPackets'),
            usualFlows: numberOf(row, 'UsualFlows'),
            usualPackets: numberOf(row, 'UsualPackets'),
          },
          evidence: {
            kql: flowsKql({ first, last }, [
              `SrcIp == ${quote(src)} and DestIp == ${quote(dest)} and L4Protocol == ${quote(protocol)}`,
            ]),
            rows: flows,
          },
          magnitude: packets / 1000,
        },
      ];
    });
  },
  fires: [
    {
      says: 'A workstation opens twelve hundred flows a minute, of many packets each, to one address',
      flows: [
        { src: '10.1.0.5', dest: '198.51.100.9', port: 443, at: every(300, 200) },
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 80,
          protocol: 'U',
          at: every(0.05, 1200, 43_200),
          sent: 40_000,
          received: 0,
          packets: [60, 0],
        },
      ],
    },
  ],
  silent: [
    {
      says: 'A large upload: what is sent is acknowledged',
      flows: [
        { src: '10.1.0.5', dest: '198.51.100.9', port: 443, at: every(300, 200) },
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: [43_200],
          sent: 3e9,
          received: 4e7,
          packets: [2_200_000, 800_000],
          durationMs: 300_000,
        },
      ],
    },
    {
      says: 'An agent tries a dead address again and again, ten times a minute',
      flows: [
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(6, 14_000),
          sent: 180,
          received: 0,
          packets: [3, 0],
        },
      ],
    },
  ],
});
