import { ipEntity } from '#core/alert/index.ts';
import { counted, printCount } from '#core/base/index.ts';
import { inDaysBefore } from '../claim.ts';
import { DAY, defineDetector } from '../detector.ts';
import { beforeWindow, flowsKql, inWindow, isHost, pastDays, quote, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { isSensitive, printPort } from '../services.ts';

const LEARNING_DAYS = 3;

export const firstService = defineDetector({
  name: 'first-service',
  title: 'Service offered for the first time',
  family: 'first-seen',
  version: '1.0.0',
  says: 'A host that is known answers on a port on which it never did, and hardly any other host does.',
  source:
    'Set of (asset, port, protocol) over 30 days; novelty is min(1, days known / 30) times the share of hosts that do not offer the port.',
  tactics: ['Persistence'],
  techniques: ['T1571'],
  falsePositives: ['New software, an agent that was rolled out: then other hosts offer it soon'],
  nextSteps: ['Find the process that listens', 'Look at who connects to it'],
  parameters: {
    leastNovelty: { value: 0.05, meaning: 'Novelty below which nothing is said.' },
    leastClients: { value: 1, meaning: 'Hosts that talked to it.' },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: DAY,
  candidates: (pass) =>
    pastDays(pass) < LEARNING_DAYS
      ? undefined
      : `
let before = PairDays | ${beforeWindow(pass)} | where DestIsInside and IsAnswered and L4Protocol == 'T';
let hosts = before | distinct DestIp;
let offered = before | distinct DestIp, DestPort;
let peers = offered | summarize Peers = count() by DestPort;
PairHours | ${inWindow(pass)} | where SrcIsInside and DestIsInside and L4Protocol == 'T' and DestPort < 32768 and ${isHost('DestIp')}
| extend Talks = ${TALKS} | where Talks
| summarize Clients = dcount(SrcIp), Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime) by DestIp, DestPort
| where Clients >= ${pass.values.leastClients} and DestIp in (hosts)
| join kind=leftanti offered on DestIp, DestPort
| lookup kind=leftouter peers on DestPort
| extend Hosts = toscalar(hosts | count)
| top 200 by Clients desc`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const dest = textOf(row, 'DestIp');
      const port = portOf(row, 'DestPort') ?? 0;
      const share = numberOf(row, 'Peers') / Math.max(1, numberOf(row, 'Hosts'));
      const novelty = Math.min(1, pastDays(pass) / 30) * (1 - share);
      if (novelty < pass.values.leastNovelty || numberOf(row, 'Peers') >= 3) return [];
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      return [
        {
          about: [dest, port],
          title: `${dest} offers port ${printPort(port)} for the first time`,
          reasons: [
            `${counted(numberOf(row, 'Clients'), 'host')} inside talked to it. ${inDaysBefore(pastDays(pass))} nobody did.`,
            `${printCount(numberOf(row, 'Peers'))} of ${printCount(numberOf(row, 'Hosts'))} other hosts offer that port.`,
          ],
          first,
          last,
          severity: isSensitive(port) ? ('low' as const) : ('informational' as const),
          score: 0.3 + 0.4 * novelty,
          confidence: 0.5,
          entities: [ipEntity(dest, 'target', true)],
          features: {
            port,
            novelty,
            peers: numberOf(row, 'Peers'),
            clients: numberOf(row, 'Clients'),
          },
          evidence: {
            kql: flowsKql({ first, last }, [`DestIp == ${quote(dest)} and DestPort == ${port}`]),
            rows: numberOf(row, 'Flows'),
          },
          magnitude: numberOf(row, 'Clients'),
        },
      ];
    }),
  fires: [
    {
      says: 'A file server offers VNC on the fifth day',
      flows: [
        ...hosts('10.1.0.', 1, 5).map((src) => ({
          src,
          dest: '10.1.9.9',
          port: 445,
          at: every(43_200, 11, -5 * 86_400),
        })),
        { src: '10.1.0.1', dest: '10.1.9.9', port: 5900, at: [30_000] },
      ],
    },
  ],
  silent: [
    {
      says: 'A host that nobody knew',
      flows: [
        ...hosts('10.1.0.', 1, 5).map((src) => ({
          src,
          dest: '10.1.9.9',
          port: 445,
          at: every(43_200, 11, -5 * 86_400),
        })),
        { src: '10.1.0.1', dest: '10.1.9.10', port: 5900, at: [30_000] },
      ],
    },
  ],
});
