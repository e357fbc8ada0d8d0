import type { Conversation } from './conversation.ts';
import { type LogFile, type Nic, seenBy } from './log-file.ts';

const MINUTE = 60_000;
const FIELDS =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id tcp-flags type region flow-direction';

/** The two lines (there and back) that an interface writes of each interval of a conversation. */
function linesOf(
  c: Conversation,
  host: Nic,
  until: number,
  interval: number,
): { at: number; text: string }[] {
  const isInitiator = c.src === host.ip;
  const pieces = Math.max(1, Math.ceil(c.lastsMs / interval));
  const lines: { at: number; text: string }[] = [];
  for (let i = 0; i < pieces; i++) {
    const start = c.at + i * interval;
    if (start >= until) break;
    const end = Math.min(start + interval - 1000, c.at + c.lastsMs);
    const share = (total: number) =>
      Math.floor((total * (i + 1)) / pieces) - Math.floor((total * i) / pieces);
    const flags = (isReply: boolean) =>
      c.protocol !== 6
        ? '0'
        : String((i === 0 ? (isReply ? 18 : 2) : 0) | (i === pieces - 1 ? 1 : 0));
    const line = (isReply: boolean) => {
      const ends = isReply
        ? [c.dest, c.src, c.destPort, c.srcPort]
        : [c.src, c.dest, c.srcPort, c.destPort];
      const counters = isReply
        ? [share(c.packetsIn), share(c.bytesIn)]
        : [share(c.packetsOut), share(c.bytesOut)];
      const seconds = [Math.floor(start / 1000), Math.floor(end / 1000)];
      const direction = isInitiator === isReply ? 'ingress' : 'egress';
      return [
        5,
        host.account,
        host.nic,
        ...ends,
        c.protocol,
        ...counters,
        ...seconds,
        c.isDenied ? 'REJECT' : 'ACCEPT',
        'OK',
        host.network,
        host.subnet,
        flags(isReply),
        'IPv4',
        host.region,
        direction,
      ].join(' ');
    };
    lines.push({ at: start, text: line(false) });
    if (!c.isDenied) lines.push({ at: start, text: line(true) });
  }
  return lines;
}

/**
 * VPC flow logs as S3 delivers them (text, header first), one file an hour, account and region, before `until` (ms).
 * `interval` is how long (ms) one line covers at most: one minute or ten.
 */
export function* vpcFiles(
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
  interval: number = MINUTE,
): Generator<LogFile> {
  const files = new Map<
    string,
    { nic: Nic; hour: number; lines: { at: number; text: string }[] }
  >();
  for (const [nic, seen] of seenBy(conversations, nicOf))
    for (const c of seen)
      for (const line of linesOf(c, nic, until, interval)) {
        const hour = Math.floor(line.at / 3_600_000);
        const key = `${hour} ${nic.account} ${nic.region}`;
        const file = files.get(key) ?? { nic, hour, lines: [] };
        files.set(key, file);
        file.lines.push(line);
      }
  for (const { nic, hour, lines } of files.values()) {
    const stamp = new Date(hour * 3_600_000).toISOString();
    const [y, m, d] = stamp.slice(0, 10).split('-');
    const name = `${nic.account}_vpcflowlogs_${nic.region}_fl-0d3m0_${stamp.slice(0, 13).replaceAll('-', '')}00Z_d3m0.log`;
    lines.sort((a, b) => a.at - b.at);
    yield {
      path: `AWSLogs/${nic.account}/vpcflowlogs/${nic.region}/${y}/${m}/${d}/${name}`,
      text: `${[FIELDS, ...lines.map((l) => l.text)].join('\n')}\n`,
    };
  }
}
