import { ipEntity, type Severity } from '#core/alert/index.ts';
import { counted } from '#core/base/index.ts';
import { some } from '../claim.ts';
import { DAY, defineDetector, HOUR } from '../detector.ts';
import { flowsKql, inWindow, isHost, quote, TALKS } from '../kql.ts';
import type { Role } from '../roles.ts';
import { instantOf, numberOf, textOf, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

/** What a host inside does outside at such a rate only for one reason. */
interface Signature {
  readonly name: string;
  readonly says: string;
  readonly ports: readonly number[];
  readonly protocol: 'T' | 'U';
  /** Talks with so many addresses outside, in so many connections, within a day. */
  readonly leastPeers: number;
  readonly leastFlows: number;
  readonly severity: Severity;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly exempt: readonly Role[];
}

export const SIGNATURES: readonly Signature[] = [
  {
    name: 'mail-burst',
    says: 'delivers mail to many servers itself, as spam programs do',
    ports: [25],
    protocol: 'T',
    leastPeers: 20,
    leastFlows: 40,
    severity: 'medium',
    tactics: ['Impact'],
    techniques: ['T1496'],
    exempt: ['mail', 'gateway'],
  },
  {
    name: 'relay-network',
    says: 'talks to relays of Tor on their usual ports',
    ports: [9001, 9030, 9050, 9150],
    protocol: 'T',
    leastPeers: 2,
    leastFlows: 3,
    severity: 'low',
    tactics: ['CommandAndControl'],
    techniques: ['T1090.003'],
    exempt: ['proxy', 'gateway'],
  },
  {
    name: 'mining',
    says: 'talks to ports on which mining pools give out work',
    ports: [3333, 4444, 5555, 7777, 14_433, 14_444, 45_560, 45_700],
    protocol: 'T',
    leastPeers: 1,
    leastFlows: 2,
    severity: 'low',
    tactics: ['Impact'],
    techniques: ['T1496'],
    exempt: ['gateway'],
  },
  {
    name: 'file-sharing-outside',
    says: 'talks SMB with addresses outside, which takes log-ins along',
    ports: [445, 139],
    protocol: 'T',
    leastPeers: 1,
    leastFlows: 1,
    severity: 'medium',
    tactics: ['CredentialAccess'],
    techniques: ['T1187'],
    exempt: ['gateway'],
  },
  {
    name: 'telnet-outside',
    says: 'talks Telnet with addresses outside',
    ports: [23, 2323],
    protocol: 'T',
    leastPeers: 3,
    leastFlows: 3,
    severity: 'medium',
    tactics: ['LateralMovement'],
    techniques: ['T1021'],
    exempt: ['gateway'],
  },
  {
    name: 'chat-control',
    says: 'talks to ports of IRC',
    ports: [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697],
    protocol: 'T',
    leastPeers: 1,
    leastFlows: 2,
    severity: 'low',
    tactics: ['CommandAndControl'],
    techniques: ['T1071'],
    exempt: ['gateway'],
  },
];

export const flowRate = defineDetector({
  name: 'flow-rate',
  title: 'Signature of flow rate',
  family: 'signature',
  version: '1.0.0',
  says: 'A host inside talks outside by a protocol, with so many or so often, that there is one explanation.',
  source:
    'Assigned ports (IANA) and rates: mail to 20 servers a day from a host that is no mail server, SMB or Telnet that leaves the network, relays, pools, IRC.',
  tactics: ['CommandAndControl'],
  techniques: ['T1071'],
  falsePositives: [
    'A mail server that is not known as one: give it the role mail',
    'Research into such networks',
  ],
  nextSteps: [
    'Find the process on the host',
    'Close the port at the edge for all but those who need it',
  ],
  parameters: {
    times: { value: 1, meaning: 'By how much all limits of the signatures are multiplied.' },
  },
  reads: ['PairHours'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => `
let signatures = datatable(Signature: string, DestPort: int, L4Protocol: string) [${SIGNATURES.flatMap((s) => s.ports.map((port) => `${quote(s.name)}, ${port}, ${quote(s.protocol)}`)).join(', ')}];
PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and DestPort in (${[...new Set(SIGNATURES.flatMap((s) => s.ports))].join(', ')}) and ${isHost('DestIp')}
| extend Talks = ${TALKS} | where Talks
| join kind=inner signatures on DestPort, L4Protocol
| summarize Peers = dcount(DestIp), Flows = sum(AllowedFlows), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), Some = make_set(DestIp, 10), FirstTime = min(FirstTime), LastTime = max(LastTime),
    SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, Signature
| top 2000 by Flows desc`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const signature = SIGNATURES.find((s) => s.name === textOf(row, 'Signature'));
      const src = textOf(row, 'SrcIp');
      const peers = numberOf(row, 'Peers');
      const flows = numberOf(row, 'Flows');
      if (!signature || pass.knowledge.hasRole(src, ...signature.exempt)) return [];
      const { times } = pass.values;
      if (peers < times * signature.leastPeers || flows < times * signature.leastFlows) return [];
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      const sight = sightOf([row]);
      const dests = textsOf(row, 'Some');
      return [
        {
          about: [signature.name, src],
          title: `${src} ${signature.says}`,
          reasons: [
            `${counted(flows, 'conversation')} with ${counted(peers, 'address', 'addresses')} outside on port ${signature.ports.join(' or ')}: ${some(dests)}.`,
            ...blindness(sight),
          ],
          first,
          last,
          severity: signature.severity,
          score: signature.severity === 'medium' ? 0.7 : 0.5,
          confidence: 0.6 * clarity(sight),
          tactics: signature.tactics,
          techniques: signature.techniques,
          entities: [
            ipEntity(src, 'actor', true),
            ...dests.map((dest) => ipEntity(dest, 'target', false)),
          ],
          features: { signature: signature.name, peers, flows },
          evidence: {
            kql: flowsKql({ first, last }, [
              `SrcIp == ${quote(src)} and DestPort in (${signature.ports.join(', ')})`,
            ]),
            rows: flows,
          },
          magnitude: flows,
        },
      ];
    }),
  fires: [
    {
      says: 'A workstation delivers mail to sixty servers',
      flows: hosts('203.0.113.', 1, 60).map((dest, i) => ({
        src: '10.1.0.5',
        dest,
        port: 25,
        at: [3600 + i * 30],
      })),
    },
  ],
  silent: [
    {
      says: 'A mail server does',
      flows: [
        ...hosts('10.1.0.', 1, 6).map((src) => ({
          src,
          dest: '10.1.0.25',
          port: 587,
          at: every(3600, 5),
        })),
        ...hosts('203.0.113.', 1, 60).map((dest, i) => ({
          src: '10.1.0.25',
          dest,
          port: 25,
          at: [3600 + i * 30],
        })),
      ],
    },
  ],
});
