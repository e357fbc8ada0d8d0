import type { FlowRow } from '../../reduce/fixture.ts';

/*
 * PairHours and HostHours by definition, one row at a time: what the tables must be whatever order rows came in. Slow
 * and obvious on purpose. Observers that know the initiator say a direction; others are the only one of their pairs.
 */

const HOUR = 3_600_000_000;
const MINUTE = 60_000_000;
const text = (row: FlowRow, name: string) => String(row[name] ?? '');
const number = (row: FlowRow, name: string) => Number(row[name] ?? 0);
const hourOf = (row: FlowRow) => Math.floor(number(row, 'TimeGenerated') / HOUR) * HOUR;
const isOneWay = (row: FlowRow) => row['InitiatorKnown'] !== true;

/** A record with the initiator first. */
interface Turned {
  readonly hour: number;
  readonly at: number;
  readonly src: string;
  readonly dest: string;
  readonly srcPort: number;
  readonly destPort: number | null;
  readonly protocol: string;
  readonly isDenied: boolean;
  readonly isOneWay: boolean;
  /** SrcIp of the record. */
  readonly sender: string;
  readonly isStart: boolean;
  readonly out: readonly [packets: number, bytes: number];
  readonly back: readonly [packets: number, bytes: number];
}

const RANK: Readonly<Record<string, number>> = { 'azure-vnet': 0, 'azure-nsg': 1 };

/** Leaves one observer and direction for each hour and directed pair. */
function primary(rows: readonly FlowRow[]): readonly FlowRow[] {
  const insides = new Map<string, Set<string>>();
  for (const r of rows) {
    const own = text(r, 'FlowDirection') === 'Outbound' ? 'SrcIp' : 'DestIp';
    const set = insides.get(text(r, 'Observer')) ?? new Set();
    insides.set(text(r, 'Observer'), set.add(text(r, own)));
  }
  const viewOf = (r: FlowRow) => `${r['Source']} ${r['Observer']} ${r['FlowDirection']}`;
  const pairs = Map.groupBy(rows, (r) => `${hourOf(r)} ${r['SrcIp']} ${r['DestIp']}`);
  return [...pairs.values()].flatMap((of) => {
    const views = [...Map.groupBy(of, viewOf).values()].map((list) => ({
      list,
      key: [
        text(list[0]!, 'FlowDirection') === 'Outbound' ? 0 : 1,
        insides.get(text(list[0]!, 'Observer'))!.size,
        RANK[text(list[0]!, 'Source')] ?? 2,
        -list.length,
        text(list[0]!, 'Source'),
        text(list[0]!, 'Observer'),
      ] as const,
    }));
    views.sort((a, b) => {
      const i = a.key.findIndex((x, at) => x !== b.key[at]);
      return i < 0 ? 0 : a.key[i]! < b.key[i]! ? -1 : 1;
    });
    return views[0]!.list;
  });
}

const senderIsClient = (r: FlowRow) =>
  number(r, 'SrcPort') === number(r, 'DestPort')
    ? text(r, 'SrcIp') <= text(r, 'DestIp')
    : number(r, 'SrcPort') > number(r, 'DestPort');

const conversationOf = (r: FlowRow) => {
  const ends = [`${r['SrcIp']}:${r['SrcPort']}`, `${r['DestIp']}:${r['DestPort']}`].sort();
  return `${hourOf(r)} ${ends.join(' ')} ${r['FlowStatus']} ${r['L4Protocol']}`;
};

function turn(rows: readonly FlowRow[]): readonly Turned[] {
  const evidence = new Map<string, number>();
  for (const r of rows.filter(isOneWay)) {
    const hasPorts = r['SrcPort'] !== null || r['DestPort'] !== null;
    const byFlags = (number(r, 'TcpFlags') & 18) === 18 ? -1 : 0;
    const says = hasPorts ? byFlags : number(r, 'PacketsSrcToDest');
    const key = conversationOf(r);
    evidence.set(key, (evidence.get(key) ?? 0) + (senderIsClient(r) ? says : -says));
  }
  return rows.map((r) => {
    const isTurned = (evidence.get(conversationOf(r)) ?? 0) < 0;
    const isForward = !isOneWay(r) || senderIsClient(r) !== isTurned;
    const there = [number(r, 'PacketsSrcToDest'), number(r, 'BytesSrcToDest')] as const;
    const back = [number(r, 'PacketsDestToSrc'), number(r, 'BytesDestToSrc')] as const;
    const port = isForward ? r['DestPort'] : r['SrcPort'];
    return {
      hour: hourOf(r),
      at: number(r, 'TimeGenerated'),
      src: text(r, isForward ? 'SrcIp' : 'DestIp'),
      dest: text(r, isForward ? 'DestIp' : 'SrcIp'),
      srcPort: number(r, isForward ? 'SrcPort' : 'DestPort'),
      destPort: port === null || port === undefined ? null : Number(port),
      protocol: text(r, 'L4Protocol'),
      isDenied: r['FlowStatus'] === 'Denied',
      isOneWay: isOneWay(r),
      sender: text(r, 'SrcIp'),
      isStart: r['IsFlowStart'] === true,
      out: isForward ? there : back,
      back: isForward ? back : there,
    };
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const isInside = (ip: string) => ip.startsWith('10.');

export interface PairRow {
  readonly [name: string]: unknown;
}

/** Rows of PairHours without those columns that only say how finely the source looked. */
export function pairsSlowly(rows: readonly FlowRow[]): readonly PairRow[] {
  return pairsOf(countedRows(rows));
}

function countedRows(rows: readonly FlowRow[]): readonly Turned[] {
  const known = rows.filter((r) => !isOneWay(r));
  return turn([...primary(known), ...rows.filter(isOneWay)]);
}

function pairsOf(rows: readonly Turned[]): readonly PairRow[] {
  // An hour in which the interface showed both directions of any pair would have shown an answer.
  const met = Map.groupBy(
    rows.filter((r) => r.isOneWay),
    (r) => `${r.hour} ${[r.src, r.dest].sort().join(' ')}`,
  );
  const sawBoth = new Set(
    [...met.values()]
      .filter((of) => new Set(of.map((r) => r.sender)).size > 1)
      .map((of) => of[0]!.hour),
  );
  const keyOf = (r: Turned) => [r.hour, r.src, r.dest, r.destPort, r.protocol].join(' ');
  return [...Map.groupBy(rows, keyOf).values()].map((of) => {
    const first = of[0]!;
    const flows = [...Map.groupBy(of, (r) => `${r.srcPort} ${r.isDenied} ${r.isOneWay}`).values()];
    const counts = { al: 0, de: 0, un: 0, ow: 0, sq: 0, largest: 0 };
    const ticks = new Map<number, number>();
    for (const records of flows) {
      const starts = records.filter((r) => r.isStart).length;
      const out = sum(records.map((r) => r.out[1]));
      const back = sum(records.map((r) => r.back[1]));
      const isSilent = sum(records.map((r) => r.back[0])) === 0 && back === 0;
      const canTell = !first.isOneWay || sawBoth.has(first.hour);
      if (records[0]!.isDenied) counts.de += starts;
      else {
        counts.al += starts;
        if (isSilent && !canTell) counts.ow += starts;
        if (isSilent && canTell && sum(records.map((r) => r.out[0])) > 0) counts.un += starts;
      }
      counts.sq += (out + back) ** 2;
      counts.largest = Math.max(counts.largest, out + back);
      const ordered = records.toSorted(
        (a, b) => a.at - b.at || Number(b.isStart) - Number(a.isStart),
      );
      let second = ordered.find((r) => r.isStart)?.at;
      if (second === undefined) continue;
      for (const r of ordered) {
        if (r.isStart) second = r.at;
        const tick = Math.floor((second - r.hour) / 1_000_000);
        ticks.set(tick, (ticks.get(tick) ?? 0) + r.out[1]);
      }
    }
    const seconds = [...ticks].sort(([a], [b]) => a - b);
    const times = of.map((r) => r.at);
    const started = of.filter((r) => r.isStart).map((r) => r.at);
    return {
      TimeGenerated: first.hour,
      SrcIp: first.src,
      DestIp: first.dest,
      DestPort: first.destPort,
      L4Protocol: first.protocol,
      Pairs: 1,
      SrcIsInside: isInside(first.src),
      DestIsInside: isInside(first.dest),
      Flows: counts.al + counts.de,
      AllowedFlows: counts.al,
      DeniedFlows: counts.de,
      UnansweredFlows: counts.un,
      OneWayFlows: counts.ow,
      BytesSrcToDest: sum(of.map((r) => r.out[1])),
      BytesDestToSrc: sum(of.map((r) => r.back[1])),
      PacketsSrcToDest: sum(of.map((r) => r.out[0])),
      PacketsDestToSrc: sum(of.map((r) => r.back[0])),
      BytesSquared: counts.sq,
      LargestBytes: counts.largest,
      FirstTime: Math.min(...(started.length > 0 ? started : times)),
      LastTime: Math.max(...times),
      Starts: JSON.stringify(seconds.map(([s]) => s)),
      StartBytes: JSON.stringify(seconds.map(([, b]) => b)),
      RecordCount: of.length,
    };
  });
}

/** Rows of HostHours, where nobody has met before the first hour. */
export function hostsSlowly(rows: readonly FlowRow[]): readonly PairRow[] {
  const all = countedRows(rows);
  const pairs = pairsOf(all);
  const met = new Map<string, number>();
  const pairOf = (a: string, b: string) => [a, b].sort().join(' ');
  for (const r of all) {
    const pair = pairOf(r.src, r.dest);
    met.set(pair, Math.min(met.get(pair) ?? r.hour, r.hour));
  }
  return (['Initiator', 'Responder'] as const).flatMap((role) => {
    const [own, other] =
      role === 'Initiator' ? (['src', 'dest'] as const) : (['dest', 'src'] as const);
    return [...Map.groupBy(all, (r) => `${r.hour} ${r[own]}`).values()].map((of) => {
      const { hour } = of[0]!;
      const ip = of[0]![own];
      const peers = [...new Set(of.map((r) => r[other]))];
      const sent = (r: Turned) => (role === 'Initiator' ? r.out[1] : r.back[1]);
      const received = (r: Turned) => (role === 'Initiator' ? r.back[1] : r.out[1]);
      const toInside = of.filter((r) => isInside(r[other]));
      const toOutside = of.filter((r) => !isInside(r[other]));
      const starts = of.filter((r) => r.isStart);
      const minutes = [...Map.groupBy(of, (r) => Math.floor(r.at / MINUTE) * MINUTE)].map(
        ([minute, list]) => ({
          minute,
          flows: list.filter((r) => r.isStart).length,
          packets: sum(list.map((r) => r.out[0])),
          bytes: sum(list.map((r) => r.out[1])),
        }),
      );
      const unanswered = pairs
        .filter(
          (p) => p['TimeGenerated'] === hour && p[role === 'Initiator' ? 'SrcIp' : 'DestIp'] === ip,
        )
        .map((p) => Number(p['UnansweredFlows']));
      return {
        TimeGenerated: hour,
        Ip: ip,
        Role: role,
        IsInside: isInside(ip),
        Flows: starts.length,
        AllowedFlows: starts.filter((r) => !r.isDenied).length,
        DeniedFlows: starts.filter((r) => r.isDenied).length,
        UnansweredFlows: sum(unanswered),
        InsidePeers: peers.filter(isInside).length,
        OutsidePeers: peers.filter((p) => !isInside(p)).length,
        Ports: new Set(of.filter((r) => r.destPort !== null).map((r) => r.destPort)).size,
        Services: new Set(of.map((r) => `${r[other]} ${r.destPort} ${r.protocol}`)).size,
        NewPeers: peers.filter((p) => met.get(pairOf(ip, p)) === hour).length,
        BytesSentInside: sum(toInside.map(sent)),
        BytesSentOutside: sum(toOutside.map(sent)),
        BytesReceivedInside: sum(toInside.map(received)),
        BytesReceivedOutside: sum(toOutside.map(received)),
        PeakFlowsPerMinute: Math.max(...minutes.map((m) => m.flows)),
        PeakPacketsPerMinute: Math.max(...minutes.map((m) => m.packets)),
        PeakBytesPerMinute: Math.max(...minutes.map((m) => m.bytes)),
        RecordCount: of.length,
      };
    });
  });
}
