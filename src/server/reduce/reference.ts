import type { FlowRow } from './fixture.ts';

/** Counters of one key, as the slow evaluator finds them. */
export interface Tally {
  started: number;
  ended: number;
  records: number;
  packetsOut: number;
  bytesOut: number;
  packetsIn: number;
  bytesIn: number;
}

const HOUR = 3_600_000_000;
const text = (row: FlowRow, name: string) => String(row[name] ?? '');
const number = (row: FlowRow, name: string) => Number(row[name] ?? 0);
const FLIP: Readonly<Record<string, string>> = { Inbound: 'Outbound', Outbound: 'Inbound', '': '' };

const isOneWay = (r: FlowRow) =>
  r['PacketsDestToSrc'] === undefined && r['PacketsSrcToDest'] !== undefined;

/** Client end first by ports, addresses deciding ties: the evaluator's own statement of the rule. */
function clientSendsByPorts(r: FlowRow): boolean {
  const [src, dest] = [number(r, 'SrcPort'), number(r, 'DestPort')];
  return src === dest ? text(r, 'SrcIp') <= text(r, 'DestIp') : src > dest;
}

const conversation = (r: FlowRow, clientSends: boolean) => {
  const a = [r['SrcIp'], r['SrcPort']];
  const b = [r['DestIp'], r['DestPort']];
  const policy = ['AclGroup', 'AclRule', 'FlowStatus', 'FlowEncryption', 'L4Protocol'].map((n) =>
    text(r, n),
  );
  return JSON.stringify([
    Math.floor(number(r, 'TimeGenerated') / HOUR),
    ...(clientSends ? [a, b] : [b, a]),
    policy,
  ]);
};

/**
 * The reduced log by definition, one row at a time, with both addresses in the key: what every reduced table must add up
 * to. Slow and obvious on purpose.
 */
export function reduceSlowly(
  rows: readonly FlowRow[],
  intervalMicros: number,
): ReadonlyMap<string, Tally> {
  const evidence = new Map<string, number>();
  for (const r of rows.filter(isOneWay)) {
    const sends = clientSendsByPorts(r);
    const hasPorts = r['SrcPort'] !== null || r['DestPort'] !== null;
    const byFlags = r['InitiatorKnown'] ? 1 : (number(r, 'TcpFlags') & 18) === 18 ? -1 : 0;
    const says = hasPorts ? byFlags : number(r, 'PacketsSrcToDest');
    const key = conversation(r, sends);
    evidence.set(key, (evidence.get(key) ?? 0) + (sends ? says : -says));
  }
  const tallies = new Map<string, Tally>();
  for (const r of rows) {
    let sent = true;
    if (isOneWay(r)) {
      const byPorts = clientSendsByPorts(r);
      sent = (evidence.get(conversation(r, byPorts)) ?? 0) < 0 ? !byPorts : byPorts;
    }
    const interval = Math.floor(number(r, 'TimeGenerated') / intervalMicros) * intervalMicros;
    const key = JSON.stringify([
      interval,
      sent ? r['SrcIp'] : r['DestIp'],
      sent ? r['DestIp'] : r['SrcIp'],
      sent ? r['DestPort'] : r['SrcPort'],
      text(r, 'L4Protocol'),
      sent ? text(r, 'FlowDirection') : FLIP[text(r, 'FlowDirection')],
      text(r, 'FlowStatus'),
      text(r, 'AclGroup'),
      text(r, 'AclRule'),
      text(r, 'MacAddress') || text(r, 'Observer'),
      text(r, 'Source'),
    ]);
    const t = tallies.get(key) ?? {
      started: 0,
      ended: 0,
      records: 0,
      packetsOut: 0,
      bytesOut: 0,
      packetsIn: 0,
      bytesIn: 0,
    };
    tallies.set(key, t);
    const [there, back] = [
      [number(r, 'PacketsSrcToDest'), number(r, 'BytesSrcToDest')] as const,
      [number(r, 'PacketsDestToSrc'), number(r, 'BytesDestToSrc')] as const,
    ];
    const [out, into] = sent ? [there, back] : [back, there];
    t.started += r['IsFlowStart'] ? 1 : 0;
    t.ended += r['FlowState'] === 'E' ? 1 : 0;
    t.records += 1;
    t.packetsOut += out[0];
    t.bytesOut += out[1];
    t.packetsIn += into[0];
    t.bytesIn += into[1];
  }
  return tallies;
}

/** Rows of NTANetAnalytics in the same form, bar records opened. RecordCount is only known of whole rows: left out. */
export function openBars(
  rows: readonly Record<string, unknown>[],
): ReadonlyMap<string, Omit<Tally, 'records'>> {
  const tallies = new Map<string, Omit<Tally, 'records'>>();
  for (const row of rows) {
    const bars = (row['SrcPublicIps'] || row['DestPublicIps'] || '') as string;
    const flows = ['AllowedInFlows', 'DeniedInFlows', 'AllowedOutFlows', 'DeniedOutFlows'].reduce(
      (n, c) => n + Number(row[c]),
      0,
    );
    const whole = [
      '',
      flows,
      row['CompletedFlows'],
      row['PacketsSrcToDest'],
      row['PacketsDestToSrc'],
      row['BytesSrcToDest'],
      row['BytesDestToSrc'],
    ];
    const parts = bars === '' ? [whole] : bars.split(' ').map((bar) => bar.split('|'));
    for (const [ip, started, ended, packetsOut, packetsIn, bytesOut, bytesIn] of parts) {
      const key = JSON.stringify([
        row['FlowIntervalStartTime'],
        row['SrcPublicIps'] ? ip : row['SrcIp'],
        row['DestPublicIps'] ? ip : row['DestIp'],
        row['DestPort'],
        row['L4Protocol'],
        row['FlowDirection'],
        row['FlowStatus'],
        row['AclGroup'],
        row['AclRule'],
        row['MacAddress'],
        row['SourceSystem'],
      ]);
      if (tallies.has(key)) throw new Error(`two reduced rows of one key: ${key}`);
      tallies.set(key, {
        started: Number(started),
        ended: Number(ended),
        packetsOut: Number(packetsOut),
        bytesOut: Number(bytesOut),
        packetsIn: Number(packetsIn),
        bytesIn: Number(bytesIn),
      });
    }
  }
  return tallies;
}
