import { ipEntity } from '#core/alert/index.ts';
import { percent, printBytes, printCount } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, inWindow, isHost, quote, quoteAll, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { ADMIN_PORTS, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';
import { median, sorted, sum } from '../statistics.ts';

const PORTS = Object.keys(ADMIN_PORTS).filter((port) => port !== '135' && port !== '139');

/** Hosts at which the sessions are about as large as at the middle one: those where the source works differ. */
function alike(rows: readonly Row[], mostSpread: number): readonly Row[] {
  const each = (row: Row) => numberOf(row, 'Bytes') / Math.max(1, numberOf(row, 'Flows'));
  const middle = median(sorted(rows.map(each)));
  return rows.filter((row) => Math.abs(each(row) - middle) <= mostSpread * middle);
}

export const passwordSpray = defineDetector({
  name: 'password-spray',
  title: 'Password spraying',
  family: 'brute-force',
  version: '1.1.0',
  says: 'One source logs in at many hosts, a few times each, with sessions that are all the same small size.',
  source:
    'Flow-only band of SSHCure (Hofstede et al. 2014), over targets instead of over one; Sentinel counts 15 accounts in five minutes, here hosts stand for accounts.',
  tactics: ['CredentialAccess'],
  techniques: ['T1110.003', 'T1021'],
  falsePositives: [
    'Deployment and inventory that log in everywhere: give them the role deployment',
  ],
  nextSteps: [
    'Look in the logs of the targets: which accounts, did one succeed?',
    'Find out what runs on the source',
  ],
  parameters: {
    leastHosts: { value: 8, meaning: 'Hosts at which the source tried.' },
    leastTries: { value: 16, meaning: 'Tries in all.' },
    mostEach: {
      value: 30,
      meaning: 'Tries at one host above which it is guessing, which is told of apart.',
    },
    mostSpread: {
      value: 0.35,
      meaning: 'Standard deviation of the bytes of one try over their mean.',
    },
  },
  reads: ['PairHours'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let pairs = PairHours | ${inWindow(pass)} | where DestPort in (${PORTS.join(', ')}) and DestIsInside and ${isHost('DestIp')} and ${isHost('SrcIp')}
| extend Talks = ${TALKS} | where Talks and AllowedFlows > 0
| summarize Flows = sum(AllowedFlows), Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc), Packets = sum(PacketsSrcToDest) + sum(PacketsDestToSrc), Squares = sum(BytesSquared),
    OneWayFlows = sum(OneWayFlows), FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp, DestPort, SrcIsInside
| where Flows <= ${pass.values.mostEach} and Bytes >= 400 * Flows and Bytes <= 20000 * Flows and (Packets >= 5 * Flows or Bytes >= 800 * Flows);
pairs | join kind=inner (pairs | summarize Hosts = count(), Tries = sum(Flows) by SrcIp, DestPort | where Hosts >= ${pass.values.leastHosts} and Tries >= ${pass.values.leastTries}
  | top 1000 by Tries desc | project SrcIp, DestPort) on SrcIp, DestPort
| project SrcIp, DestIp, DestPort, SrcIsInside, Flows, AllowedFlows = Flows, OneWayFlows, Bytes, Squares, FirstTime, LastTime, SamplingRate, WindowMs
| top 50000 by Flows desc`,
  score: (rows, pass) =>
    [
      ...Map.groupBy(rows, (row) => `${textOf(row, 'SrcIp')} ${portOf(row, 'DestPort')}`).values(),
    ].flatMap((of) => {
      const tried = alike(of, pass.values.mostSpread);
      const total = (name: string) => sum(tried.map((row) => numberOf(row, name)));
      const row = of[0]!;
      const src = textOf(row, 'SrcIp');
      if (pass.knowledge.hasRole(src, 'scanner', 'monitor', 'deployment', 'backup')) return [];
      const flows = total('Flows');
      const targets = tried.length;
      if (targets < pass.values.leastHosts || flows < pass.values.leastTries) return [];
      const each = total('Bytes') / flows;
      const spread = Math.sqrt(Math.max(0, total('Squares') / flows - each * each)) / each;
      if (spread > pass.values.mostSpread) return [];
      const port = portOf(row, 'DestPort');
      const isInside = row['SrcIsInside'] === true;
      const first = Math.min(...tried.map((r) => instantOf(r, 'FirstTime')));
      const last = Math.max(...tried.map((r) => instantOf(r, 'LastTime')));
      const sight = sightOf(tried);
      const dests = tried.map((r) => textOf(r, 'DestIp'));
      return [
        {
          about: [src, port],
          title: `${src} tries to log in at ${printCount(targets)} hosts on port ${printPort(port)}`,
          reasons: [
            `${printCount(flows)} sessions at ${printCount(targets)} hosts, ${(flows / targets).toFixed(1)} each, of ${printBytes(each)} give or take ${percent(spread)}: sessions with work in them differ more.`,
            ...blindness(sight),
          ],
          first,
          last,
          severity: isInside ? ('high' as const) : ('medium' as const),
          score: 1 - Math.exp(-targets / 8),
          confidence: 0.75 * (1 - spread) * clarity(sight),
          entities: [
            ipEntity(src, 'actor', isInside),
            ...dests.slice(0, 20).map((dest) => ipEntity(dest, 'target', true)),
          ],
          features: { hosts: targets, flows, bytesEach: each, spread, port },
          evidence: {
            kql: flowsKql({ first, last }, [
              `SrcIp == ${quote(src)} and DestPort == ${port} and DestIp in (${quoteAll(dests.slice(0, 200))})`,
            ]),
            rows: flows,
          },
          magnitude: flows,
        },
      ];
    }),
  fires: [
    {
      says: 'Three tries at each of twelve hosts',
      flows: hosts('10.1.1.', 1, 12).map((dest, i) => ({
        src: '10.1.0.5',
        dest,
        port: 22,
        at: every(40, 3, 3600 + i * 200),
        sent: 2100,
        received: 2700,
        packets: [13, 12] as const,
      })),
    },
    {
      says: 'Three tries of SMB at each of twelve hosts, from a machine that works with two file servers',
      flows: [
        ...hosts('10.1.9.', 1, 2).map((dest) => ({
          src: '10.1.0.5',
          dest,
          port: 445,
          at: every(1800, 8, 3600),
          sent: [4000, 90_000, 30_000, 800_000, 5000, 9000, 200_000, 40_000],
          received: [9000, 400_000, 2_000_000, 30_000, 6000, 70_000, 1_000_000, 80_000],
        })),
        ...hosts('10.1.1.', 1, 12).map((dest, i) => ({
          src: '10.1.0.5',
          dest,
          port: 445,
          at: every(40, 3, 3600 + i * 200),
          sent: 1800,
          received: 1500,
          packets: [6, 5] as const,
        })),
      ],
    },
  ],
  silent: [
    {
      says: 'Somebody works on twelve hosts',
      flows: hosts('10.1.1.', 1, 12).map((dest, i) => ({
        src: '10.1.0.5',
        dest,
        port: 22,
        at: every(40, 3, 3600 + i * 200),
        sent: [3000, 40_000 + i * 9000, 9000],
        received: [5000, 300_000, 20_000 * (i + 1)],
      })),
    },
  ],
});
