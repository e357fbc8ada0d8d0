import { type Micros, parseIp } from '#core/base/index.ts';
import type { Sample, SampleFlows } from '#core/detect/index.ts';
import { isPublicKind, specialKind } from '#core/enrich/index.ts';

/** One flow of a sample. */
export interface OneFlow extends Omit<SampleFlows, 'at' | 'sent' | 'received' | 'packets'> {
  readonly protocol: string;
  readonly start: Micros;
  readonly sent: number;
  readonly received: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
}

const HOUR = 3_600_000_000;
type Cells = Record<string, string | number | boolean | null>;

export function flowsOf(sample: Sample, day: Micros): OneFlow[] {
  return sample.flows.flatMap((given) =>
    given.at.map((second, i): OneFlow => {
      const pick = (value: number | readonly number[] | undefined, other: number) =>
        value === undefined ? other : typeof value === 'number' ? value : (value[i] ?? other);
      const sent = pick(given.sent, given.isDenied ? 60 : 600);
      const received = given.isDenied ? 0 : pick(given.received, 1200);
      const packets = given.packets ?? [
        Math.max(given.isDenied ? 1 : 4, Math.ceil(sent / 500)),
        received === 0 ? 0 : Math.max(3, Math.ceil(received / 500)),
      ];
      return {
        ...given,
        protocol: given.protocol ?? 'T',
        start: day + Math.round(second * 1e6),
        sent,
        received,
        packetsSent: packets[0],
        packetsReceived: given.isDenied ? 0 : packets[1],
      };
    }),
  );
}

/** True for addresses of one's own: private ranges, and what never leaves a machine's host. */
function isInside(address: string): boolean {
  const words = parseIp(address);
  const kind = words && specialKind(words);
  if (kind === 'azure-platform') return true;
  return kind !== undefined && !isPublicKind(kind) && kind !== 'documentation';
}

const total = (flows: readonly OneFlow[], of: (flow: OneFlow) => number): number =>
  flows.reduce((sum, flow) => sum + of(flow), 0);

/** PairHours of flows, computed slowly and plainly: what the engine keeps must be the same. */
export function pairHours(flows: readonly OneFlow[]): Cells[] {
  const groups = Map.groupBy(flows, (f) =>
    [Math.floor(f.start / HOUR), f.src, f.dest, f.port, f.protocol].join(' '),
  );
  return [...groups.values()].map((group) => {
    const one = group[0]!;
    const hour = Math.floor(one.start / HOUR) * HOUR;
    const allowed = group.filter((f) => !f.isDenied);
    const bytes = group.map((f) => f.sent + f.received);
    const largest = group.reduce((a, b) => (b.sent + b.received > a.sent + a.received ? b : a));
    const starts = Map.groupBy(group, (f) => Math.floor((f.start - hour) / 1e6));
    const inOrder = [...starts].sort(([a], [b]) => a - b);
    const ends = group.map((f) => f.start + (f.durationMs ?? 1000) * 1000);
    return {
      TimeGenerated: hour,
      SrcIp: one.src,
      DestIp: one.dest,
      DestPort: one.port,
      L4Protocol: one.protocol,
      Pairs: 1,
      SrcIsInside: isInside(one.src),
      DestIsInside: isInside(one.dest),
      Flows: group.length,
      AllowedFlows: allowed.length,
      DeniedFlows: group.length - allowed.length,
      UnansweredFlows: allowed.filter((f) => f.packetsReceived === 0).length,
      OneWayFlows: 0,
      BytesSrcToDest: total(group, (f) => f.sent),
      BytesDestToSrc: total(group, (f) => f.received),
      PacketsSrcToDest: total(group, (f) => f.packetsSent),
      PacketsDestToSrc: total(group, (f) => f.packetsReceived),
      BytesSquared: bytes.reduce((sum, b) => sum + b * b, 0),
      LargestBytes: Math.max(...bytes),
      DurationMs: total(group, (f) => f.durationMs ?? 1000),
      LongestMs: Math.max(...group.map((f) => f.durationMs ?? 1000)),
      LargestAt: largest.start,
      FirstTime: Math.min(...group.map((f) => f.start)),
      LastTime: Math.max(...ends),
      Starts: JSON.stringify(inOrder.map(([second]) => second)),
      StartBytes: JSON.stringify(inOrder.map(([, of]) => total(of, (f) => f.sent))),
      SamplingRate: 1,
      WindowMs: 1000,
      RecordCount: group.length,
    };
  });
}

/** HostHours of flows: once as initiator, once as responder. */
export function hostHours(flows: readonly OneFlow[]): Cells[] {
  const sides = flows.flatMap((flow) => [
    { flow, ip: flow.src, peer: flow.dest, role: 'Initiator' },
    { flow, ip: flow.dest, peer: flow.src, role: 'Responder' },
  ]);
  const groups = Map.groupBy(sides, (s) =>
    [Math.floor(s.flow.start / HOUR), s.ip, s.role].join(' '),
  );
  return [...groups.values()].map((group) => {
    const { ip, role, flow: one } = group[0]!;
    const own = group.map((s) => s.flow);
    const peers = [...new Set(group.map((s) => s.peer))];
    const isInitiator = role === 'Initiator';
    const inside = own.filter((f) => isInside(isInitiator ? f.dest : f.src));
    const outside = own.filter((f) => !inside.includes(f));
    const out = (f: OneFlow) => (isInitiator ? f.sent : f.received);
    const back = (f: OneFlow) => (isInitiator ? f.received : f.sent);
    const minutes = [...Map.groupBy(own, (f) => Math.floor(f.start / 60e6))];
    const peak = (of: (f: OneFlow) => number) => Math.max(...minutes.map(([, m]) => total(m, of)));
    const busiest = minutes.reduce((a, b) => (b[1].length > a[1].length ? b : a));
    return {
      TimeGenerated: Math.floor(one.start / HOUR) * HOUR,
      Ip: ip,
      Role: role,
      IsInside: isInside(ip),
      Flows: own.length,
      AllowedFlows: own.filter((f) => !f.isDenied).length,
      DeniedFlows: own.filter((f) => f.isDenied).length,
      UnansweredFlows: own.filter((f) => !f.isDenied && f.packetsReceived === 0).length,
      InsidePeers: peers.filter(isInside).length,
      OutsidePeers: peers.filter((p) => !isInside(p)).length,
      Ports: new Set(own.map((f) => f.port)).size,
      Services: new Set(group.map((s) => `${s.peer} ${s.flow.port}`)).size,
      NewPeers: 0,
      BytesSentInside: total(inside, out),
      BytesSentOutside: total(outside, out),
      BytesReceivedInside: total(inside, back),
      BytesReceivedOutside: total(outside, back),
      PeakFlowsPerMinute: peak(() => 1),
      PeakPacketsPerMinute: peak((f) => f.packetsSent),
      PeakBytesPerMinute: peak((f) => f.sent),
      PeakAt: busiest[0] * 60e6,
      RecordCount: own.length,
    };
  });
}

/** PairDays of flows. */
export function pairDays(flows: readonly OneFlow[]): Cells[] {
  const groups = Map.groupBy(flows, (f) =>
    [Math.floor(f.start / (24 * HOUR)), f.src, f.dest, f.port, f.protocol].join(' '),
  );
  return [...groups.values()].map((group) => {
    const one = group[0]!;
    const allowed = group.filter((f) => !f.isDenied);
    return {
      TimeGenerated: Math.floor(one.start / (24 * HOUR)) * 24 * HOUR,
      SrcIp: one.src,
      DestIp: one.dest,
      DestPort: one.port,
      L4Protocol: one.protocol,
      SrcIsInside: isInside(one.src),
      DestIsInside: isInside(one.dest),
      Flows: group.length,
      AllowedFlows: allowed.length,
      DeniedFlows: group.length - allowed.length,
      IsAnswered: group.some((f) => f.packetsReceived > 0),
      BytesSrcToDest: total(group, (f) => f.sent),
      BytesDestToSrc: total(group, (f) => f.received),
      Hours: new Set(group.map((f) => Math.floor(f.start / HOUR))).size,
      FirstTime: Math.min(...group.map((f) => f.start)),
      LastTime: Math.max(...group.map((f) => f.start)),
    };
  });
}
