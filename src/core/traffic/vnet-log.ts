import { type AzureLog, azureFiles, writtenAt } from './azure-steps.ts';
import type { Conversation } from './conversation.ts';
import type { LogFile, Nic } from './log-file.ts';

/** The flow log of a network, in the parts that Azure's paths and records name. */
function flowLogOf({ account, region, network }: Nic) {
  let hash = 0x811c9dc5;
  for (const letter of network) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return {
    account: account.toUpperCase(),
    watcher: `NETWORKWATCHER_${region.toUpperCase()}`,
    name: `${network.toUpperCase()}-DEMO-RG-FLOWLOG`,
    guid: `5b1c9f2e-0000-4000-8000-0000${(hash >>> 0).toString(16).padStart(8, '0')}`,
  };
}

/** Times in ms, protocols as numbers, 'NX' for traffic that is not encrypted. */
const vnetLog: AzureLog = {
  folderOf(nic) {
    const { account, watcher, name } = flowLogOf(nic);
    return `insights-logs-flowlogflowevent/flowLogResourceID=/${account}_NETWORKWATCHERRG/${watcher}_${name}`;
  },
  tupleOf: ({ at, conversation: c, direction, state, counters }) =>
    [
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
  recordOf(nic, minute, byRule) {
    const log = flowLogOf(nic);
    return {
      time: writtenAt(minute),
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
    };
  },
};

/** VNet flow logs as Azure keeps them, before `until` (ms). */
export const vnetFiles = (
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
): Generator<LogFile> => azureFiles(vnetLog, conversations, nicOf, until);
