import type { Conversation } from './conversation.ts';
import { type DemoHost, hostsByIp, SUBSCRIPTIONS } from './network.ts';

const CONTINUES_MS = 300_000;
const MINUTE = 60_000;

/** One file of the demo: a path in the layout its cloud writes, and its text. */
export interface DemoFile {
  readonly path: string;
  readonly text: string;
}

interface Tuple {
  readonly at: number;
  readonly rule: string;
  readonly text: string;
}

/** The tuples that one interface writes of a conversation: begin, every five minutes, end; or denied. */
function tuplesOf(c: Conversation, isInitiator: boolean): Tuple[] {
  const direction = isInitiator ? 'O' : 'I';
  const rule =
    isInitiator && !c.rule.includes('OutBound') ? 'DefaultRule_AllowVnetOutBound' : c.rule;
  const tuple = (at: number, state: string, counters: readonly number[]): Tuple => ({
    at,
    rule,
    text: [
      Math.round(at),
      c.src,
      c.dest,
      c.srcPort,
      c.destPort,
      c.protocol,
      direction,
      state,
      'NX',
      ...counters,
    ].join(','),
  });
  const none = [0, 0, 0, 0];
  if (c.isDenied && !isInitiator) return [tuple(c.at, 'D', none)];
  // What the responder's rule refused left the initiator allowed, and nothing came back.
  if (c.isDenied) return [tuple(c.at, 'B', none), tuple(c.at + 21_000, 'E', [3, 180, 0, 0])];
  const steps = Math.floor(c.lastsMs / CONTINUES_MS);
  const share = (total: number, step: number) =>
    Math.floor((total * (step + 1)) / (steps + 1)) - Math.floor((total * step) / (steps + 1));
  const counters = (step: number) => [
    share(c.packetsOut, step),
    share(c.bytesOut, step),
    share(c.packetsIn, step),
    share(c.bytesIn, step),
  ];
  const tuples = [tuple(c.at, 'B', none)];
  for (let step = 0; step < steps; step++)
    tuples.push(tuple(c.at + (step + 1) * CONTINUES_MS, 'C', counters(step)));
  tuples.push(tuple(c.at + c.lastsMs, 'E', counters(steps)));
  return tuples;
}

function recordOf(host: DemoHost, minute: number, tuples: readonly Tuple[]): string {
  const subscription = SUBSCRIPTIONS[host.network as keyof typeof SUBSCRIPTIONS];
  const byRule = new Map<string, string[]>();
  for (const { rule, text } of tuples) {
    const list = byRule.get(rule);
    if (list) list.push(text);
    else byRule.set(rule, [text]);
  }
  return JSON.stringify({
    time: new Date(minute + MINUTE).toISOString().replace('Z', '0000Z'),
    flowLogVersion: 4,
    flowLogGUID: `5b1c9f2e-0000-4000-8000-${host.network === 'hub-vnet' ? '00000000a001' : '00000000a002'}`,
    macAddress: host.nic,
    category: 'FlowLogFlowEvent',
    flowLogResourceID: `/SUBSCRIPTIONS/${subscription.toUpperCase()}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_${host.region.toUpperCase()}/FLOWLOGS/${host.network.toUpperCase()}-DEMO-RG-FLOWLOG`,
    targetResourceID: `/subscriptions/${subscription}/resourceGroups/demo-rg/providers/Microsoft.Network/virtualNetworks/${host.network}`,
    operationName: 'FlowLogFlowEvent',
    flowRecords: {
      flows: [
        {
          aclID: `9e0d7c11-0000-4000-8000-${host.nic}`,
          flowGroups: [...byRule].map(([rule, flowTuples]) => ({ rule, flowTuples })),
        },
      ],
    },
  });
}

/** The PT1H.json files of every Azure interface for the hours that the conversations touch, before `until`. */
export function azureFiles(conversations: readonly Conversation[], until: number): DemoFile[] {
  const byHost = new Map<DemoHost, Tuple[]>();
  for (const c of conversations)
    for (const [ip, isInitiator] of [
      [c.src, true],
      [c.dest, false],
    ] as const) {
      const host = hostsByIp.get(ip);
      if (host?.cloud !== 'azure') continue;
      const tuples = byHost.get(host) ?? [];
      byHost.set(host, tuples);
      for (const tuple of tuplesOf(c, isInitiator)) if (tuple.at < until) tuples.push(tuple);
    }
  return [...byHost].flatMap(([host, tuples]) => filesOf(host, tuples));
}

function filesOf(host: DemoHost, tuples: Tuple[]): DemoFile[] {
  tuples.sort((a, b) => a.at - b.at);
  const hours = new Map<number, Map<number, Tuple[]>>();
  for (const tuple of tuples) {
    const hour = Math.floor(tuple.at / 3_600_000);
    const minute = Math.floor(tuple.at / MINUTE) * MINUTE;
    const minutes = hours.get(hour) ?? new Map<number, Tuple[]>();
    hours.set(hour, minutes);
    const list = minutes.get(minute);
    if (list) list.push(tuple);
    else minutes.set(minute, [tuple]);
  }
  const subscription = SUBSCRIPTIONS[host.network as keyof typeof SUBSCRIPTIONS].toUpperCase();
  return [...hours].map(([hour, minutes]) => {
    const [y, m, d, h] = new Date(hour * 3_600_000).toISOString().split(/[-T:]/);
    const log = `flowLogResourceID=/${subscription}_NETWORKWATCHERRG/NETWORKWATCHER_${host.region.toUpperCase()}_${host.network.toUpperCase()}-DEMO-RG-FLOWLOG`;
    const path = `insights-logs-flowlogflowevent/${log}/y=${y}/m=${m}/d=${d}/h=${h}/m=00/macAddress=${host.nic}/PT1H.json`;
    return {
      path,
      text: `{"records":[${[...minutes].map(([minute, list]) => recordOf(host, minute, list)).join(',')}]}`,
    };
  });
}
