import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { addOperator } from '#web/base/kql-text.ts';
import type { Interval } from '#web/base/range.ts';

/** A question to ask about hosts that one suspects. Its KQL names them `Hunted`. */
export interface Hunt {
  readonly id: string;
  readonly name: string;
  /** What an answer would mean. */
  readonly why: string;
  readonly kql: (time: HuntTime) => string;
  /** Columns of the answer with addresses. */
  readonly addresses: readonly [string, string];
  /** It compares with the week before. */
  readonly looksBack?: boolean;
}

/** Conditions on a time column. */
interface HuntTime {
  /** The time that is hunted in. */
  readonly within: (column?: string) => string;
  /** The week before it. */
  readonly before: (column?: string) => string;
}

const WEEK_MS = 7 * 86_400_000;
const OUTSIDE = '("ExternalPublic", "AzurePublic", "MaliciousFlow")';

/** Hunts that come with Weir, in the order of an intrusion. */
export const HUNTS: readonly Hunt[] = [
  {
    id: 'denied',
    name: 'What they were refused',
    why: 'Someone who does not know a network knocks at doors that its owner would not try.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `Flows\n| where ${within()}\n| where SrcIp in (Hunted) and FlowStatus == "Denied" and IsPrimary\n| summarize Flows = count(), Ports = make_set(DestPort, 20), First = min(TimeGenerated), Last = max(TimeGenerated) by SrcIp, DestIp, AclRule\n| order by Flows desc`,
  },
  {
    id: 'new-peers',
    name: 'Hosts inside that they had nothing to do with before',
    why: 'Moving on from a host that was taken makes pairs that were never seen.',
    addresses: ['SrcIp', 'DestIp'],
    looksBack: true,
    kql: ({ within, before }) =>
      `TrafficByPair\n| where ${within()}\n| where SrcIp in (Hunted) and FlowType !in ${OUTSIDE} and AllowedFlows > 0 and DestIp != ""\n| summarize Flows = sum(AllowedFlows), Bytes = sum(BytesSrcToDest + BytesDestToSrc), First = min(TimeGenerated) by SrcIp, DestIp\n| join kind=leftanti (TrafficByPair | where ${before()} and SrcIp in (Hunted)) on SrcIp, DestIp\n| order by First asc`,
  },
  {
    id: 'administration',
    name: 'Where they log in',
    why: 'SSH, remote desktop, SMB and WinRM from a host that does not administer others.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `Flows\n| where ${within()}\n| where SrcIp in (Hunted) and DestPort in (22, 135, 445, 3389, 5985, 5986) and FlowStatus != "Denied" and IsPrimary\n| summarize Sessions = countif(IsFlowStart), Bytes = sum(BytesSrcToDest + BytesDestToSrc), First = min(TimeGenerated), Last = max(TimeGenerated) by SrcIp, DestIp, DestPort\n| order by Sessions desc`,
  },
  {
    id: 'logins',
    name: 'Who logs in to them',
    why: 'Sessions from addresses that have no business there, above all from the internet.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `Flows\n| where ${within()}\n| where DestIp in (Hunted) and DestPort in (22, 445, 3389, 5985, 5986) and FlowStatus != "Denied" and IsPrimary\n| summarize Sessions = countif(IsFlowStart), Bytes = sum(BytesSrcToDest + BytesDestToSrc), First = min(TimeGenerated), Last = max(TimeGenerated) by SrcIp, DestIp, DestPort\n| order by Sessions desc`,
  },
  {
    id: 'rare-outside',
    name: 'Addresses outside that hardly anybody else calls',
    why: 'Control servers are rarely called by more than one or two hosts.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `let Calls = TrafficByPair\n| where ${within()}\n| where FlowType in ${OUTSIDE} and AllowedFlows > 0 and SrcIp != "" and DestIp != "";\nCalls\n| where SrcIp in (Hunted)\n| summarize Flows = sum(AllowedFlows), Sent = sum(BytesSrcToDest), Hours = dcount(TimeGenerated) by SrcIp, DestIp\n| join kind=inner (Calls | summarize Callers = dcount(SrcIp) by DestIp) on DestIp\n| where Callers <= 2\n| project SrcIp, DestIp, Callers, Hours, Flows, Sent\n| order by Hours desc, Flows desc`,
  },
  {
    id: 'steady',
    name: 'Calls that do not stop',
    why: 'Something that calls in every minute for hours is a program, not a person.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `Flows\n| where ${within()}\n| where SrcIp in (Hunted) and IsFlowStart and IsPrimary and FlowStatus != "Denied"\n| summarize Calls = count(), Minutes = dcount(bin(TimeGenerated, 1m)), First = min(TimeGenerated), Last = max(TimeGenerated) by SrcIp, DestIp, DestPort\n| where Minutes >= 30\n| extend Share = round(1.0 * Minutes / ((Last - First) / 1m + 1), 2)\n| where Share > 0.5\n| order by Minutes desc`,
  },
  {
    id: 'names',
    name: 'Names asked of servers outside',
    why: 'DNS to the internet goes around the resolver, and can carry data.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `TrafficByPair\n| where ${within()}\n| where SrcIp in (Hunted) and FlowType in ${OUTSIDE}\n| join kind=inner (Flows | where ${within()} and DestPort in (53, 853) and SrcIp in (Hunted) | distinct SrcIp, DestIp) on SrcIp, DestIp\n| summarize Flows = sum(Flows), Sent = sum(BytesSrcToDest) by SrcIp, DestIp\n| order by Sent desc`,
  },
  {
    id: 'uploads',
    name: 'Where they sent most',
    why: 'Data that leaves goes to one place, and mostly one way.',
    addresses: ['SrcIp', 'DestIp'],
    kql: ({ within }) =>
      `TrafficByPair\n| where ${within()}\n| where SrcIp in (Hunted) and FlowType in ${OUTSIDE}\n| summarize Sent = sum(BytesSrcToDest), Received = sum(BytesDestToSrc), First = min(TimeGenerated), Last = max(TimeGenerated) by SrcIp, DestIp\n| where Sent > 10000000 and Sent > Received\n| order by Sent desc`,
  },
  {
    id: 'others',
    name: 'Who else talks to the same addresses outside',
    why: 'Other hosts with the same contacts may have the same trouble.',
    addresses: ['Inside', 'Outside'],
    kql: ({ within }) =>
      `TrafficByPair\n| where ${within()}\n| where (SrcIp in (Hunted) or DestIp in (Hunted)) and FlowType in ${OUTSIDE}\n| extend Inside = iff(ipv4_is_private(SrcIp), SrcIp, DestIp), Outside = iff(ipv4_is_private(SrcIp), DestIp, SrcIp)\n| where Outside in (Hunted)\n| summarize Flows = sum(Flows), Bytes = sum(BytesSrcToDest + BytesDestToSrc), First = min(TimeGenerated) by Inside, Outside\n| order by First asc`,
  },
];

/** KQL of a hunt over addresses; complete, to be run as it is. */
export function huntQuery(hunt: Hunt, addresses: readonly string[], interval: Interval): string {
  const { from } = interval;
  const time: HuntTime = {
    within: (column = 'TimeGenerated') => kqlWithin(column, interval),
    before: (column = 'TimeGenerated') => kqlWithin(column, { from: from - WEEK_MS, to: from }),
  };
  return `${letHunted(addresses)}\n${hunt.kql(time)}`;
}

/** A hunt as a rule that keeps asking it of the same hosts: hourly, over a day. */
export function huntRule(hunt: Hunt, addresses: readonly string[]): HuntRule {
  const time: HuntTime = {
    within: (column = 'TimeGenerated') => `${column} > ago(1d)`,
    before: (column = 'TimeGenerated') => `${column} between (ago(8d) .. ago(1d))`,
  };
  return {
    name: hunt.name,
    query: `${letHunted(addresses)}\n${hunt.kql(time)}`,
    each: '1h',
    over: hunt.looksBack ? '8d' : '1d',
    addresses: hunt.addresses,
  };
}

/** What the page of rules is handed to begin with. */
export interface HuntRule {
  readonly name: string;
  readonly query: string;
  readonly each?: string;
  readonly over?: string;
  readonly addresses?: readonly string[];
}

/**
 * A query of people's own, over addresses: where it names `Hunted` that is what it gets, otherwise its rows are narrowed to
 * those in which one of them stands.
 */
export function narrowQuery(query: string, addresses: readonly string[]): string {
  if (addresses.length === 0) return query;
  if (/\bHunted\b/.test(query)) return `${letHunted(addresses)}\n${query}`;
  return addOperator(query, `where ${addresses.map((a) => `* has ${kqlString(a)}`).join(' or ')}`);
}

const letHunted = (addresses: readonly string[]): string =>
  `let Hunted = dynamic([${addresses.map(kqlString).join(', ')}]);`;

/** Addresses typed with commas, blanks or lines between; what is no address is left out. */
export const readAddresses = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[\s,;]+/)
      .filter(
        (part) => /^\d{1,3}(\.\d{1,3}){3}$/.test(part) || /^[0-9a-f]*:[0-9a-f:.]+$/i.test(part),
      ),
  ),
];
