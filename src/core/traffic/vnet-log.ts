import type { Conversation } from './conversation.ts';
import { type LogFile, type Nic, seenBy } from './log-file.ts';

const CONTINUES_MS = 300_000;
const MINUTE = 60_000;

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

/** The flow log of a network, in the parts that Azure's paths and records name. */
interface FlowLog {
  readonly account: string;
  readonly watcher: string;
  readonly name: string;
  readonly guid: string;
}

function flowLogOf({ account, region, network }: Nic): FlowLog {
  let hash = 0x811c9dc5;
  for (const letter of network) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return {
    account: account.toUpperCase(),
    watcher: `NETWORKWATCHER_${region.toUpperCase()}`,
    name: `${network.toUpperCase()}-DEMO-RG-FLOWLOG`,
    guid: `5b1c9f2e-0000-4000-8000-0000${(hash >>> 0).toString(16).padStart(8, '0')}`,
  };
}

function recordOf(nic: Nic, minute: number, tuples: readonly Tuple[]): string {
  const log = flowLogOf(nic);
  const byRule = new Map<string, string[]>();
  for (const { rule, text } of tuples) {
    const list = byRule.get(rule);
    if (list) list.push(text);
    else byRule.set(rule, [text]);
  }
  return JSON.stringify({
    time: new Date(minute + MINUTE).toISOString().replace('Z', '0000Z'),
    flowLogVersion: 4,
    flowLogGUID: log.guid,
    macAddress: nic.nic,
    category: 'FlowLogFlowEvent',
    flowLogResourceID: `/SUBSCRIPTIONS/${log.account}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/${log.watcher}/FLOWLOGS/${log.name}`,
    targetResourceID: `/subscriptions/${nic.account}/resourceGroups/demo-rg/providers/Microsoft.Network/virtualNetworks/${nic.network}`,
    operationName: 'FlowLogFlowEvent',
    flowRecords: {
      flows: [
        {
          aclID: `9e0d7c11-0000-4000-8000-${nic.nic}`,
          flowGroups: [...byRule].map(([rule, flowTuples]) => ({ rule, flowTuples })),
        },
      ],
    },
  });
}

/** The PT1H.json files of every interface for the hours that the conversations touch, before `until` (ms). */
export function* vnetFiles(
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
): Generator<LogFile> {
  for (const [nic, seen] of seenBy(conversations, nicOf)) {
    const tuples = seen.flatMap((c) => [
      ...(c.src === nic.ip ? tuplesOf(c, true) : []),
      ...(c.dest === nic.ip ? tuplesOf(c, false) : []),
    ]);
    yield* filesOf(
      nic,
      tuples.filter((tuple) => tuple.at < until),
    );
  }
}

function filesOf(nic: Nic, tuples: Tuple[]): LogFile[] {
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
  const { account, watcher, name } = flowLogOf(nic);
  const folder = `insights-logs-flowlogflowevent/flowLogResourceID=/${account}_NETWORKWATCHERRG/${watcher}_${name}`;
  return [...hours].map(([hour, minutes]) => {
    const [y, m, d, h] = new Date(hour * 3_600_000).toISOString().split(/[-T:]/);
    const records = [...minutes].map(([minute, list]) => recordOf(nic, minute, list));
    return {
      path: `${folder}/y=${y}/m=${m}/d=${d}/h=${h}/m=00/macAddress=${nic.nic}/PT1H.json`,
      text: `{"records":[${records.join(',')}]}`,
    };
  });
}
