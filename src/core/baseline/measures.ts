import { printBytes, printCount } from '#core/base/index.ts';
import type { Metric } from './judge.ts';

/** Something that is measured of every inside host, or of every network of hosts, in every hour. */
export interface Measure extends Metric {
  /** Stable: what an anomaly is counted by. */
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly about: 'host' | 'network';
  /** KQL aggregate over rows of HostHours. */
  readonly kql: string;
  /** An anomaly is a finding from this many times the usual on, if its value is at least so much. */
  readonly finding?: { readonly times: number; readonly least: number };
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly nextSteps: readonly string[];
  readonly falsePositives: readonly string[];
}

const ofInitiator = (column: string) => `sumif(${column}, Role == 'Initiator')`;

/** Flows in an hour below which a share of them says nothing. */
const FEWEST_FLOWS = 50;

const LOOK_AT_PAIRS =
  'Look at PairHours of the address in that hour: which peers and ports are new?';

/** A count of what a host begins by itself, and begins more of when somebody looks around from there. */
const lookingAround = (
  column: string,
  measure: Omit<Measure, 'version' | 'about' | 'kql' | 'print' | 'tactics'>,
): Measure => ({
  version: '1',
  about: 'host',
  kql: ofInitiator(column),
  print: printCount,
  tactics: ['Discovery'],
  ...measure,
});

/** In the order they are told. */
export const MEASURES: readonly Measure[] = [
  {
    id: 'host-bytes-outside',
    version: '1',
    name: 'Bytes that a host sends outside',
    about: 'host',
    kql: 'sum(BytesSentOutside)',
    label: 'sent outside',
    print: printBytes,
    least: 1e8,
    floor: 0.35,
    finding: { times: 20, least: 5e8 },
    tactics: ['Exfiltration'],
    techniques: ['T1048'],
    nextSteps: ['Find the peers that got most of it, and who runs them.', LOOK_AT_PAIRS],
    falsePositives: ['A first backup to the cloud', 'A large release or export that was planned'],
  },
  lookingAround('NewPeers', {
    id: 'host-new-peers',
    name: 'Peers that a host meets for the first time',
    label: 'peers it never met before',
    least: 30,
    floor: 0.5,
    finding: { times: 10, least: 100 },
    techniques: ['T1018'],
    nextSteps: [LOOK_AT_PAIRS],
    falsePositives: ['A scanner or monitor that one owns', 'A peer-to-peer client'],
  }),
  lookingAround('Services', {
    id: 'host-services',
    name: 'Services that a host tries',
    label: 'services tried',
    least: 100,
    floor: 0.4,
    techniques: ['T1046'],
    nextSteps: [LOOK_AT_PAIRS],
    falsePositives: ['A scanner or monitor that one owns'],
  }),
  lookingAround('DeniedFlows', {
    id: 'host-denied',
    name: 'Flows of a host that are denied',
    label: 'of its flows denied',
    least: 100,
    floor: 0.5,
    techniques: ['T1046'],
    nextSteps: [
      'See which rule denies them: a rule that was changed looks the same.',
      LOOK_AT_PAIRS,
    ],
    falsePositives: ['A rule that was tightened', 'A service that moved'],
  }),
  lookingAround('UnansweredFlows', {
    id: 'host-unanswered',
    name: 'Flows of a host that nobody answers',
    label: 'of its flows unanswered',
    least: 100,
    floor: 0.5,
    techniques: ['T1018'],
    nextSteps: ['See whether a server that it needs is down.', LOOK_AT_PAIRS],
    falsePositives: ['A server that is down', 'A host that was taken away'],
  }),
  {
    id: 'host-unanswered-share',
    version: '1',
    name: 'Share of the flows of a host that come to nothing',
    about: 'host',
    kql: `iff(${ofInitiator('Flows')} >= ${FEWEST_FLOWS}, 100.0 * (${ofInitiator('UnansweredFlows')} + ${ofInitiator('DeniedFlows')}) / ${ofInitiator('Flows')}, 0.0)`,
    label: 'of its flows unanswered or denied',
    print: (value) => `${Math.round(value)} %`,
    least: 30,
    floor: 0.25,
    tactics: ['Discovery'],
    techniques: ['T1046', 'T1018'],
    nextSteps: [
      'See whether a server that it needs is down, or a rule was changed.',
      LOOK_AT_PAIRS,
    ],
    falsePositives: ['A server that is down', 'A rule that was tightened'],
  },
  {
    id: 'host-flows',
    version: '1',
    name: 'Flows of a host',
    about: 'host',
    kql: 'sum(Flows)',
    label: 'flows',
    print: printCount,
    least: 1000,
    floor: 0.4,
    tactics: [],
    techniques: [],
    nextSteps: [LOOK_AT_PAIRS],
    falsePositives: ['A load test', 'A service that became popular'],
  },
  {
    id: 'network-bytes-outside',
    version: '1',
    name: 'Bytes that a network sends outside',
    about: 'network',
    kql: 'sum(BytesSentOutside)',
    label: 'sent outside',
    print: printBytes,
    least: 1e9,
    floor: 0.3,
    tactics: ['Exfiltration'],
    techniques: ['T1048'],
    nextSteps: ['Find the hosts of the network that sent most of it in HostHours.'],
    falsePositives: ['Backups that were moved to another hour'],
  },
];

/** KQL that names what a row of HostHours is about: the address, or its network of 256. */
export const keyOf = (about: Measure['about']): string =>
  about === 'host'
    ? 'Ip'
    : `strcat(extract(@'^([0-9]+\\.[0-9]+\\.[0-9]+)\\.[0-9]+$', 1, Ip), '.0/24')`;
