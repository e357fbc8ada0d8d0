import { kqlString } from '#web/base/kql.ts';
import { ALL_FILTERS, type Choice } from './choice.ts';
import { markMalicious } from './malicious-rows.ts';

/** The totals of the tiles, one row. */
export const TOTALS: readonly Choice[] = [
  {
    table: 'TrafficByRule',
    filters: ['scope', 'network', 'direction', 'status', 'rule'],
    grain: 'interval',
    kql: ({ rows }) =>
      `${rows}\n| summarize Flows = sum(Flows), Denied = sum(DeniedFlows), Malicious = sum(MaliciousFlows),\n    MaliciousAllowed = sum(MaliciousFlows) - sumif(MaliciousFlows, FlowStatus == "Denied"),\n    Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc)`,
  },
  {
    table: 'Flows',
    filters: ALL_FILTERS,
    grain: 'record',
    kql: ({ rows, interval }) =>
      `${markMalicious(rows, interval)}\n| summarize Flows = countif(IsFlowStart), Denied = countif(IsFlowStart and FlowStatus == "Denied"),\n    Malicious = countif(IsFlowStart and IsMalicious),\n    MaliciousAllowed = countif(IsFlowStart and IsMalicious and FlowStatus != "Denied"),\n    Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc)`,
  },
];

/** Ports that answered a public address, each with its host, one row per port. */
export const ANSWERING: readonly Choice[] = [
  {
    table: 'InternetExposure',
    filters: ['host', 'port'],
    predicates: { host: (ip) => `Ip == ${kqlString(ip)}` },
    grain: 'hour',
    kql: ({ rows }) =>
      `${rows}\n| where FromInternet and FlowStatus != "Denied" and BytesDestToSrc > 0\n| summarize Flows = sum(Flows) by Ip, DestPort, L4Protocol\n| count`,
  },
];
