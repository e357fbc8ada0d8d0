import { type AzureLog, azureFiles, writtenAt } from './azure-steps.ts';
import type { Conversation } from './conversation.ts';
import type { LogFile, Nic } from './log-file.ts';

const UDP = 17;

const groupOf = ({ account, subnet }: Nic): string =>
  `/SUBSCRIPTIONS/${account.toUpperCase()}/RESOURCEGROUPS/DEMO-RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/${subnet.toUpperCase()}-NSG`;

/** Whole seconds; T or U; the decision beside the state, a denied flow begins only; no counters when it begins. */
const nsgLog: AzureLog = {
  folderOf: (nic) => `insights-logs-networksecuritygroupflowevent/resourceId=${groupOf(nic)}`,
  tupleOf: ({ at, conversation: c, direction, state, counters }) =>
    [
      Math.floor(at / 1000),
      c.src,
      c.dest,
      c.srcPort,
      c.destPort,
      c.protocol === UDP ? 'U' : 'T',
      direction,
      state === 'D' ? 'D' : 'A',
      state === 'D' ? 'B' : state,
      ...(state === 'B' || state === 'D' ? ['', '', '', ''] : counters),
    ].join(','),
  recordOf: (nic, minute, byRule) => ({
    time: writtenAt(minute),
    systemId: `5b1c9f2e-0000-4000-8000-${nic.nic}`,
    macAddress: nic.nic,
    category: 'NetworkSecurityGroupFlowEvent',
    resourceId: groupOf(nic),
    operationName: 'NetworkSecurityGroupFlowEvents',
    properties: {
      Version: 2,
      flows: [...byRule].map(([rule, flowTuples]) => ({
        rule,
        flows: [{ mac: nic.nic, flowTuples }],
      })),
    },
  }),
};

/**
 * Version 2 flow logs of network security groups, one group a subnet, before `until` (ms).
 * Source: Microsoft, "Flow logging for network security groups", section "Log format".
 */
export const nsgFiles = (
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
): Generator<LogFile> => azureFiles(nsgLog, conversations, nicOf, until);
