import { ipEntity, type Severity } from '#core/alert/index.ts';
import { counted, printBytes } from '#core/base/index.ts';
import { inDaysBefore, some } from '../claim.ts';
import { DAY, defineDetector, MINUTE } from '../detector.ts';
import { beforeWindow, flowsKql, inWindow, isHost, pastDays, quote, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { INDUSTRIAL_PORTS, isSensitive, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';
import { sum } from '../statistics.ts';

/** What is meant to be reached from outside. */
const PUBLIC_PORTS: ReadonlySet<number> = new Set([25, 53, 80, 123, 443, 465, 587, 993]);
/** And what often is: nothing new where the past is not known. */
const OFTEN_PUBLIC: ReadonlySet<number> = new Set([
  110, 143, 500, 995, 1194, 3478, 4500, 5060, 5061, 8080, 8443, 51_820,
]);
const LEARNING_DAYS = 2;

/**
 * Graver where people or programs log in, where nothing of the kind was open before, and where the host is known: a
 * whole fleet that offers the same port does so on purpose.
 */
function severityOf(row: Row, port: number, past: number): Severity {
  const isShared = numberOf(row, 'Fleet') >= 1;
  if (port in INDUSTRIAL_PORTS) return 'critical';
  if (isSensitive(port)) return isShared ? 'medium' : 'high';
  if (PUBLIC_PORTS.has(port) || isShared) return 'low';
  if (past < LEARNING_DAYS && OFTEN_PUBLIC.has(port)) return 'low';
  return 'medium';
}

/** Ports of one host from which on they are told together. */
const TOGETHER = 4;

/** What is told as one: each port that is grave or meant for itself, many others of one host together, the busiest first. */
function gather(rows: readonly Row[], past: number): (readonly [Row, ...Row[]])[] {
  const isOwn = (row: Row): boolean => {
    const port = portOf(row, 'DestPort') ?? 0;
    return isSensitive(port) || severityOf(row, port, past) === 'low';
  };
  const alone = rows.filter(isOwn).map((row) => [row] as const);
  const groups = Map.groupBy(
    rows.filter((row) => !isOwn(row)),
    (row) => `${textOf(row, 'DestIp')} ${textOf(row, 'L4Protocol')}`,
  );
  const others = [...groups.values()].flatMap((of): (readonly [Row, ...Row[]])[] => {
    const [first, ...more] = of.toSorted((a, b) => numberOf(b, 'Flows') - numberOf(a, 'Flows'));
    return first && of.length >= TOGETHER ? [[first, ...more]] : of.map((row) => [row]);
  });
  return [...alone, ...others];
}

export const exposure = defineDetector({
  name: 'exposure',
  title: 'Port that answers the internet',
  family: 'exposure',
  version: '1.1.0',
  says: 'A service inside holds conversations with the internet, and did not before.',
  source:
    'State of (asset, port, protocol) by first answer to a public source; ports of administration, databases and industry are graver. Like Sigma’s rule for RDP from public addresses, of all services.',
  tactics: ['InitialAccess'],
  techniques: ['T1190', 'T1133'],
  falsePositives: [
    'A service that was published on purpose',
    'A partner’s public address that was let in by rule',
  ],
  nextSteps: [
    'Ask the owner whether this is meant; if not, close it at the edge',
    'Look at who connected since it is open, and at what the larger sessions did',
    'If it stays, allow known sources only, and watch its log-ins',
  ],
  parameters: {
    leastBytes: {
      value: 400,
      meaning: 'Bytes the service must have sent, so that a greeting counts and a reset does not.',
    },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: MINUTE,
  candidates: (pass) => `
let open = materialize(PairHours | ${inWindow(pass)} | where not(SrcIsInside) and DestIsInside and isnotnull(DestPort) and ${isHost('DestIp')}
  | extend Talks = ${TALKS} | where Talks and (DestPort < 32768 and L4Protocol == 'T' or L4Protocol == 'U' and DestPort in (53, 69, 111, 123, 137, 161, 389, 500, 623, 1194, 1434, 1900, 5060, 11211, 47808))
  | summarize Sources = dcount(SrcIp), Flows = sum(AllowedFlows), Got = sum(BytesDestToSrc), Some = make_set(SrcIp, 10), FirstTime = min(FirstTime), LastTime = max(LastTime),
      AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by DestIp, DestPort, L4Protocol
  | where Got >= ${pass.values.leastBytes}
  | top 5000 by Sources desc);
let before = PairDays | ${beforeWindow(pass)} | where not(SrcIsInside) and DestIsInside and IsAnswered and DestPort in ((open | project DestPort));
let same = before | where DestIp in ((open | project DestIp)) | summarize Known = min(FirstTime) by DestIp, DestPort, L4Protocol;
let fleet = before | summarize Fleet = dcount(DestIp) by DestPort, L4Protocol;
open
| join kind=leftanti same on DestIp, DestPort, L4Protocol
| lookup kind=leftouter fleet on DestPort, L4Protocol`,
  score: (rows, pass) =>
    gather(rows, pastDays(pass)).map(([row, ...others]) => {
      const dest = textOf(row, 'DestIp');
      const port = portOf(row, 'DestPort') ?? 0;
      const protocol = textOf(row, 'L4Protocol');
      const past = pastDays(pass);
      const all = [row, ...others];
      const first = Math.min(...all.map((r) => instantOf(r, 'FirstTime')));
      const last = Math.max(...all.map((r) => instantOf(r, 'LastTime')));
      const total = (name: string) => sum(all.map((r) => numberOf(r, name)));
      const ports = all.map((r) => portOf(r, 'DestPort') ?? 0).sort((a, b) => a - b);
      const sources = Math.max(...all.map((r) => numberOf(r, 'Sources')));
      const sight = sightOf([row]);
      const service = printPort(port, protocol);
      return {
        about: others.length > 0 ? [dest, 'many', protocol] : [dest, port, protocol],
        title:
          others.length > 0
            ? `${dest} answers the internet on ${ports.length} ports`
            : `${dest} answers the internet on port ${service}`,
        reasons: [
          ...(others.length > 0
            ? [
                `It answers on ${some(ports, 20)}: rather the whole host is open than each port on purpose. The most is on port ${service}.`,
              ]
            : []),
          `${counted(sources, 'outside address', 'outside addresses')} held ${total('Flows') > 0 ? counted(total('Flows'), 'conversation') : 'conversations'} with it and got ${printBytes(total('Got'))}, such as ${textsOf(row, 'Some').slice(0, 3).join(', ')}.`,
          past >= 1
            ? `${inDaysBefore(past)}, it never answered anybody outside on ${others.length > 0 ? 'those ports' : 'that port'}${numberOf(row, 'Fleet') > 0 ? `; ${numberOf(row, 'Fleet')} other hosts did` : ', nor did any other host'}.`
            : 'The data does not go back far enough to tell since when.',
          ...(isSensitive(port)
            ? [
                'This is a service of administration, of data or of machines: it is found and tried within hours.',
              ]
            : []),
          ...blindness(sight),
        ],
        first,
        last,
        severity: severityOf(row, port, past),
        score: isSensitive(port) ? 0.9 : PUBLIC_PORTS.has(port) ? 0.4 : 0.6,
        confidence: 0.95 * clarity(sight),
        entities: [
          ipEntity(dest, 'target', true),
          ...textsOf(row, 'Some')
            .slice(0, 10)
            .map((src) => ipEntity(src, 'related', false)),
        ],
        features: {
          port,
          ports: ports.length,
          sources,
          flows: total('Flows'),
          bytesBack: total('Got'),
          fleet: numberOf(row, 'Fleet'),
          pastDays: past,
        },
        evidence: {
          kql: flowsKql({ first, last }, [
            `DestIp == ${quote(dest)} and DestPort ${ports.length > 1 ? `in (${ports.join(', ')})` : `== ${port}`}`,
          ]),
          rows: total('Flows'),
        },
        magnitude: sources,
      };
    }),
  fires: [
    {
      says: 'RDP of a server is opened to the internet on the fifth day',
      flows: [
        { src: '10.1.0.5', dest: '10.1.0.9', port: 3389, at: every(86_400, 6, -5 * 86_400) },
        { src: '203.0.113.9', dest: '10.1.0.9', port: 3389, at: [40_000, 41_000] },
      ],
    },
    {
      says: 'A port of its own answers outside for the first time',
      flows: [
        { src: '198.51.100.4', dest: '10.1.0.9', port: 443, at: every(86_400, 6, -5 * 86_400) },
        { src: '203.0.113.9', dest: '10.1.0.9', port: 8123, at: [40_000] },
      ],
    },
    {
      says: 'A host without a firewall: eight ports of its own answer one that scans it',
      flows: [
        { src: '198.51.100.4', dest: '10.1.0.9', port: 443, at: every(86_400, 6, -5 * 86_400) },
        ...[1111, 2222, 4003, 5004, 6005, 7006, 8007, 9008].map((port) => ({
          src: '203.0.113.9',
          dest: '10.1.0.9',
          port,
          at: [40_000 + port],
        })),
      ],
    },
  ],
  silent: [
    {
      says: 'A web site that was always there',
      flows: [
        { src: '198.51.100.4', dest: '10.1.0.9', port: 443, at: every(3600, 140, -5 * 86_400) },
      ],
    },
    {
      says: 'The platform’s load balancer asks whether a machine is well',
      flows: [
        { src: '10.1.0.5', dest: '10.1.0.9', port: 22, at: every(86_400, 6, -5 * 86_400) },
        { src: '168.63.129.16', dest: '10.1.0.9', port: 10_256, at: every(15, 2000) },
      ],
    },
    {
      says: 'The internet tries RDP and is reset',
      flows: hosts('203.0.113.', 1, 30).map((src) => ({
        src,
        dest: '10.1.0.9',
        port: 3389,
        at: [4000],
        sent: 60,
        received: 40,
        packets: [1, 1] as const,
      })),
    },
  ],
});
