import { ipEntity } from '#core/alert/index.ts';
import { printCount } from '#core/base/index.ts';
import { some } from '../claim.ts';
import { DAY, defineDetector, HOUR } from '../detector.ts';
import { flowsKql, inWindow, isHost, quoteAll, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every } from '../sample.ts';
import { printPort } from '../services.ts';
import { isAllowed, type Zones } from '../zones.ts';

interface Crossing {
  readonly from: string;
  readonly to: string;
  readonly port: number | null;
  readonly protocol: string;
  readonly row: Row;
}

function crossingOf(row: Row, zones: Zones): Crossing | undefined {
  const zone = (ip: 'SrcIp' | 'DestIp', inside: 'SrcIsInside' | 'DestIsInside') =>
    zones.zoneOf(textOf(row, ip)) ?? (row[inside] === true ? undefined : 'internet');
  const from = zone('SrcIp', 'SrcIsInside');
  const to = zone('DestIp', 'DestIsInside');
  if (from === undefined || to === undefined || from === to) return undefined;
  const given = portOf(row, 'Port');
  const flow = { from, to, port: given === -1 ? null : given, protocol: textOf(row, 'L4Protocol') };
  return isAllowed(zones, flow) ? undefined : { ...flow, row };
}

export const segmentation = defineDetector({
  name: 'segmentation',
  title: 'Traffic between zones that is not allowed',
  family: 'policy',
  version: '1.0.0',
  says: 'A conversation took place between two zones for which no rule of the zones’ file stands.',
  source:
    'Zones and what may pass between them, as their owner writes them; what is not allowed there and was accepted is a violation, what was denied is the policy at work.',
  tactics: ['LateralMovement'],
  techniques: ['T1021', 'T1599'],
  falsePositives: ['A rule that was forgotten in the file: add it'],
  nextSteps: [
    'Decide which is wrong, the traffic or the file',
    'Close the way at the firewall if it is the traffic',
  ],
  parameters: { mostNamed: { value: 20, meaning: 'Hosts that a finding names.' } },
  reads: ['PairHours'],
  window: DAY,
  every: HOUR,
  candidates: (pass) =>
    pass.knowledge.zones.names.length === 0
      ? undefined
      : `
PairHours | ${inWindow(pass)} | where (SrcIsInside or DestIsInside) and ${isHost('SrcIp')} and ${isHost('DestIp')}
| extend Talks = ${TALKS}, Port = coalesce(DestPort, -1) | where Talks
| summarize Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime) by SrcIp, DestIp, Port, L4Protocol, SrcIsInside, DestIsInside
| top 400000 by Flows desc`,
  score: (rows, pass) => {
    const { zones } = pass.knowledge;
    const crossings = rows.flatMap((row) => crossingOf(row, zones) ?? []);
    const groups = Map.groupBy(crossings, (c) => [c.from, c.to, c.port, c.protocol].join(' '));
    return [...groups.values()].map((group) => {
      const { from, to, port, protocol } = group[0]!;
      const named = (side: 'SrcIp' | 'DestIp') => [
        ...new Set(group.map((c) => textOf(c.row, side))),
      ];
      const [srcs, dests] = [named('SrcIp'), named('DestIp')];
      const first = Math.min(...group.map((c) => instantOf(c.row, 'FirstTime')));
      const last = Math.max(...group.map((c) => instantOf(c.row, 'LastTime')));
      const flows = group.reduce((sum, c) => sum + numberOf(c.row, 'Flows'), 0);
      const most = pass.values.mostNamed;
      return {
        about: [from, to, port, protocol],
        title: `${from} talks to ${to} on port ${printPort(port, protocol)}, which no rule allows`,
        reasons: [
          `${printCount(flows)} conversations of ${some(srcs)} with ${some(dests)}.`,
          'The file of zones has no rule for this way.',
        ],
        first,
        last,
        severity: 'medium' as const,
        score: 0.7,
        confidence: 0.9,
        entities: [
          ...srcs.slice(0, most).map((ip) => ipEntity(ip, 'actor', from !== 'internet')),
          ...dests.slice(0, most).map((ip) => ipEntity(ip, 'target', to !== 'internet')),
        ],
        features: { from, to, port, flows, sources: srcs.length, targets: dests.length },
        evidence: {
          kql: flowsKql({ first, last }, [
            `SrcIp in (${quoteAll(srcs.slice(0, 100))}) and DestIp in (${quoteAll(dests.slice(0, 100))})`,
            port === null ? 'isnull(DestPort)' : `DestPort == ${port}`,
          ]),
          rows: flows,
        },
        magnitude: flows,
      };
    });
  },
  fires: [
    {
      says: 'The office reaches a controller that only engineering may',
      zones: {
        zones: { office: ['10.1.0.0/16'], plant: ['10.9.0.0/16'], engineering: ['10.1.9.0/24'] },
        allow: [{ from: 'engineering', to: 'plant', ports: [502] }],
      },
      flows: [{ src: '10.1.0.5', dest: '10.9.0.1', port: 502, at: every(60, 5) }],
    },
  ],
  silent: [
    {
      says: 'Engineering does what it may, and the firewall denies the office',
      zones: {
        zones: { office: ['10.1.0.0/16'], plant: ['10.9.0.0/16'], engineering: ['10.1.9.0/24'] },
        allow: [{ from: 'engineering', to: 'plant', ports: [502] }],
      },
      flows: [
        { src: '10.1.9.5', dest: '10.9.0.1', port: 502, at: every(60, 5) },
        { src: '10.1.0.5', dest: '10.9.0.1', port: 502, at: every(60, 5), isDenied: true },
      ],
    },
  ],
});
