import { ipEntity, type Severity } from '#core/alert/index.ts';
import { printCount } from '#core/base/index.ts';
import { percent } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, quote } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { CONTACT_COUNTS, CONVICTS, contactsKql, walk } from '../scanning.ts';
import { isSensitive, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';
import { sum } from '../statistics.ts';

/** One source and the services on which it tried many hosts, the widest first. */
interface Sweep {
  readonly src: string;
  readonly isInside: boolean;
  readonly widest: Row;
  readonly rows: readonly Row[];
}

function gather(rows: readonly Row[]): Sweep[] {
  return [
    ...Map.groupBy(
      rows,
      (row) => `${textOf(row, 'SrcIp')} ${String(row['DestIsInside'])}`,
    ).values(),
  ].map((of) => {
    const widest = of.reduce((a, b) => (numberOf(b, 'Failed') > numberOf(a, 'Failed') ? b : a));
    return {
      src: textOf(widest, 'SrcIp'),
      isInside: widest['SrcIsInside'] === true,
      widest,
      rows: of,
    };
  });
}

function severityOf({ isInside, widest }: Sweep): Severity | undefined {
  const failed = numberOf(widest, 'Failed');
  const port = portOf(widest, 'Port');
  if (!isInside) {
    if (failed - numberOf(widest, 'Refused') < 30) return undefined;
    return failed >= 100 && numberOf(widest, 'Answers') > 0 ? 'medium' : 'low';
  }
  if (widest['DestIsInside'] === true) {
    if (failed >= 100 || (failed >= 30 && isSensitive(port))) return 'high';
    return failed >= 15 ? 'medium' : 'low';
  }
  // Out to the internet on one port: a worm where the port is one to break in by, file sharing where it is not.
  if (isSensitive(port)) return failed >= 30 ? 'high' : 'medium';
  return failed >= 100 && textOf(widest, 'L4Protocol') === 'T' && (port ?? 0) < 1024
    ? 'medium'
    : 'low';
}

export const hostScan = defineDetector({
  name: 'host-scan',
  title: 'Scan of hosts',
  family: 'scan',
  version: '1.0.0',
  says: 'One source tries the same service, or ping, on many hosts, and hardly any of them talks.',
  source:
    'Threshold random walk over first contacts (Jung, Paxson, Berger and Balakrishnan 2004), with a floor of distinct hosts; Snort 3 and Slips use 3 to 30 in a minute, which here is a day, so that slow sweeps count too.',
  tactics: ['Discovery'],
  techniques: ['T1046', 'T1018'],
  falsePositives: [
    'A vulnerability scanner or an inventory of one’s own',
    'File sharing and voice programs that call many peers: they are told as low',
    'Monitoring after many hosts were removed',
  ],
  nextSteps: [
    'Find out what runs on the source, and who is logged in there',
    'Look at the hosts that did answer: was anything done there afterwards?',
    'If it is a scanner of your own, give its address the role scanner',
  ],
  parameters: {
    leastHosts: { value: 10, meaning: 'Distinct hosts on one port that did not talk.' },
    leastShare: { value: 0.6, meaning: 'Share of the hosts tried that did not talk.' },
    mostTargets: { value: 20, meaning: 'Targets that a finding names.' },
  },
  reads: ['PairHours'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
${contactsKql(pass)}
| summarize ${CONTACT_COUNTS}, Dests = make_list_if(DestIp, Talked == 0, 20) by SrcIp, Port, L4Protocol, SrcIsInside, DestIsInside
| where Failed >= ${pass.values.leastHosts} and Failed >= ${pass.values.leastShare} * (Failed + TalkedTo) and Port < 32768
| top 5000 by Failed desc`,
  score: (rows, pass) =>
    gather(
      rows.filter((row) => walk(numberOf(row, 'Failed'), numberOf(row, 'TalkedTo')) >= CONVICTS),
    ).flatMap((sweep) => {
      const { src, isInside, widest } = sweep;
      const severity = severityOf(sweep);
      if (!severity || pass.knowledge.hasRole(src, 'scanner', 'gateway', 'dns')) return [];
      const failed = numberOf(widest, 'Failed');
      const talked = numberOf(widest, 'TalkedTo');
      const refused = numberOf(widest, 'Refused');
      const port = portOf(widest, 'Port');
      const protocol = textOf(widest, 'L4Protocol');
      const where = widest['DestIsInside'] === true ? 'inside' : 'outside';
      const first = Math.min(...sweep.rows.map((row) => instantOf(row, 'FirstTime')));
      const last = Math.max(...sweep.rows.map((row) => instantOf(row, 'LastTime')));
      const sight = sightOf(sweep.rows);
      const dests = textsOf(widest, 'Dests').filter((dest) => dest !== '');
      const service = printPort(port === -1 ? null : port, protocol);
      return [
        {
          about: [src, where],
          title: `${src} tries ${printCount(failed + talked)} ${where} hosts on ${port === -1 ? service : `port ${service}`}`,
          reasons: [
            `${printCount(failed)} of ${printCount(failed + talked)} hosts did not talk (${percent(failed / (failed + talked))}); of a host that means no harm a fifth would not.`,
            refused > 0
              ? `${printCount(refused)} tries were denied, the others were refused or never answered.`
              : 'None were denied: they were refused or never answered.',
            ...(sweep.rows.length > 1
              ? [
                  `It tried ${sweep.rows.length} services in this way, ${printCount(sum(sweep.rows.map((row) => numberOf(row, 'Failed'))))} hosts and ports in all.`,
                ]
              : []),
            ...blindness(sight),
          ],
          first,
          last,
          severity,
          score: 1 - Math.exp(-failed / 20),
          confidence: 0.9 * clarity(sight),
          tactics: isInside ? ['Discovery'] : ['Reconnaissance'],
          techniques: isInside ? ['T1046', 'T1018'] : ['T1595'],
          entities: [
            ipEntity(src, 'actor', isInside),
            ...dests
              .slice(0, pass.values.mostTargets)
              .map((dest) => ipEntity(dest, 'target', where === 'inside')),
          ],
          features: {
            failed,
            talked,
            refused,
            port,
            services: sweep.rows.length,
            walk: walk(failed, talked),
          },
          evidence: {
            kql: flowsKql({ first, last }, [
              `SrcIp == ${quote(src)}`,
              port === -1 ? `L4Protocol == ${quote(protocol)}` : `DestPort == ${port}`,
            ]),
            rows: numberOf(widest, 'Flows'),
          },
          magnitude: failed,
        },
      ];
    }),
  fires: [
    {
      says: 'An inside host tries SMB on a whole subnet; three answer',
      flows: hosts('10.1.1.', 1, 60).map((dest, i) =>
        i % 20 === 0
          ? { src: '10.1.0.5', dest, port: 445, at: [3600 + i] }
          : {
              src: '10.1.0.5',
              dest,
              port: 445,
              at: [3600 + i],
              received: 0,
              sent: 120,
              packets: [2, 0] as const,
            },
      ),
    },
    {
      says: 'A ping sweep that is denied at every host',
      flows: hosts('10.1.1.', 1, 40).map((dest, i) => ({
        src: '10.1.0.5',
        dest,
        port: null,
        protocol: 'ICMP',
        at: [3600 + i * 60],
        isDenied: true,
      })),
    },
  ],
  silent: [
    {
      says: 'A monitor checks every host each minute, and two of them are down',
      flows: hosts('10.1.1.', 1, 30).map((dest, i) => ({
        src: '10.1.0.5',
        dest,
        port: 9100,
        at: every(300, 100),
        ...(i < 2 ? { received: 0, packets: [3, 0] as const } : {}),
      })),
    },
    {
      says: 'The internet tries a port on every address, and the edge denies it',
      flows: hosts('10.1.1.', 1, 100).map((dest, i) => ({
        src: '203.0.113.9',
        dest,
        port: 23,
        at: [3600 + i],
        isDenied: true,
      })),
    },
    {
      says: 'A browser calls many sites',
      flows: hosts('198.51.100.', 1, 100).map((dest, i) => ({
        src: '10.1.0.5',
        dest,
        port: 443,
        at: [3600 + i * 20],
      })),
    },
  ],
});
