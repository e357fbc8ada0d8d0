import { ipEntity, type Severity } from '#core/alert/index.ts';
import { printBytes, printSeconds } from '#core/base/index.ts';
import { rareness, standingOfRow, standingReason } from '../beaconing.ts';

import { DAY, defineDetector, HOUR } from '../detector.ts';
import { beforeWindow, between, flowsKql, inWindow, isHost } from '../kql.ts';
import { instantOf, numberOf, portOf, textOf } from '../row.ts';
import { hosts } from '../sample.ts';
import { COMMON_OUTSIDE, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

export const longConnection = defineDetector({
  name: 'long-connection',
  title: 'Long connection to the internet',
  family: 'long-connection',
  version: '1.0.0',
  says: 'A host keeps a connection open for hours to an address outside that few use.',
  source:
    'RITA 5.1: total duration of a pair in 24 hours, steps of 1, 4, 8 and 12 hours, with its prevalence and first-seen modifiers.',
  tactics: ['CommandAndControl'],
  techniques: ['T1571', 'T1572', 'T1219'],
  falsePositives: [
    'Remote work: VPN, remote desktops, shells',
    'Push services and streams that few use',
  ],
  nextSteps: [
    'Find the program and the person behind it',
    'Compare bytes each way: a tunnel carries both, a keep-alive hardly any',
  ],
  parameters: {
    leastHours: { value: 4, meaning: 'Hours that the connections of a pair were open in a day.' },
    mediumHours: {
      value: 12,
      meaning:
        'Hours from which on, to a new address on an unusual port, it is of medium severity.',
    },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => `
let outward = PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and PacketsDestToSrc > 0 and ${isHost('DestIp')} | extend Port = coalesce(DestPort, -1);
let pairs = materialize(outward
  | summarize OpenMs = sum(DurationMs), LongestMs = max(LongestMs), Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime), Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc),
      AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp, Port, L4Protocol
  | extend Open = min_of(OpenMs, datetime_diff('millisecond', LastTime, FirstTime))
  | where Open >= ${pass.values.leastHours} * 3600000 and Flows <= 200
  | top 5000 by Open desc);
let users = outward | where DestIp in ((pairs | project DestIp)) | distinct SrcIp, DestIp | summarize Users = count() by DestIp;
let past = PairDays | ${beforeWindow(pass)} | where DestIp in ((pairs | project DestIp)) | summarize Known = min(FirstTime), PastUsers = dcount(SrcIp) by DestIp;
pairs | join kind=inner users on DestIp | where Users < ${Math.ceil(rareness(pass.knowledge.insideHosts).common)}
| join kind=leftouter past on DestIp`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      const given = portOf(row, 'Port');
      const port = given === -1 ? null : given;
      if (pass.knowledge.hasRole(src, 'proxy', 'gateway', 'dns')) return [];
      const standing = standingOfRow(row, pass);
      if (!standing.isRare || standing.isEstablished) return [];
      const hours = numberOf(row, 'Open') / 3_600_000;
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      const sight = sightOf([row]);
      const isOdd = port === null || !COMMON_OUTSIDE.has(port);
      const severity: Severity =
        hours >= pass.values.mediumHours && standing.isNew && isOdd && standing.rarity >= 0.5
          ? 'medium'
          : 'low';
      return [
        {
          about: [src, dest, port],
          title: `${src} keeps a connection to ${dest} on port ${printPort(port)} open for ${printSeconds(hours * 3600)}`,
          reasons: [
            `${numberOf(row, 'Flows') === 1 ? 'One connection was' : `${numberOf(row, 'Flows')} connections were`} open for ${printSeconds(hours * 3600)} of the day, the longest ${printSeconds(numberOf(row, 'LongestMs') / 1000)}.`,
            standingReason(standing, dest, pass.knowledge.insideHosts),
            `${printBytes(numberOf(row, 'Sent'))} went out and ${printBytes(numberOf(row, 'Got'))} came back.`,
            ...blindness(sight),
          ],
          first,
          last,
          severity,
          score:
            stepped(hours) +
            0.3 * standing.rarity -
            0.15 +
            (standing.isNew ? 0.15 : standing.isEstablished ? -0.15 : 0),
          confidence: 0.4 * clarity(sight),
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: {
            hours,
            flows: numberOf(row, 'Flows'),
            users: standing.users,
            rarity: standing.rarity,
            ageDays: standing.ageDays ?? null,
            port,
          },
          evidence: {
            kql: flowsKql({ first, last }, [between(src, dest, port)]),
            rows: numberOf(row, 'Flows'),
          },
          magnitude: hours,
        },
      ];
    }),
  fires: [
    {
      says: 'A shell that stays open all night',
      flows: [
        { src: '10.1.0.5', dest: '203.0.113.7', port: 4444, at: [3600], durationMs: 30_000_000 },
      ],
    },
  ],
  silent: [
    {
      says: 'Everybody keeps the push service open',
      flows: hosts('10.1.0.', 1, 30).map((src) => ({
        src,
        dest: '203.0.113.7',
        port: 5223,
        at: [60],
        durationMs: 80_000_000,
      })),
    },
  ],
});

/** RITA's steps: 1, 4, 8 and 12 hours are 0.2, 0.4, 0.6 and 0.8, straight lines between. */
function stepped(hours: number): number {
  const steps = [
    [0, 0],
    [1, 0.2],
    [4, 0.4],
    [8, 0.6],
    [12, 0.8],
  ] as const;
  for (let i = 1; i < steps.length; i++) {
    const [from, low] = steps[i - 1]!;
    const [to, high] = steps[i]!;
    if (hours < to) return low + ((hours - from) / (to - from)) * (high - low);
  }
  return 0.8;
}
