import { ipEntity } from '#core/alert/index.ts';
import { printBytes, printCount } from '#core/base/index.ts';
import { type Claim, inDaysBefore, percent } from '../claim.ts';
import { DAY, defineDetector, MINUTE, type Pass } from '../detector.ts';
import {
  beforeWindow,
  flowsKql,
  inWindow,
  isHost,
  pastDays,
  quote,
  quoteAll,
  TALKS,
} from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every, hosts, type SampleFlows } from '../sample.ts';
import { ADMIN_PORTS, DATABASE_PORTS, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';
import { median, sorted, sum } from '../statistics.ts';

const PORTS = Object.keys(ADMIN_PORTS).filter((port) => port !== '135' && port !== '139');
const DATABASES = Object.keys(DATABASE_PORTS);
/** Bytes of a try: at a database a query or two carries more than a log-in. */
const [LEAST_BYTES, MOST_BYTES, MOST_DATABASE_BYTES] = [400, 20_000, 5000];

/**
 * Programs open short sessions at databases all day: there only a source that is known counts, with services that it never
 * used, so that the first day of data tells nothing.
 */
const canTellDatabases = (pass: Pass): boolean => pastDays(pass) >= 1;

/** Days on which a source used a service that make it its work: one may have been a break-in. */
const DAYS_OF_USE = 2;

const PARAMETERS = {
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
};

type SprayPass = Pass<typeof PARAMETERS>;

/** Hosts at which the sessions are about as large as at the middle one: those where the source works differ. */
function alike(rows: readonly Row[], mostSpread: number): readonly Row[] {
  const each = (row: Row) => numberOf(row, 'Bytes') / Math.max(1, numberOf(row, 'Flows'));
  const middle = median(sorted(rows.map(each)));
  return rows.filter((row) => Math.abs(each(row) - middle) <= mostSpread * middle);
}

/** What the sessions of one source at one service amount to, if they are a spray. */
function claimOf(rows: readonly Row[], pass: SprayPass): Claim | undefined {
  const { leastHosts, leastTries, mostSpread } = pass.values;
  const tried = alike(rows, mostSpread);
  const total = (name: string) => sum(tried.map((row) => numberOf(row, name)));
  const row = rows[0]!;
  const src = textOf(row, 'SrcIp');
  if (pass.knowledge.hasRole(src, 'scanner', 'monitor', 'deployment', 'backup')) return;
  const flows = total('Flows');
  const targets = tried.length;
  if (targets < leastHosts || flows < leastTries) return;
  const each = total('Bytes') / flows;
  const spread = Math.sqrt(Math.max(0, total('Squares') / flows - each * each)) / each;
  if (spread > mostSpread) return;
  const port = portOf(row, 'DestPort');
  const isInside = row['SrcIsInside'] === true;
  const first = Math.min(...tried.map((r) => instantOf(r, 'FirstTime')));
  const last = Math.max(...tried.map((r) => instantOf(r, 'LastTime')));
  const sight = sightOf(tried);
  const dests = tried.map((r) => textOf(r, 'DestIp'));
  return {
    about: [src, port],
    title: `${src} tries to log in at ${printCount(targets)} hosts on port ${printPort(port)}`,
    reasons: [
      `${printCount(flows)} sessions at ${printCount(targets)} hosts, ${(flows / targets).toFixed(1)} each, of ${printBytes(each)} give or take ${percent(spread)}: sessions with work in them differ more.`,
      ...(canTellDatabases(pass)
        ? [`${inDaysBefore(pastDays(pass))} none of those services was in daily use by it.`]
        : []),
      ...blindness(sight),
    ],
    first,
    last,
    severity: isInside ? 'high' : 'medium',
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
  };
}

const CLIENT = '10.1.0.5';
const TWELVE = hosts('10.1.1.', 1, 12);
/** One try each: a log-in that is refused, a session at a database in which little is asked. */
const SSH_LOGIN = { port: 22, sent: 2100, received: 2700, packets: [13, 12] } as const;
const QUERY = { sent: 900, received: 700, packets: [12, 11] } as const;
const threeTries = (host: number) => every(40, 3, 3600 + host * 200);

/** The same session of the client at each host, which it begins at those times of the day. */
const atEach = (
  dests: readonly string[],
  session: Omit<SampleFlows, 'src' | 'dest' | 'at'>,
  at: (host: number) => readonly number[],
): SampleFlows[] => dests.map((dest, i) => ({ src: CLIENT, dest, at: at(i), ...session }));

export const passwordSpray = defineDetector({
  name: 'password-spray',
  title: 'Password spraying',
  family: 'brute-force',
  version: '1.2.0',
  says: 'One source logs in at many hosts, a few times each, where it does not work, with sessions that are all the same small size.',
  source:
    'Flow-only band of SSHCure (Hofstede et al. 2014), over targets instead of over one; Sentinel counts 15 accounts in five minutes, here hosts stand for accounts.',
  tactics: ['CredentialAccess'],
  techniques: ['T1110.003', 'T1021'],
  falsePositives: [
    'Deployment and inventory that log in everywhere, until they did so on two days before: give them the role deployment',
    'A program whose password was changed, at each database it uses from another host than before',
  ],
  nextSteps: [
    'Look in the logs of the targets: which accounts, did one succeed?',
    'Find out what runs on the source',
  ],
  parameters: PARAMETERS,
  reads: ['PairHours', 'PairDays', 'HostHours'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let known = HostHours | ${beforeWindow(pass)} | where IsInside and Role == 'Initiator' | distinct Ip;
let pairs = materialize(PairHours | ${inWindow(pass)} | where DestIsInside and ${isHost('DestIp')} and ${isHost('SrcIp')}
| where DestPort in (${PORTS.join(', ')})${canTellDatabases(pass) ? ` or DestPort in (${DATABASES.join(', ')}) and SrcIsInside and SrcIp in (known)` : ''}
| extend Talks = ${TALKS} | where Talks and AllowedFlows > 0
| summarize Flows = sum(AllowedFlows), Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc), Packets = sum(PacketsSrcToDest) + sum(PacketsDestToSrc), Squares = sum(BytesSquared),
    OneWayFlows = sum(OneWayFlows), FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp, DestPort, SrcIsInside
| where Flows <= ${pass.values.mostEach} and Bytes >= ${LEAST_BYTES} * Flows and (Packets >= 5 * Flows or Bytes >= ${2 * LEAST_BYTES} * Flows)
| where Bytes <= iff(DestPort in (${DATABASES.join(', ')}), ${MOST_DATABASE_BYTES}, ${MOST_BYTES}) * Flows);
let wide = materialize(pairs | summarize Hosts = count(), Tries = sum(Flows) by SrcIp, DestPort | where Hosts >= ${pass.values.leastHosts} and Tries >= ${pass.values.leastTries}
| top 1000 by Tries desc | project SrcIp, DestPort);
let used = PairDays | ${beforeWindow(pass)} | where SrcIp in ((wide | project SrcIp)) and DestIsInside and DestPort in (${[...PORTS, ...DATABASES].join(', ')})
| where IsAnswered and BytesSrcToDest + BytesDestToSrc >= ${LEAST_BYTES} * AllowedFlows
| summarize Days = dcount(TimeGenerated) by SrcIp, DestIp, DestPort
| where Days >= ${DAYS_OF_USE} or DestPort in (${DATABASES.join(', ')});
pairs | join kind=inner wide on SrcIp, DestPort
| join kind=leftanti used on SrcIp, DestIp, DestPort
| project SrcIp, DestIp, DestPort, SrcIsInside, Flows, AllowedFlows = Flows, OneWayFlows, Bytes, Squares, FirstTime, LastTime, SamplingRate, WindowMs
| top 50000 by Flows desc`,
  score: (rows, pass) =>
    [
      ...Map.groupBy(rows, (row) => `${textOf(row, 'SrcIp')} ${portOf(row, 'DestPort')}`).values(),
    ].flatMap((ofService) => claimOf(ofService, pass) ?? []),
  fires: [
    {
      says: 'Three tries at each of twelve databases, slowly, from a machine that used one of them before',
      flows: [
        {
          src: CLIENT,
          dest: '10.1.1.1',
          port: 1433,
          at: every(3600, 40, -2 * 86_400),
          sent: 4000,
          received: [9000, 90_000, 400_000, 20_000],
        },
        ...atEach(hosts('10.1.1.', 2, 13), { port: 1433, ...QUERY }, (i) =>
          every(240, 3, 36_000 + i * 20),
        ),
      ],
    },
    {
      says: 'One try of SSH at each of sixty clients, two a minute, while somebody reads sixty sites as the day before',
      flows: [
        ...atEach(hosts('10.1.1.', 1, 60), SSH_LOGIN, (i) => [36_000 + i * 30]),
        ...atEach(hosts('203.0.113.', 1, 60), { port: 443, received: 40_000 }, (i) =>
          every(86_400, 2, 36_000 - 86_400 + i * 50),
        ),
      ],
    },
    {
      says: 'Three tries at each of twelve hosts',
      flows: atEach(TWELVE, SSH_LOGIN, threeTries),
    },
    {
      says: 'Three tries of SMB at each of twelve hosts, from a machine that works with two file servers',
      flows: [
        ...atEach(
          hosts('10.1.9.', 1, 2),
          {
            port: 445,
            sent: [4000, 90_000, 30_000, 800_000, 5000, 9000, 200_000, 40_000],
            received: [9000, 400_000, 2_000_000, 30_000, 6000, 70_000, 1_000_000, 80_000],
          },
          () => every(1800, 8, 3600),
        ),
        ...atEach(TWELVE, { port: 445, sent: 1800, received: 1500, packets: [6, 5] }, threeTries),
      ],
    },
  ],
  silent: [
    {
      says: 'An inventory looks in at twelve hosts by SSH each night',
      flows: atEach(TWELVE, SSH_LOGIN, (i) =>
        [-3, -2, -1, 0].flatMap((day) => [day * 86_400 + 7200 + i, day * 86_400 + 7260 + i]),
      ),
    },
    {
      says: 'A program asks ten databases a little each hour, as it always did',
      flows: atEach(hosts('10.1.1.', 1, 10), { port: 5432, ...QUERY }, (i) =>
        every(3600, 72, -2 * 86_400 + i * 7),
      ),
    },
    {
      says: 'A machine that is new connects to ten databases',
      flows: [
        { src: '10.1.0.9', dest: '10.1.1.1', port: 443, at: every(3600, 72, -2 * 86_400) },
        ...atEach(hosts('10.1.1.', 1, 10), { port: 5432, ...QUERY }, (i) =>
          every(30, 3, 36_000 + i * 7),
        ),
      ],
    },
    {
      says: 'Somebody works on twelve hosts',
      flows: TWELVE.map((dest, i) => ({
        src: CLIENT,
        dest,
        port: 22,
        at: threeTries(i),
        sent: [3000, 40_000 + i * 9000, 9000],
        received: [5000, 300_000, 20_000 * (i + 1)],
      })),
    },
  ],
});
