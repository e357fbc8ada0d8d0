import type { Conversation, LogFile } from '#core/traffic/index.ts';
import { type DemoHost, GCP_PROJECT, hostsByIp } from './network.ts';

/** The entries (there and back) that a virtual machine reports of a conversation. */
function entriesOf(c: Conversation, host: DemoHost, number: number): string[] {
  const reporter = c.src === host.ip ? 'SRC' : 'DEST';
  const instance = {
    project_id: GCP_PROJECT,
    vm_name: host.name,
    region: host.region,
    zone: `${host.region}-a`,
  };
  const vpc = {
    project_id: GCP_PROJECT,
    vpc_name: host.network,
    subnetwork_name: host.subnet,
    subnetwork_region: host.region,
  };
  const start = new Date(c.at).toISOString();
  const end = new Date(c.at + c.lastsMs).toISOString();
  const entry = (isReply: boolean) => {
    const isSender = (reporter === 'SRC') !== isReply;
    const side = isSender ? 'src' : 'dest';
    return JSON.stringify({
      insertId: `d${number}${isReply ? 'r' : 'q'}${reporter === 'SRC' ? 's' : 'd'}`,
      logName: `projects/${GCP_PROJECT}/logs/compute.googleapis.com%2Fvpc_flows`,
      timestamp: end,
      receiveTimestamp: end,
      resource: {
        type: 'gce_subnetwork',
        labels: {
          project_id: GCP_PROJECT,
          location: `${host.region}-a`,
          subnetwork_id: '90001',
          subnetwork_name: host.subnet,
        },
      },
      jsonPayload: {
        connection: isReply
          ? {
              src_ip: c.dest,
              src_port: c.destPort,
              dest_ip: c.src,
              dest_port: c.srcPort,
              protocol: c.protocol,
            }
          : {
              src_ip: c.src,
              src_port: c.srcPort,
              dest_ip: c.dest,
              dest_port: c.destPort,
              protocol: c.protocol,
            },
        reporter: isSender ? 'SRC' : 'DEST',
        bytes_sent: String(isReply ? c.bytesIn : c.bytesOut),
        packets_sent: String(isReply ? c.packetsIn : c.packetsOut),
        start_time: start,
        end_time: end,
        [`${side}_instance`]: instance,
        [`${side}_vpc`]: vpc,
      },
    });
  };
  return [entry(false), entry(true)];
}

/** VPC flow logs as a Cloud Logging export writes them: one entry a line, one file an hour. */
export function gcpFiles(conversations: readonly Conversation[]): LogFile[] {
  const hours = new Map<number, string[]>();
  for (const [number, c] of conversations.entries())
    for (const ip of [c.src, c.dest]) {
      const host = hostsByIp.get(ip);
      if (host?.cloud !== 'gcp' || c.isDenied) continue;
      const hour = Math.floor(c.at / 3_600_000);
      const list = hours.get(hour) ?? [];
      hours.set(hour, list);
      list.push(...entriesOf(c, host, number));
    }
  return [...hours].map(([hour, lines]) => {
    const stamp = new Date(hour * 3_600_000).toISOString();
    return {
      path: `compute.googleapis.com/vpc_flows/${stamp.slice(0, 10).replaceAll('-', '/')}/${stamp.slice(11, 13)}:00:00_${stamp.slice(11, 13)}:59:59_S0.json`.replaceAll(
        ':',
        '',
      ),
      text: `${lines.join('\n')}\n`,
    };
  });
}
