import { ipEntity, type Severity } from '#core/alert/index.ts';
import { printCount } from '#core/base/index.ts';
import { percent } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, quote, quoteAll } from '../kql.ts';
import { instantOf, numberOf, type Row, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { CONTACT_COUNTS, CONVICTS, contactsKql, walk } from '../scanning.ts';
import { blindness, clarity, sightOf } from '../sight.ts';
import { sum } from '../statistics.ts';

/** Ports from here on are those that clients call from: answers that are told the wrong way round go to them. */
const EPHEMERAL = 32_768;

/** Hosts from which on a few ports of each are one scan. */
const LEAST_HOSTS = 4;

/** One source and the hosts on which it tried ports. */
interface Scan {
  readonly src: string;
  readonly isInside: boolean;
  readonly dests: readonly string[];
  readonly failed: number;
  readonly talked: number;
  readonly refused: number;
  /** Ports that answered anything at all, if only a reset. */
  readonly answers: number;
  readonly flows: number;
  readonly rows: readonly Row[];
}

function gather(rows: readonly Row[]): Scan[] {
  return [...Map.groupBy(rows, (row) => textOf(row, 'SrcIp'))].map(([src, of]) => {
    const total = (name: string) => sum(of.map((row) => numberOf(row, name)));
    const byFailures = of.toSorted((a, b) => numberOf(b, 'Failed') - numberOf(a, 'Failed'));
    return {
      src,
      isInside: of[0]!['SrcIsInside'] === true,
      dests: byFailures.map((row) => textOf(row, 'DestIp')),
      failed: total('Failed'),
      talked: total('TalkedTo'),
      refused: total('Refused'),
      answers: total('Answers'),
      flows: total('Flows'),
      rows: of,
    };
  });
}

function severityOf({ isInside, failed, answers, refused }: Scan): Severity | undefined {
  if (isInside) return failed >= 100 ? 'high' : failed >= 15 ? 'medium' : 'low';
  // From the internet: a few ports are what every address outside tries, or what a flood leaves. A scan that the edge
  // refused is good to know and no more; one that got through and was answered is.
  if (failed - refused < 50) return failed >= 100 ? 'informational' : undefined;
  return answers > 0 ? 'medium' : 'low';
}

function denialOf({ failed, refused }: Scan): string {
  if (refused === 0) return 'None were denied: they were refused or never answered.';
  if (refused >= failed) return 'All of them were denied: nothing got through.';
  return `${printCount(refused)} were denied, the others were refused or never answered.`;
}

const REFUSED_STEPS: readonly string[] = [
  'Nothing has to be done about what was denied',
  'See whether the same address was let in anywhere else',
  'If it is a scanner that you ordered, suppress it or give its address the role scanner',
];

export const portScan = defineDetector({
  name: 'port-scan',
  title: 'Scan of ports',
  family: 'scan',
  version: '1.2.0',
  says: 'One source tries many ports of a host, or a few of each of several, and hardly any of them talks.',
  source:
    'Threshold random walk over first contacts (Jung, Paxson, Berger and Balakrishnan 2004, thresholds 0.8 and 0.2), with a floor of distinct ports as in Zeek (15) and Maltrail (10); over several hosts together a higher one.',
  tactics: ['Discovery'],
  techniques: ['T1046'],
  falsePositives: [
    'A vulnerability scanner of one’s own: declare it, or let it run a third day at its usual hour',
    'Inventory and deployment software that looks for agents',
  ],
  nextSteps: [
    'Find out what runs on the source, and who is logged in there',
    'Look at the ports that did answer: what was done with them afterwards?',
    'If it is a scanner of your own, give its address the role scanner',
  ],
  parameters: {
    leastPorts: { value: 10, meaning: 'Distinct ports of one host that did not talk.' },
    leastEach: { value: 3, meaning: 'The same of one host among several.' },
    leastTogether: { value: 30, meaning: 'The same of four hosts and more together.' },
    leastShare: { value: 0.6, meaning: 'Share of the ports tried that did not talk.' },
    mostTargets: { value: 20, meaning: 'Targets that a finding names.' },
  },
  reads: ['PairHours'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let tried = materialize(${contactsKql(pass, "L4Protocol in ('T', 'U')")}
  | where isnotempty(DestIp)
  | summarize ${CONTACT_COUNTS}, Low = countif(Port < ${EPHEMERAL}), LowestPort = min(Port), HighestPort = max(Port) by SrcIp, DestIp, SrcIsInside, DestIsInside
  | where Failed >= ${pass.values.leastEach} and Failed >= ${pass.values.leastShare} * (Failed + TalkedTo) and Low * 4 >= Failed);
let wide = tried | summarize Together = sum(Failed), Hosts = count() by SrcIp | where Together >= ${pass.values.leastTogether} and Hosts >= ${LEAST_HOSTS};
tried | where Failed >= ${pass.values.leastPorts} and Low >= 5 or SrcIp in ((wide | project SrcIp))
| top 5000 by Failed desc`,
  score: (rows, pass) =>
    gather(rows).flatMap((scan) => {
      const severity = severityOf(scan);
      if (walk(scan.failed, scan.talked) < CONVICTS) return [];
      if (!severity || pass.knowledge.hasRole(scan.src, 'scanner')) return [];
      const { src, dests, failed, talked, refused, isInside } = scan;
      const first = Math.min(...scan.rows.map((row) => instantOf(row, 'FirstTime')));
      const last = Math.max(...scan.rows.map((row) => instantOf(row, 'LastTime')));
      const sight = sightOf(scan.rows);
      const lowest = Math.min(...scan.rows.map((row) => numberOf(row, 'LowestPort')));
      const highest = Math.max(...scan.rows.map((row) => numberOf(row, 'HighestPort')));
      const target = dests.length === 1 ? dests[0]! : `${printCount(dests.length)} hosts`;
      return [
        {
          about: [src, dests.length <= 3 ? dests.toSorted().join(' ') : 'many'],
          title: `${src} tries ${printCount(failed + talked)} ports of ${target}`,
          reasons: [
            `Between ports ${lowest} and ${highest} it tried ${printCount(failed + talked)} and ${printCount(failed)} of them did not talk (${percent(failed / (failed + talked))}); of a host that means no harm a fifth would not.`,
            denialOf(scan),
            ...(talked > 0 ? [`${printCount(talked)} did talk: those are what it found.`] : []),
            ...blindness(sight),
          ],
          first,
          last,
          severity,
          score: 1 - Math.exp(-failed / 20),
          confidence: 0.9 * clarity(sight),
          tactics: isInside ? ['Discovery'] : ['Reconnaissance'],
          techniques: isInside ? ['T1046'] : ['T1595'],
          entities: [
            ipEntity(src, 'actor', isInside),
            ...dests
              .slice(0, pass.values.mostTargets)
              .map((dest) => ipEntity(dest, 'target', true)),
          ],
          features: {
            failed,
            talked,
            refused,
            hosts: dests.length,
            lowestPort: lowest,
            highestPort: highest,
            walk: walk(failed, talked),
          },
          evidence: {
            kql: flowsKql({ first, last }, [
              `SrcIp == ${quote(src)} and DestIp in (${quoteAll(dests.slice(0, pass.values.mostTargets))})`,
            ]),
            rows: scan.flows,
          },
          ...(severity === 'informational' ? { nextSteps: REFUSED_STEPS } : {}),
          magnitude: failed,
        },
      ];
    }),
  fires: [
    {
      says: 'An inside host tries 40 ports of another, which resets them',
      flows: Array.from({ length: 40 }, (_, i) => ({
        src: '10.1.0.5',
        dest: '10.1.0.9',
        port: 20 + i,
        at: [3600 + i],
        sent: 60,
        received: 40,
        packets: [1, 1] as const,
      })),
    },
    {
      says: 'An address outside tries 900 ports of one host, and the edge denies them all',
      flows: Array.from({ length: 900 }, (_, i) => ({
        src: '203.0.113.9',
        dest: '10.1.0.9',
        port: 1 + i,
        at: [3600 + Math.floor(i / 4)],
        isDenied: true,
      })),
    },
    {
      says: 'Six ports of each of eight hosts: too few of each, too few hosts of each port',
      flows: hosts('10.1.0.', 11, 18).flatMap((dest, h) =>
        [22, 80, 445, 1433, 3389, 8080].map((port, i) => ({
          src: '10.1.0.5',
          dest,
          port,
          at: [3600 + h * 60 + i],
          sent: 60,
          received: 40,
          packets: [1, 1] as const,
        })),
      ),
    },
    {
      says: 'One port every ten minutes for four hours',
      flows: Array.from({ length: 24 }, (_, i) => ({
        src: '10.1.0.5',
        dest: '10.1.0.9',
        port: 1000 + i * 7,
        at: [3600 + i * 600],
        sent: 60,
        received: 0,
        packets: [1, 0] as const,
      })),
    },
  ],
  silent: [
    {
      says: 'The internet knocks on some ports and the edge denies it',
      flows: Array.from({ length: 60 }, (_, i) => ({
        src: '203.0.113.9',
        dest: '10.1.0.9',
        port: 20 + i,
        at: [3600 + i],
        isDenied: true,
      })),
    },
    {
      says: 'A program keeps looking for five hosts that are gone, on three ports',
      flows: hosts('10.1.0.', 11, 15).flatMap((dest) =>
        [80, 443, 8080].map((port) => ({
          src: '10.1.0.5',
          dest,
          port,
          at: every(600, 100),
          received: 0,
          packets: [3, 0] as const,
        })),
      ),
    },
    {
      says: 'A client uses many services of one server',
      flows: Array.from({ length: 30 }, (_, i) => ({
        src: '10.1.0.5',
        dest: '10.1.0.9',
        port: 8000 + i,
        at: every(600, 5),
      })),
    },
    {
      says: 'One service that is gone is retried all day',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 8080,
          at: every(30, 2000),
          received: 0,
          packets: [3, 0],
        },
      ],
    },
  ],
});
