import type { Conversation } from './conversation.ts';
import { type LogFile, type Nic, seenBy } from './log-file.ts';
import { Random } from './random.ts';

const HOUR = 3_600_000;
/** Aggregation interval; one packet in so many is looked at; the share of entries that is kept. */
const INTERVAL_MS = 300_000;
const PACKETS = 30;
const KEPT = 0.5;

/** How many of `packets` are looked at. */
function sampled(random: Random, packets: number): number {
  const mean = packets / PACKETS;
  if (packets > 600) return Math.max(0, Math.round(mean * (1 + (random.next() - 0.5) / 5)));
  let count = 0;
  for (let i = 0; i < packets; i++) if (random.next() < 1 / PACKETS) count++;
  return count;
}

interface Entry {
  readonly at: number;
  readonly text: string;
}

/** What the host of `nic` writes of a conversation: each direction apart, as far as one of its packets was looked at. */
function entriesOf(c: Conversation, nic: Nic, until: number, random: Random): Entry[] {
  // What a firewall refused is no flow to this log.
  if (c.isDenied) return [];
  const entries: Entry[] = [];
  const pieces = Math.floor(c.lastsMs / INTERVAL_MS) + 1;
  for (let i = 0; i < pieces; i++) {
    const start = c.at + i * INTERVAL_MS;
    if (start >= until) break;
    const end = Math.min(start + INTERVAL_MS - 1, c.at + c.lastsMs);
    for (const isReply of [false, true]) {
      const [packets, bytes] = isReply ? [c.packetsIn, c.bytesIn] : [c.packetsOut, c.bytesOut];
      const seen = sampled(random, Math.round(packets / pieces));
      if (seen === 0 || random.next() >= KEPT) continue;
      const [src, dest] = isReply ? [c.dest, c.src] : [c.src, c.dest];
      const side = src === nic.ip ? 'src' : 'dest';
      const [startText, endText] = [start, end].map((t) => new Date(t).toISOString());
      const project = `demo-${nic.account.slice(0, 8)}`;
      const entry = {
        insertId: random.between(0, 0xffffffff).toString(36),
        jsonPayload: {
          reporter: side.toUpperCase(),
          connection: {
            src_ip: src,
            src_port: isReply ? c.destPort : c.srcPort,
            dest_ip: dest,
            dest_port: isReply ? c.srcPort : c.destPort,
            protocol: c.protocol,
          },
          start_time: startText,
          end_time: endText,
          // Scaled up for the packets that were not looked at.
          packets_sent: String(seen * PACKETS),
          bytes_sent: String(Math.round((bytes / packets) * seen * PACKETS)),
          [`${side}_instance`]: { vm_name: `vm-${nic.nic.toLowerCase()}`, region: nic.region },
          [`${side}_vpc`]: { vpc_name: nic.network, subnetwork_name: nic.subnet },
        },
        logName: `projects/${project}/logs/compute.googleapis.com%2Fvpc_flows`,
        resource: { type: 'gce_subnetwork', labels: { project_id: project } },
        timestamp: endText,
      };
      entries.push({ at: start, text: JSON.stringify(entry) });
    }
  }
  return entries;
}

/**
 * VPC flow logs of Google Cloud as its sink lays them out in a bucket, one file of lines an hour, before `until` (ms).
 * Source: Google, "About VPC Flow Logs" (about one packet in 30 is looked at; half of the entries are kept unless set
 * otherwise; ingress that a firewall denies is not logged) and "VPC Flow Logs records".
 */
export function* gcpFiles(
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
): Generator<LogFile> {
  const hours = new Map<number, Entry[]>();
  for (const [nic, seen] of seenBy(conversations, nicOf)) {
    const random = new Random(`gcp ${nic.nic}`);
    for (const c of seen)
      for (const entry of entriesOf(c, nic, until, random)) {
        const hour = Math.floor(entry.at / HOUR);
        const list = hours.get(hour);
        if (list) list.push(entry);
        else hours.set(hour, [entry]);
      }
  }
  for (const [hour, entries] of hours) {
    const [day = '', time = ''] = new Date(hour * HOUR).toISOString().split('T');
    entries.sort((a, b) => a.at - b.at);
    yield {
      path: `compute.googleapis.com/vpc_flows/${day.replaceAll('-', '/')}/${time.slice(0, 2)}:00:00_${time.slice(0, 2)}:59:59_S0.json`,
      text: `${entries.map(({ text }) => text).join('\n')}\n`,
    };
  }
}
