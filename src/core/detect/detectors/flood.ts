import { ipEntity, type Severity } from '#core/alert/index.ts';
import { percent, printBytes, printCount } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, instant, inWindow, quote, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

/** One hour of one target, with the port that most of it went to. */
interface Hour {
  readonly row: Row;
  readonly sources: number;
  readonly peakFlows: number;
  readonly peakPackets: number;
  /** Shares of the flows: those that never talked, those that the edge denied. */
  readonly silent: number;
  readonly denied: number;
  /** Bytes back for each byte in. */
  readonly back: number;
  readonly timesUsualFlows: number;
  readonly timesUsualPackets: number;
}

function readHour(row: Row): Hour {
  const flows = Math.max(1, numberOf(row, 'Flows'));
  // With fewer than three hours of a host nothing is usual yet.
  const isKnown = numberOf(row, 'UsualHours') >= 3;
  const usual = (name: string) => (isKnown ? Math.max(1, numberOf(row, name)) : 1);
  const peakFlows = numberOf(row, 'PeakFlows');
  const peakPackets = numberOf(row, 'PeakPackets');
  return {
    row,
    sources: numberOf(row, 'Sources'),
    peakFlows,
    peakPackets,
    silent: numberOf(row, 'Silent') / flows,
    denied: numberOf(row, 'Denied') / flows,
    back: numberOf(row, 'Got') / Math.max(1, numberOf(row, 'Sent')),
    timesUsualFlows: peakFlows / usual('UsualFlows'),
    timesUsualPackets: peakPackets / usual('UsualPackets'),
  };
}

type Kind = 'connections that never talk' | 'packets that nobody answers' | 'requests';

interface Floods {
  readonly leastFlows: number;
  readonly leastPackets: number;
  readonly times: number;
  readonly leastSources: number;
}

function kindOf(hour: Hour, values: Floods): Kind | undefined {
  const isMany = hour.sources >= values.leastSources;
  if (
    hour.peakFlows >= (isMany ? values.leastFlows : 3 * values.leastFlows) &&
    (hour.timesUsualFlows >= values.times ||
      (hour.sources >= 5 * values.leastSources && hour.timesUsualFlows >= values.times / 3)) &&
    hour.silent >= (isMany ? 0.5 : 0.8)
  )
    return 'connections that never talk';
  if (
    isMany &&
    hour.peakPackets >= values.leastPackets &&
    hour.timesUsualPackets >= values.times &&
    hour.back <= 0.1 &&
    (hour.silent >= 0.5 || textOf(hour.row, 'L4Protocol') !== 'T')
  )
    return 'packets that nobody answers';
  if (
    hour.sources >= 10 * values.leastSources &&
    hour.peakFlows >= 10 * values.leastFlows &&
    hour.timesUsualFlows >= 3 * values.times
  )
    return 'requests';
  return undefined;
}

export const flood = defineDetector({
  name: 'flood',
  title: 'Denial of service',
  family: 'flood',
  version: '1.0.0',
  says: 'A host gets many times the traffic it is used to within a minute, from many sources, and hardly answers it.',
  source:
    'Rates per target as FastNetMon counts them, against the host’s own median hour instead of one fixed limit, with the share of unanswered connections (SYN flood) and of bytes back; many sources on one port of one target is the entropy pattern of Lakhina, Crovella and Diot 2005.',
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
  | summarize UsualFlows = percentile(PeakFlowsPerMinute, 50), UsualPackets = percentile(PeakPacketsPerMinute, 50), UsualHours = count() by DestIp = Ip;
PairHours | ${inWindow(pass)} | where DestIp in ((loud | project DestIp))
| extend Talks = ${TALKS}, Port = coalesce(DestPort, -1)
| summarize Sources = sum(Pairs), PortFlows = sum(Flows), Silent = sumif(AllowedFlows, not(Talks)), Denied = sum(DeniedFlows), Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc),
    AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs), FirstTime = min(FirstTime), LastTime = max(LastTime),
    Outside = sumif(Pairs, not(SrcIsInside)), Some = make_set(SrcIp, 10) by TimeGenerated, DestIp, Port, L4Protocol
| join kind=inner (PairHours | ${inWindow(pass)} | summarize Flows = sum(Flows) by TimeGenerated, DestIp) on TimeGenerated, DestIp
| where PortFlows * 3 >= Flows
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
      ({ hour }) => `${textOf(hour.row, 'DestIp')} ${String(hour.row['Port'])}`,
    );
    return [...byTarget.values()].map((of) => {
      const { hour, kind } = of.reduce((a, b) => (b.hour.peakFlows > a.hour.peakFlows ? b : a));
      const { row } = hour;
      const dest = textOf(row, 'DestIp');
      const port = portOf(row, 'Port');
      const service = printPort(port === -1 ? null : port, textOf(row, 'L4Protocol'));
      const first = Math.min(...of.map(({ hour: h }) => instantOf(h.row, 'FirstTime')));
      const last = Math.max(...of.map(({ hour: h }) => instantOf(h.row, 'LastTime')));
      const sight = sightOf(of.map(({ hour: h }) => h.row));
      const isDistributed = hour.sources >= pass.values.leastSources;
      const severity: Severity =
        hour.denied >= 0.9 ? 'low' : isDistributed && kind !== 'requests' ? 'high' : 'medium';
      const isOutside = numberOf(row, 'Outside') * 2 >= hour.sources;
      return {
        about: [dest, port],
        title: `${dest}${port === -1 ? '' : ` port ${service}`} is flooded with ${kind} by ${isDistributed ? `${printCount(hour.sources)} sources` : (textsOf(row, 'Some')[0] ?? 'one source')}`,
        reasons: [
          `${printCount(hour.peakFlows)} connections and ${printCount(hour.peakPackets)} packets (${printBytes(numberOf(row, 'PeakBytes'))}) arrived within one minute, at ${new Date(instantOf(row, 'PeakAt') / 1000).toISOString()}.`,
          numberOf(row, 'UsualHours') >= 3
            ? `In its median hour of the last two weeks the busiest minute has ${printCount(numberOf(row, 'UsualFlows'))} connections and ${printCount(numberOf(row, 'UsualPackets'))} packets.`
            : 'The host is not known long enough to say what is usual for it.',
          `${percent(hour.silent)} of the connections never talked, ${percent(hour.denied)} were denied; for each byte in ${hour.back.toFixed(2)} came back.`,
          `${printCount(hour.sources)} sources took part, ${printCount(numberOf(row, 'Outside'))} of them outside.`,
          ...blindness(sight),
        ],
        first,
        last,
        severity,
        score: 1 - 1 / (1 + Math.log10(1 + Math.max(hour.timesUsualFlows, hour.timesUsualPackets))),
        confidence: (isDistributed ? 0.9 : 0.7) * clarity(sight),
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
          port,
        },
        evidence: {
          kql: flowsKql({ first, last }, [
            `DestIp == ${quote(dest)}`,
            port === -1 ? `isnull(DestPort)` : `DestPort == ${port}`,
          ]),
          rows: numberOf(row, 'PortFlows'),
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
  ],
  silent: [
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
