import { ipEntity, type Severity } from '#core/alert/index.ts';
import { printBytes, printSeconds } from '#core/base/index.ts';
import {
  beaconConfidence,
  beaconScore,
  type Regularity,
  rareness,
  regularityOf,
  rhythmFeatures,
  rhythmReasons,
  type Standing,
  standingOf,
  standingReason,
  worstFirst,
} from '../beaconing.ts';

import {
  CONVERSATION_COLUMNS,
  CONVERSATION_KEY,
  type Conversation,
  conversations,
} from '../conversation.ts';
import { DAY, defineDetector, HOUR, type Pass } from '../detector.ts';
import { beforeWindow, between, flowsKql, inWindow, isHost } from '../kql.ts';
import { every, hosts } from '../sample.ts';
import { printPort } from '../services.ts';

export const BEACON_PARAMETERS = {
  leastEvents: { value: 12, meaning: 'Connections below which nothing is claimed.' },
  sureEvents: { value: 24, meaning: 'Connections from which on a rhythm counts in full.' },
  sureFit: {
    value: 0.58,
    meaning: 'Share of gaps that must fit the rhythm, at the lower end of its 95 % interval.',
  },
  mostPairs: { value: 5000, meaning: 'Pairs that one look scores, those used by fewest first.' },
} as const;

export type BeaconValues = { readonly [K in keyof typeof BEACON_PARAMETERS]: number };

/** Pairs from inside to a service outside that few use, hour by hour, with what is known of the target from before. */
export function beaconKql(
  pass: Pass,
  values: BeaconValues,
  more: { readonly isInternal?: boolean; readonly mostEvents?: number } = {},
): string {
  const { common } = rareness(pass.knowledge.insideHosts);
  // An address outside is one party whatever its port; a host inside has a service on each.
  const target = more.isInternal ? 'DestIp, Port' : 'DestIp';
  return `
let flows = PairHours | ${inWindow(pass)}
  | where SrcIsInside and ${more.isInternal ? 'DestIsInside' : 'not(DestIsInside)'} and AllowedFlows > 0 and ${isHost('DestIp')}
  | extend Port = coalesce(DestPort, -1);
let users = flows | distinct SrcIp, ${target} | summarize Users = count() by ${target};
let pairs = materialize(flows
  | summarize Starting = sum(AllowedFlows) by ${CONVERSATION_KEY}
  | where Starting >= ${values.leastEvents} and Starting < ${more.mostEvents ?? 43_200}
  | lookup kind=leftouter users on ${target}
  | where Users <= ${Math.ceil(common)}
  | order by Users asc, Starting desc, SrcIp asc, DestIp asc, Port asc | take ${values.mostPairs}
  | project ${CONVERSATION_KEY}, Users);
let past = PairDays | ${beforeWindow(pass)} | where DestIp in ((pairs | project DestIp)) | extend Port = coalesce(DestPort, -1)
  | summarize Known = min(FirstTime), PastUsers = dcount(SrcIp) by ${target};
flows
| project ${CONVERSATION_COLUMNS}
| join kind=inner pairs on ${CONVERSATION_KEY}
| join kind=leftouter past on ${target}
| project ${CONVERSATION_COLUMNS}, Users, Known, PastUsers`;
}

/**
 * Things that beat all day and are meant to: clocks, and questions to name servers. A host that took up a name server of its own today,
 * which nobody else asks, is not excused: names carry orders too.
 */
export function isKnownService(
  { src, port, protocol, sent, packets }: Conversation,
  standing: Standing,
  pass: Pass,
): boolean {
  if (protocol !== 'U' || sent / Math.max(1, packets) > 120) return false;
  if (port !== 53) return port === 123;
  const asksForOthers = pass.knowledge.hasRole(src, 'dns', 'directory', 'proxy', 'gateway', 'mail');
  return asksForOthers || !standing.isRare || standing.ageDays !== 0;
}

function severityOf(
  pass: Pass,
  conversation: Conversation,
  events: number,
  standing: Standing,
  score: number,
): Severity {
  const standsForMany = pass.knowledge.hasRole(conversation.src, 'proxy', 'gateway', 'dns', 'ntp');
  const isHigh = events >= 24 && standing.isNew && score >= 0.95;
  const isKnown = isKnownService(conversation, standing, pass);
  return worstFirst(
    [
      isKnown,
      isKnown,
      // What several hosts use, or did before today, is a service: there is nothing to say of it.
      !standing.isRare,
      !standing.isRare,
      standing.isEstablished,
      standing.isEstablished,
      standsForMany || pass.knowledge.hasRole(conversation.src, 'monitor', 'mail'),
    ],
    isHigh && standing.isRare ? 'high' : 'medium',
  );
}

interface Regular {
  readonly conversation: Conversation;
  readonly regular: Regularity;
}

/** True for another host that calls the same service at the same pace. */
const isSameProgram = (a: Regular, b: Regular): boolean =>
  a.conversation.src !== b.conversation.src &&
  a.conversation.dest === b.conversation.dest &&
  a.conversation.port === b.conversation.port &&
  Math.abs(a.regular.rhythm.period - b.regular.rhythm.period) <= 0.1 * b.regular.rhythm.period;

export const beacon = defineDetector({
  name: 'beacon',
  title: 'Beacon to the internet',
  family: 'beacon',
  version: '1.0.0',
  says: 'A host calls one rarely used service outside at even intervals, as malware calls for orders.',
  source:
    "Four-part score, prevalence and first-seen modifiers of RITA 5.1 (activecm/rita); beside it the share of gaps within ±60 % of the period, with pauses set aside, by the lower end of Wilson's interval, which bears jitter of 50 % and a sleeping laptop.",
  tactics: ['CommandAndControl'],
  techniques: ['T1071', 'T1573'],
  falsePositives: [
    'A program of one machine only that asks its maker for updates or orders: printers, cameras, building control',
    'Monitoring by an outside service that an inside agent reports to',
  ],
  nextSteps: [
    'Find the process on the host that opens these connections, and since when it runs',
    'Ask who owns the address: registration, certificate, names that resolve to it',
    'Look for other hosts that talk to it, and for what this host did in the hour before the first call',
    'If nobody can say what it is, isolate the host and block the address',
  ],
  parameters: BEACON_PARAMETERS,
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => beaconKql(pass, pass.values),
  score: (rows, pass) => {
    const regulars = conversations(rows).flatMap((conversation) => {
      const regular = regularityOf(conversation, pass, pass.values);
      return regular ? [{ conversation, regular }] : [];
    });
    return regulars.flatMap(({ conversation, regular }) => {
      const { src, dest, port, protocol, sent, received, first, last, flows } = conversation;
      const standing = standingOf(conversation, pass);
      const isFleet = regulars.some((other) => isSameProgram(other, { conversation, regular }));
      const score = beaconScore(regular, standing, port);
      const severity = severityOf(
        pass,
        conversation,
        regular.rhythm.events,
        {
          ...standing,
          // Unless it began today, two hosts with one rhythm have the same program, not the same malware.
          isRare: standing.isRare && !(isFleet && standing.ageDays !== 0),
        },
        score,
      );
      if (severity === 'informational') return [];
      const service = printPort(port, protocol);
      return [
        {
          about: [src, dest, port, protocol],
          title: `${src} calls ${dest} on port ${service} every ${printSeconds(regular.rhythm.period)}`,
          reasons: [
            ...rhythmReasons(regular, conversation),
            standingReason(standing, dest, pass.knowledge.insideHosts),
            `${printBytes(sent)} went out and ${printBytes(received)} came back.`,
          ],
          first,
          last,
          severity,
          score,
          confidence: beaconConfidence(regular, conversation),
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: {
            ...rhythmFeatures(regular, conversation),
            users: standing.users,
            rarity: standing.rarity,
            ageDays: standing.ageDays ?? null,
            port,
          },
          evidence: { kql: flowsKql({ first, last }, [between(src, dest, port)]), rows: flows },
          magnitude: flows,
        },
      ];
    });
  },
  fires: [
    {
      says: 'A call every five minutes with 10 % of jitter, through a working day, to an address nobody else uses',
      flows: [
        ...hosts('10.1.0.', 1, 30).map((src) => ({
          src,
          dest: '198.51.100.10',
          port: 443,
          at: every(1800, 20, 3600, 0.9),
        })),
        { src: '10.1.0.7', dest: '203.0.113.5', port: 443, at: every(300, 96, 28_800, 0.1) },
      ],
    },
    {
      says: 'Jitter of 50 % around an hour grid, with a night’s pause, on a port of its own',
      flows: [
        {
          src: '10.1.0.8',
          dest: '203.0.113.6',
          port: 8443,
          at: [...every(600, 40, 3600, 0.25), ...every(600, 40, 50_000, 0.25)],
        },
      ],
    },
    {
      says: 'Half-hour grid with 50 % of jitter: gaps of a minute and of an hour, along a straight line',
      flows: [
        ...hosts('10.1.0.', 1, 30).map((src) => ({
          src,
          dest: '198.51.100.10',
          port: 443,
          at: every(1800, 20, 3600, 0.9),
        })),
        { src: '10.1.0.7', dest: '203.0.113.5', port: 443, at: every(1800, 26, 28_800, 0.5) },
      ],
    },
  ],
  silent: [
    {
      says: 'Every host asks the time of the same server',
      flows: hosts('10.1.0.', 1, 40).map((src) => ({
        src,
        dest: '203.0.113.123',
        port: 123,
        protocol: 'U',
        at: every(1024, 80),
        sent: 76,
        received: 76,
        packets: [1, 1] as const,
      })),
    },
    {
      says: 'A program calls at random moments, forty times a day: there is no rhythm to tell',
      flows: [
        {
          src: '10.1.0.9',
          dest: '203.0.113.80',
          port: 443,
          at: every(1, 40, 0).map((_, i, all) =>
            all
              .slice(0, i + 1)
              .reduce(
                (at, k) => at - Math.log(((k * 40503 + 9973) % 65_536) / 65_536 + 1e-5) * 1500,
                3600,
              ),
          ),
        },
      ],
    },
    {
      says: 'A person visits a site now and then: bursts, and long waits between',
      flows: [
        {
          src: '10.1.0.9',
          dest: '203.0.113.80',
          port: 443,
          at: [
            0, 1, 2, 4, 9, 300, 302, 303, 330, 4000, 4001, 4003, 4090, 9000, 9001, 9100, 9101,
            20_000, 20_001, 20_002, 20_900, 21_000, 40_000, 40_001, 40_004, 41_000, 41_500, 41_501,
          ],
        },
      ],
    },
  ],
});
