import { ipEntity } from '#core/alert/index.ts';
import { printBytes, printCount, printMoment } from '#core/base/index.ts';
import { percent } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { isDistributed, kindOf, readHour, serviceOf, severityOf } from '../flooding.ts';
import { flowsKql, instant, inWindow, quote, TALKS } from '../kql.ts';
import { instantOf, numberOf, textOf, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

export const flood = defineDetector({
  name: 'flood',
  title: 'Denial of service',
  family: 'flood',
  version: '1.2.0',
  says: 'A host gets many times the traffic it is used to within a minute, from many sources, and hardly answers it.',
  source:
    'Rates per target as FastNetMon counts them, against the host’s own median hour instead of one fixed limit; unanswered connections (SYN flood) against their own usual number, bytes back, and requests of one source against the usual; many sources at one target is the entropy pattern of Lakhina, Crovella and Diot 2005.',
  tactics: ['Impact'],
  techniques: ['T1498', 'T1499'],
  falsePositives: [
    'A service that is down while its clients keep calling',
    'A load test',
    'Failover to a host that was idle',
  ],
  nextSteps: [
    'See whether the service still answers, and whether the line is full',
    'Tell the provider, or turn on its protection, with the target and the peak',
    'Block or limit at the edge by source where there are few, by rate where there are many',
  ],
  parameters: {
    leastFlows: { value: 300, meaning: 'Connections begun in the busiest minute.' },
    leastPackets: { value: 60_000, meaning: 'Packets in the busiest minute.' },
    times: { value: 10, meaning: 'How many times the host’s median hour the peak must be.' },
    leastSources: { value: 10, meaning: 'Sources from which on it counts as distributed.' },
    leastEach: {
      value: 10,
      meaning: 'Requests in an hour of each source beyond the usual, below which it is a crowd.',
    },
  },
  reads: ['PairHours', 'HostHours'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let loud = HostHours | ${inWindow(pass)} | where Role == 'Responder' and IsInside
  | where PeakFlowsPerMinute >= ${pass.values.leastFlows} or PeakPacketsPerMinute >= ${pass.values.leastPackets}
  | project TimeGenerated, DestIp = Ip, PeakFlows = PeakFlowsPerMinute, PeakPackets = PeakPacketsPerMinute, PeakBytes = PeakBytesPerMinute, PeakAt;
let usual = HostHours | where TimeGenerated >= ${instant(pass.from - 14 * DAY)} and TimeGenerated < ${instant(pass.to)}
  | where Role == 'Responder' and Ip in ((loud | project DestIp))
  | summarize UsualFlows = percentile(PeakFlowsPerMinute, 50), UsualPackets = percentile(PeakPacketsPerMinute, 50), UsualHour = percentile(Flows, 50),
      UsualSilent = percentile(UnansweredFlows, 50), UsualPeers = percentile(InsidePeers + OutsidePeers, 50), UsualEach = percentile(1.0 * Flows / max_of(1, InsidePeers + OutsidePeers), 50),
      UsualHours = count() by DestIp = Ip;
let pairs = PairHours | ${inWindow(pass)} | where DestIp in ((loud | project DestIp))
  | extend Talks = ${TALKS}, Port = coalesce(DestPort, -1);
let ports = pairs | summarize PortFlows = sum(Flows) by TimeGenerated, DestIp, L4Protocol, Port
  | summarize arg_max(PortFlows, Port), Ports = count() by TimeGenerated, DestIp, L4Protocol;
let alone = pairs | summarize FromOne = sum(Flows) by TimeGenerated, DestIp, L4Protocol, SrcIp | summarize OfOne = max(FromOne) by TimeGenerated, DestIp, L4Protocol;
pairs
| summarize Sources = dcount(SrcIp) + sumif(Pairs, isempty(SrcIp)), Flows = sum(Flows), Silent = sumif(AllowedFlows, not(Talks)), Denied = sum(DeniedFlows), Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc),
    Packets = sum(PacketsSrcToDest), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs), FirstTime = min(FirstTime), LastTime = max(LastTime),
    Outside = dcountif(SrcIp, not(SrcIsInside)) + sumif(Pairs, isempty(SrcIp) and not(SrcIsInside)), Some = make_set(SrcIp, 10) by TimeGenerated, DestIp, L4Protocol
| join kind=inner ports on TimeGenerated, DestIp, L4Protocol
| join kind=inner alone on TimeGenerated, DestIp, L4Protocol
| join kind=inner loud on TimeGenerated, DestIp
| join kind=inner usual on DestIp
| top 2000 by PeakFlows desc`,
  score: (rows, pass) => {
    const found = rows.map(readHour).flatMap((hour) => {
      const kind = kindOf(hour, pass.values);
      return kind ? [{ hour, kind }] : [];
    });
    const byTarget = Map.groupBy(
      found,
      ({ hour }) => `${textOf(hour.row, 'DestIp')} ${textOf(hour.row, 'L4Protocol')}`,
    );
    return [...byTarget.values()].map((of) => {
      const { hour, kind } = of.reduce((a, b) => (b.hour.peakFlows > a.hour.peakFlows ? b : a));
      const { row } = hour;
      const dest = textOf(row, 'DestIp');
      const protocol = textOf(row, 'L4Protocol');
      const { port, text: service } = serviceOf(hour);
      const first = Math.min(...of.map(({ hour: h }) => instantOf(h.row, 'FirstTime')));
      const last = Math.max(...of.map(({ hour: h }) => instantOf(h.row, 'LastTime')));
      const sight = sightOf(of.map(({ hour: h }) => h.row));
      const isMany = isDistributed(hour, pass.values);
      const severity = severityOf(hour, kind, isMany);
      const isOutside = numberOf(row, 'Outside') * 2 >= hour.sources;
      return {
        about: [dest, protocol],
        title: `${dest}${service} is flooded with ${kind} by ${isMany ? `${printCount(hour.sources)} sources` : (textsOf(row, 'Some')[0] ?? 'one source')}`,
        reasons: [
          `${printCount(hour.peakFlows)} connections and ${printCount(hour.peakPackets)} packets (${printBytes(numberOf(row, 'PeakBytes'))}) arrived within one minute, at ${printMoment(instantOf(row, 'PeakAt'))}.`,
          hour.isKnown
            ? `In its median hour of the last two weeks the busiest minute has ${printCount(numberOf(row, 'UsualFlows'))} connections and ${printCount(numberOf(row, 'UsualPackets'))} packets.`
            : 'The host is not known long enough to say what is usual for it.',
          `${printCount(hour.silentFlows)} of the hour's ${printCount(numberOf(row, 'Flows'))} connections never talked (${percent(hour.silent)}), ${percent(hour.denied)} were denied; for each byte in ${hour.back.toFixed(2)} came back.`,
          `${printCount(hour.sources)} sources took part, ${printCount(numberOf(row, 'Outside'))} of them outside; those beyond the usual opened ${printCount(hour.each)} connections each.`,
          ...(kind !== 'requests' && hour.looksDown
            ? [
                'They are no more than usual, and hardly any gets through: the service may be down while its clients keep calling.',
              ]
            : []),
          ...blindness(sight),
        ],
        first,
        last,
        severity,
        score: 1 - 1 / (1 + Math.log10(1 + Math.max(hour.timesUsualFlows, hour.timesUsualPackets))),
        confidence: (isMany ? 0.9 : 0.7) * clarity(sight),
        techniques: kind === 'requests' ? ['T1499'] : ['T1498'],
        entities: [
          ipEntity(dest, 'target', true),
          ...textsOf(row, 'Some')
            .slice(0, 10)
            .map((src) => ipEntity(src, 'actor', !isOutside)),
        ],
        features: {
          sources: hour.sources,
          peakFlows: hour.peakFlows,
          peakPackets: hour.peakPackets,
          silent: hour.silent,
          denied: hour.denied,
          back: hour.back,
          timesUsualFlows: hour.timesUsualFlows,
          timesUsualPackets: hour.timesUsualPackets,
          timesUsualSilent: hour.timesUsualSilent,
          each: hour.each,
          looksDown: hour.looksDown,
          protocol,
          port,
        },
        evidence: {
          kql: flowsKql({ first, last }, [
            `DestIp == ${quote(dest)} and L4Protocol == ${quote(protocol)}`,
            ...(port === null ? [] : [`DestPort == ${port}`]),
          ]),
          rows: numberOf(row, port === null ? 'Flows' : 'PortFlows'),
        },
        magnitude: hour.peakFlows,
      };
    });
  },
  fires: [
    {
      says: 'Eighty sources send connections that nobody answers, at a web server that has twenty visits an hour',
      flows: [
        ...hosts('198.51.100.', 1, 20).map((src) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(3600, 23),
        })),
        ...hosts('203.0.113.', 1, 80).map((src) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(1, 60, 43_200),
          received: 0,
          sent: 60,
          packets: [1, 0] as const,
        })),
      ],
    },
    {
      says: 'Two hundred sources send packets to ports at random of a web server that is busy all day',
      flows: [
        ...hosts('198.51.100.', 1, 20).map((src, i) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(15, 960, 32_400 + i),
        })),
        ...hosts('203.0.113.', 1, 200).flatMap((src, i) =>
          [0, 1, 2, 3].map((k) => ({
            src,
            dest: '10.1.0.9',
            port: 1024 + (((i * 4 + k) * 7919) % 60_000),
            protocol: 'U',
            at: every(20, 4, 43_200 + i / 20 + k * 5),
            received: 0,
            sent: 9000,
            packets: [20, 0] as const,
          })),
        ),
      ],
    },
    {
      says: 'A hundred sources ping a web server thousands of times a minute, and it answers most of them',
      flows: [
        ...hosts('198.51.100.', 1, 20).map((src) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(3600, 23),
        })),
        ...hosts('203.0.113.', 1, 100).map((src, i) => ({
          src,
          dest: '10.1.0.9',
          port: null,
          protocol: 'ICMP',
          at: every(60, 8, 43_200 + i / 10),
          sent: 168_000,
          received: 126_000,
          packets: [2000, 1500] as const,
        })),
      ],
    },
    {
      says: 'Sixty sources ask a quiet web server for pages on and on',
      flows: [
        ...hosts('198.51.100.', 1, 20).map((src) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(3600, 23),
        })),
        ...hosts('203.0.113.', 1, 60).map((src, i) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(8, 60, 43_200 + i / 8),
        })),
      ],
    },
  ],
  silent: [
    {
      says: 'A page becomes known: ten times the visitors, each for a few pages',
      flows: [
        ...hosts('198.51.100.', 1, 40).map((src, i) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(1800, 40, i * 40),
        })),
        ...['203.0.113.', '192.0.2.', '198.18.0.', '198.18.1.'].flatMap((prefix, p) =>
          hosts(prefix, 1, 250).map((src, i) => ({
            src,
            dest: '10.1.0.9',
            port: 443,
            at: every(4, 3, 43_200 + (p * 250 + i) / 3),
          })),
        ),
      ],
    },
    {
      says: 'One host scans the ports of a server that twenty others use: that is a scan',
      flows: [
        ...hosts('10.1.1.', 1, 20).map((src, i) => ({
          src,
          dest: '10.1.0.9',
          port: 443,
          at: every(300, 200, i),
        })),
        ...Array.from({ length: 900 }, (_, i) => ({
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: i + 1,
          at: [43_200 + Math.floor(i / 25)],
          sent: 60,
          received: 40,
          packets: [1, 1] as const,
        })),
      ],
    },
    {
      says: 'A busy server is as busy as every hour',
      flows: hosts('10.1.1.', 1, 40).map((src, i) => ({
        src,
        dest: '10.1.0.9',
        port: 443,
        at: every(6, 2000, i),
      })),
    },
    {
      says: 'Failover: a standby gets all clients at once, and serves them',
      flows: hosts('10.1.1.', 1, 40).map((src, i) => ({
        src,
        dest: '10.1.0.10',
        port: 443,
        at: every(3, 600, 40_000 + i),
      })),
    },
  ],
});
