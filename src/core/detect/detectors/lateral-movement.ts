import { ipEntity, type Severity } from '#core/alert/index.ts';
import { counted, type Micros } from '#core/base/index.ts';
import type { Claim } from '../claim.ts';
import { inDaysBefore } from '../claim.ts';
import { DAY, defineDetector, HOUR, type Pass } from '../detector.ts';
import { beforeWindow, flowsKql, inWindow, isHost, pastDays, quoteAll, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { ADMIN_PORTS, printPort } from '../services.ts';
import { blindness, sightOf } from '../sight.ts';

/** RPC and NetBIOS are left out: clients use them of each other all day. */
const PORTS = Object.keys(ADMIN_PORTS).filter((port) => port !== '135' && port !== '139');
const LEARNING_DAYS = 1;

/** A way into a host that its source never took before. */
interface Edge {
  readonly src: string;
  readonly dest: string;
  readonly port: number;
  readonly first: Micros;
  readonly last: Micros;
  readonly flows: number;
  /** Hosts a day that its source came to manage, on average, in the past. */
  readonly usualADay: number;
  /** -log10 of how usual such an edge is: of a source that makes new ones often, or a target that many reach, little. */
  readonly surprise: number;
  readonly row: Row;
}

function readEdge(row: Row, past: number): Edge {
  const ofSource = (numberOf(row, 'SrcEdges') + 1) / (past + 2);
  const ofTarget = (numberOf(row, 'DestSources') + 1) / (past + 2);
  return {
    src: textOf(row, 'SrcIp'),
    dest: textOf(row, 'DestIp'),
    port: portOf(row, 'DestPort') ?? 0,
    first: instantOf(row, 'FirstTime'),
    last: instantOf(row, 'LastTime'),
    flows: numberOf(row, 'Flows'),
    usualADay: numberOf(row, 'SrcEdges') / Math.max(1, past),
    surprise:
      Math.max(0, -Math.log10(Math.min(1, ofSource))) +
      Math.max(0, -Math.log10(Math.min(1, ofTarget))) +
      0.3,
    row,
  };
}

/** Longest way of new edges, each from where the one before led, within a day; at most so many steps and branches. */
const MOST_STEPS = 4;
const MOST_BRANCHES = 200;

function chainFrom(
  edge: Edge,
  bySource: ReadonlyMap<string, readonly Edge[]>,
  depth = 1,
): readonly Edge[] {
  if (depth >= MOST_STEPS) return [edge];
  let best: readonly Edge[] = [];
  for (const next of (bySource.get(edge.dest) ?? []).slice(0, MOST_BRANCHES)) {
    if (next.first < edge.first || next.first - edge.first > DAY || next.dest === edge.src)
      continue;
    const rest = chainFrom(next, bySource, depth + 1);
    if (rest.length > best.length) best = rest;
  }
  return [edge, ...best];
}

/** Most new targets within an hour. */
function burst(edges: readonly Edge[]): readonly Edge[] {
  const inOrder = edges.toSorted((a, b) => a.first - b.first);
  let best: readonly Edge[] = [];
  for (let i = 0; i < inOrder.length; i++) {
    const within = inOrder.filter((e, k) => k >= i && e.first - inOrder[i]!.first < HOUR);
    if (new Set(within.map((e) => e.dest)).size > new Set(best.map((e) => e.dest)).size)
      best = within;
  }
  return best;
}

function claimOf(
  edges: readonly Edge[],
  shape: 'chain' | 'fan',
  severity: Severity,
  pass: Pass,
): Claim {
  const [start] = edges;
  const first = Math.min(...edges.map((e) => e.first));
  const last = Math.max(...edges.map((e) => e.last));
  const surprise = edges.reduce((sum, e) => sum + e.surprise, 0);
  const ports = [...new Set(edges.map((e) => e.port))];
  const services = ports.map((port) => printPort(port)).join(', ');
  const dests = [...new Set(edges.map((e) => e.dest))];
  const way = [start!.src, ...edges.map((e) => e.dest)].join(' → ');
  return {
    about: shape === 'chain' ? ['chain', start!.src, start!.dest] : ['fan', start!.src],
    title:
      shape === 'chain'
        ? `${way} on ${services}, each for the first time`
        : `${start!.src} reaches ${dests.length} hosts on ${services} for the first time`,
    reasons: [
      shape === 'chain'
        ? `${edges.length} connections in a row, each from where the one before led, within ${counted(Math.max(1, Math.round((last - first) / HOUR)), 'hour')}.`
        : `${dests.length} hosts within an hour that it never managed before: ${dests.slice(0, 8).join(', ')}.`,
      `${inDaysBefore(pastDays(pass))} none of them was seen; together they surprise by ${surprise.toFixed(1)} (-log10 of how usual they are).`,
      ...blindness(sightOf(edges.map(({ row }) => row))),
    ],
    first,
    last,
    severity,
    score: 1 - Math.exp(-surprise / 3),
    confidence: shape === 'chain' ? 0.7 : 0.6,
    entities: [
      ipEntity(start!.src, 'actor', true),
      ...(shape === 'chain' ? edges.slice(0, -1).map((e) => ipEntity(e.dest, 'actor', true)) : []),
      ...dests.slice(0, 20).map((dest) => ipEntity(dest, 'target', true)),
    ],
    features: { shape, edges: edges.length, surprise, ports, pastDays: pastDays(pass) },
    evidence: {
      kql: flowsKql({ first, last }, [
        `SrcIp in (${quoteAll([...new Set(edges.map((e) => e.src))])}) and DestIp in (${quoteAll(dests)}) and DestPort in (${ports.join(', ')})`,
      ]),
      rows: edges.reduce((sum, e) => sum + e.flows, 0),
    },
    magnitude: dests.length,
  };
}

export const lateralMovement = defineDetector({
  name: 'lateral-movement',
  title: 'Movement from host to host',
  family: 'lateral',
  version: '1.1.0',
  says: 'Hosts are managed from where they never were: many from one, or one after the other.',
  source:
    'New edges on ports of administration with their surprise (count of new edges a day, sources a target is used to), burst per hour, and time-ordered chains by bounded search: after work on graphs of log-ins; Sentinel’s rare RDP connection (14 days) is one edge of this.',
  tactics: ['LateralMovement'],
  techniques: ['T1021'],
  falsePositives: [
    'A new administrator or jump host',
    'Deployment software on its first run: give it the role deployment',
    'A machine with a new address: its way to servers that many use does not count',
  ],
  nextSteps: [
    'Ask the administrator of the source whether that was him',
    'Look at log-ins on the targets at that time, from the last one back',
    'Find what the first host of the chain did before',
  ],
  parameters: {
    leastBurst: { value: 5, meaning: 'New targets within an hour.' },
    timesUsual: {
      value: 3,
      meaning: 'How many times the hosts that its source newly reached on a day of the past.',
    },
    leastChain: { value: 2, meaning: 'Steps of a chain.' },
    mostSources: {
      value: 5,
      meaning: 'Sources a target had from which on reaching it is nothing new.',
    },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: HOUR,
  candidates: (pass) =>
    pastDays(pass) < LEARNING_DAYS
      ? undefined
      : `
let past = materialize(PairDays | ${beforeWindow(pass)} | where SrcIsInside and DestIsInside and DestPort in (${PORTS.join(', ')}) | where IsAnswered | distinct SrcIp, DestIp, DestPort);
let known = HostHours | ${beforeWindow(pass)} | where IsInside | distinct Ip;
let sources = past | summarize SrcEdges = count() by SrcIp;
let targets = past | summarize DestSources = count() by DestIp, DestPort;
let edges = PairHours | ${inWindow(pass)} | where SrcIsInside and DestIsInside and DestPort in (${PORTS.join(', ')}) and ${isHost('DestIp')} and ${isHost('SrcIp')}
  | extend Talks = ${TALKS} | where Talks
  | summarize Flows = sum(AllowedFlows), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs),
      FirstTime = min(FirstTime), LastTime = max(LastTime) by SrcIp, DestIp, DestPort
  | where SrcIp in (known)
  | join kind=leftanti past on SrcIp, DestIp, DestPort;
edges | lookup kind=leftouter targets on DestIp, DestPort | lookup kind=leftouter sources on SrcIp
| where coalesce(DestSources, 0) < ${pass.values.mostSources}
| top 20000 by FirstTime asc`,
  score: (rows, pass) => {
    const past = pastDays(pass);
    const edges = rows
      .map((row) => readEdge(row, past))
      .filter(
        (e) =>
          !pass.knowledge.hasRole(e.src, 'scanner', 'monitor', 'deployment', 'backup', 'gateway'),
      );
    const bySource = Map.groupBy(edges, (e) => e.src);
    const claims: Claim[] = [];
    for (const of of bySource.values()) {
      const fan = burst(of);
      const wide = new Set(fan.map((e) => e.dest)).size;
      if (wide >= Math.max(pass.values.leastBurst, pass.values.timesUsual * fan[0]!.usualADay))
        claims.push(claimOf(fan, 'fan', wide >= 15 ? 'high' : 'medium', pass));
    }
    const reached = new Set(edges.map((e) => e.dest));
    for (const edge of edges) {
      // A chain is told once, from its beginning.
      if (reached.has(edge.src) && edges.some((e) => e.dest === edge.src && e.first <= edge.first))
        continue;
      const chain = chainFrom(edge, bySource);
      if (chain.length >= pass.values.leastChain)
        claims.push(claimOf(chain, 'chain', chain.length >= 3 ? 'high' : 'medium', pass));
    }
    return claims;
  },
  fires: [
    {
      says: 'From one to the next over RDP, as nobody did in the week before',
      flows: [
        ...hosts('10.1.0.', 5, 8).map((src) => ({
          src,
          dest: '10.1.9.9',
          port: 443,
          at: every(86_400, 8, -7 * 86_400),
        })),
        {
          src: '10.1.0.5',
          dest: '10.1.0.6',
          port: 3389,
          at: [36_000],
          sent: 50_000,
          received: 90_000,
        },
        {
          src: '10.1.0.6',
          dest: '10.1.0.7',
          port: 3389,
          at: [39_000],
          sent: 50_000,
          received: 90_000,
        },
        {
          src: '10.1.0.7',
          dest: '10.1.0.8',
          port: 3389,
          at: [43_000],
          sent: 50_000,
          received: 90_000,
        },
      ],
    },
    {
      says: 'One host manages eight others for the first time',
      flows: [
        { src: '10.1.0.5', dest: '10.1.9.9', port: 443, at: every(86_400, 8, -7 * 86_400) },
        ...hosts('10.1.2.', 1, 8).map((dest, i) => ({
          src: '10.1.0.5',
          dest,
          port: 445,
          at: [36_000 + i * 60],
          sent: 30_000,
          received: 20_000,
        })),
      ],
    },
  ],
  silent: [
    {
      says: 'A new machine uses the file server that everybody uses',
      flows: [
        ...hosts('10.1.0.', 1, 20).map((src) => ({
          src,
          dest: '10.1.9.9',
          port: 445,
          at: every(86_400, 8, -7 * 86_400),
        })),
        { src: '10.1.0.99', dest: '10.1.9.9', port: 445, at: [36_000], sent: 30_000 },
      ],
    },
    {
      says: 'A jump host that reaches new hosts every day reaches six more',
      flows: [
        ...hosts('10.1.2.', 1, 24).map((dest, i) => ({
          src: '10.1.0.5',
          dest,
          port: 22,
          at: [((i % 4) - 4) * 86_400 + 30_000 + i * 300],
        })),
        ...hosts('10.1.2.', 30, 35).map((dest, i) => ({
          src: '10.1.0.5',
          dest,
          port: 22,
          at: [36_000 + i * 300],
        })),
      ],
    },
    {
      says: 'The jump host does what it does every day',
      flows: hosts('10.1.2.', 1, 12).map((dest) => ({
        src: '10.1.0.5',
        dest,
        port: 22,
        at: every(86_400, 8, -7 * 86_400 + 30_000),
      })),
    },
  ],
});
