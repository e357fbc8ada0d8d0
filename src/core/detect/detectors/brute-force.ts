import { ipEntity, type Severity } from '#core/alert/index.ts';
import { printBytes, printCount, printMoment } from '#core/base/index.ts';
import { type Attempts, LOGIN_SERVICES, MOST_BYTES, triesIn } from '../attempts.ts';
import { percent } from '../claim.ts';
import { CONVERSATION_COLUMNS, CONVERSATION_KEY, conversations } from '../conversation.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { flowsKql, inWindow, isHost, quote } from '../kql.ts';
import { every } from '../sample.ts';
import { DATABASE_PORTS, printPort } from '../services.ts';
import { blindness, clarity, isSampled } from '../sight.ts';
import { sum } from '../statistics.ts';

export const bruteForce = defineDetector({
  name: 'brute-force',
  title: 'Password guessing',
  family: 'brute-force',
  version: '1.1.0',
  says: 'One source opens many connections of the same small size to a service where people log in.',
  source:
    'Flow-only method of SSHCure (Hofstede et al. 2014): attempts lie in a narrow band of packets and bytes, and a success leaves it; counts of Slips (9 an hour) and Sentinel (25 in five minutes).',
  tactics: ['CredentialAccess'],
  techniques: ['T1110', 'T1110.001'],
  falsePositives: [
    'A job that logs in often and does next to nothing, or whose password has expired',
    'Deployment software that opens many short sessions',
  ],
  nextSteps: [
    'Look in the target’s own log: which accounts, did one succeed?',
    'If a larger flow followed, take it for a break-in until shown otherwise: change the password, look at what the session did',
    'Close the service to where the source is, or allow keys only',
  ],
  parameters: {
    burst: { value: 20, meaning: 'Tries within ten minutes.' },
    slow: { value: 40, meaning: 'Tries within a day, however slow.' },
    crowd: { value: 5, meaning: 'Sources outside from which on they count together.' },
    mostSpread: {
      value: 0.35,
      meaning: 'Standard deviation of the bytes of one try over their mean.',
    },
    databaseBurst: {
      value: 60,
      meaning: 'Tries within ten minutes on a database: programs connect often too.',
    },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let flows = PairHours | ${inWindow(pass)} | where DestPort in (${LOGIN_SERVICES.join(', ')}) and AllowedFlows > UnansweredFlows and ${isHost('DestIp')} and ${isHost('SrcIp')}
  | extend Port = coalesce(DestPort, -1);
let all = flows | where BytesSrcToDest + BytesDestToSrc - LargestBytes < ${MOST_BYTES} * AllowedFlows
  | summarize Flows = sum(AllowedFlows), Unanswered = sum(UnansweredFlows) by ${CONVERSATION_KEY}
  | where Flows >= 3 and Unanswered * 2 < Flows;
let crowds = all | where Flows < ${pass.values.burst} | summarize Sources = count(), Together = sum(Flows) by DestIp, Port
  | where Sources >= ${pass.values.crowd} and Together >= ${pass.values.slow};
let pairs = all | lookup kind=leftouter crowds on DestIp, Port
  | where Flows >= ${pass.values.burst} or Sources > 0
  | top 5000 by Flows desc | project ${CONVERSATION_KEY};
flows | join kind=inner pairs on ${CONVERSATION_KEY}
| project ${CONVERSATION_COLUMNS}, BytesSquared, LargestBytes, LargestAt, LongestMs, SrcIsInside, DestIsInside`,
  score: (rows, pass) => {
    const suspects = conversations(rows)
      .flatMap((conversation) => triesIn(conversation, pass.values) ?? [])
      .filter(({ conversation: { src } }) => !pass.knowledge.hasRole(src, 'scanner', 'monitor'));
    // From the internet many guess at one service at the same time: that is one thing to do something about. Who insists is
    // another, which the noise of those who try a few times does not cover.
    const groups = Map.groupBy(suspects, (found) => {
      const { rows: of, src, dest, port } = found.conversation;
      if (of[0]!['SrcIsInside'] === true) return `${src} ${dest} ${port}`;
      return `${dest} ${port}${isFrequent([found], pass.values) ? '' : ' crowd'}`;
    });
    const frequent = [...groups.values()].filter((group) => isFrequent(group, pass.values));
    return frequent.map((found) => {
      const group = found.toSorted((a, b) => rank(b) - rank(a));
      const worst = group[0]!;
      const { conversation: c, tries, burst, gotIn, bytesEach, spread, largest, largestAt } = worst;
      const isInside = c.rows[0]!['SrcIsInside'] === true;
      const all = sum(group.map((a) => a.tries));
      const service = printPort(c.port, c.protocol);
      const first = Math.min(...group.map((a) => a.conversation.first));
      const last = Math.max(...group.map((a) => a.conversation.last));
      const who = group.length > 1 ? `${group.length} addresses` : c.src;
      return {
        about: isInside
          ? [c.src, c.dest, c.port]
          : [isFrequent([worst], pass.values) ? 'internet' : 'crowd', c.dest, c.port],
        title: `${who} ${group.length > 1 ? 'guess' : 'guesses'} passwords at ${c.dest} port ${service}${gotIn ? ', probably with success' : ''}`,
        reasons: [
          `${printCount(all + 1)} connections, ${printCount(burst)} of them within ten minutes, of ${printBytes(bytesEach)} each, give or take ${percent(spread)}: sessions with work in them differ more.`,
          ...(group.length > 1 ? [`The most come from ${c.src}: ${printCount(tries + 1)}.`] : []),
          ...(gotIn
            ? [
                `Then one connection carried ${printBytes(largest)}, ${Math.round(largest / bytesEach)} times as much, and ended at ${printMoment(largestAt)}: whoever guessed is probably in.`,
              ]
            : isSampled(c.sight)
              ? [
                  'Of how large a connection was, samples tell too little to say whether one succeeded.',
                ]
              : ['No connection stands out in size: nothing speaks for a success.']),
          ...blindness(c.sight),
        ],
        first,
        last,
        severity: severityOf(worst, isInside),
        score: Math.min(1, (gotIn ? 0.3 : 0) + 1 - Math.exp(-all / 30)),
        confidence: (1 - spread) * clarity(c.sight),
        entities: [
          ...group.slice(0, 20).map((a) => ipEntity(a.conversation.src, 'actor', isInside)),
          ipEntity(c.dest, 'target', c.rows[0]!['DestIsInside'] === true),
        ],
        features: {
          tries: all,
          burst,
          bytesEach,
          packetsEach: worst.packetsEach,
          spread,
          largest,
          gotIn,
          sources: group.length,
          port: c.port,
        },
        evidence: {
          kql: flowsKql({ first, last }, [
            ...(group.length === 1 ? [`SrcIp == ${quote(c.src)}`] : []),
            `DestIp == ${quote(c.dest)} and DestPort == ${c.port}`,
          ]),
          rows: sum(group.map((a) => a.conversation.flows)),
        },
        magnitude: all,
      };
    });
  },
  fires: [
    {
      says: 'Sixty tries at SSH in five minutes, and then a long session',
      flows: [
        {
          src: '203.0.113.9',
          dest: '10.1.0.9',
          port: 22,
          at: every(5, 60, 3600),
          sent: 2100,
          received: 2600,
          packets: [14, 13],
        },
        {
          src: '203.0.113.9',
          dest: '10.1.0.9',
          port: 22,
          at: [3960],
          sent: 48_000,
          received: 90_000,
          durationMs: 600_000,
        },
      ],
    },
    {
      says: 'A client that works with a file server all day guesses passwords there for half an hour',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 445,
          at: every(1500, 40, 0, 0.3),
          sent: Array.from({ length: 40 }, (_, i) => 9000 + ((i * 37) % 40) * 50_000),
          received: 200_000,
        },
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 445,
          at: every(6, 300, 61_200),
          sent: 1700,
          received: 1500,
          packets: [10, 9],
        },
      ],
    },
    {
      says: 'Guesses that succeed, and an hour of work after them told in pieces',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 22,
          at: every(10, 120, 34_200, 0.2),
          sent: 2400,
          received: 2700,
          packets: [14, 13],
        },
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 22,
          at: every(600, 6, 36_100),
          sent: 50_000,
          received: 400_000,
          durationMs: 599_000,
        },
      ],
    },
    {
      says: 'An inside host tries RDP once a minute for an hour',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 3389,
          at: every(60, 60, 3600, 0.2),
          sent: 1700,
          received: 1900,
          packets: [9, 8],
        },
      ],
    },
  ],
  silent: [
    {
      says: 'Health checks of a load balancer on SSH',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 22,
          at: every(10, 2000),
          sent: 180,
          received: 120,
          packets: [4, 3],
        },
      ],
    },
    {
      says: 'Fetches of code over SSH differ in size',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 22,
          at: every(60, 50),
          sent: 6000,
          received: Array.from({ length: 50 }, (_, i) => 5000 + ((i * 37) % 50) * 9000),
        },
      ],
    },
    {
      says: 'A client works with a file server: small things in one hour, large ones in another',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 445,
          at: every(90, 30, 36_000, 0.4),
          sent: Array.from({ length: 30 }, (_, i) => 1500 + ((i * 37) % 30) * 400),
          received: Array.from({ length: 30 }, (_, i) => 1500 + ((i * 17) % 30) * 900),
        },
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 445,
          at: every(300, 11, 43_200),
          sent: 400_000,
          received: 3_000_000,
        },
      ],
    },
    {
      says: 'A program opens a database connection every few seconds',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 5432,
          at: every(15, 3000),
          sent: 1500,
          received: 2500,
        },
      ],
    },
  ],
});

interface Frequency {
  readonly burst: number;
  readonly slow: number;
  readonly databaseBurst: number;
  readonly crowd: number;
}

/** One of them is fast, or persistent; or many sources are together. */
function isFrequent(group: readonly Attempts[], values: Frequency): boolean {
  const port = group[0]?.conversation.port ?? 0;
  if (port in DATABASE_PORTS) return group.some(({ burst }) => burst >= values.databaseBurst);
  if (group.some(({ burst, tries }) => burst >= values.burst || tries >= values.slow)) return true;
  return group.length >= values.crowd && sum(group.map((a) => a.tries)) >= values.slow;
}

const rank = (a: Attempts): number => (a.gotIn ? 1e9 : 0) + a.tries;

function severityOf({ gotIn, conversation }: Attempts, isInside: boolean): Severity {
  // Where a packet or two of each connection were seen, work and tries look much the same.
  if (isSampled(conversation.sight)) return 'medium';
  if (gotIn) return isInside ? 'critical' : 'high';
  return isInside ? 'high' : 'medium';
}
