import type { Unit } from '#core/schema/index.ts';
import { kqlString } from '#web/base/kql.ts';
import type { FilterKey } from '#web/base/selection.ts';
import { ALL_FILTERS, type Choice, type Part } from './choice.ts';

/** What a cell shows: a text with a quieter one beside it, or a number by its unit. */
export interface PanelColumn {
  readonly head: string;
  readonly kind: 'text' | 'address' | 'number';
  readonly column: string;
  /** Column whose text stands beside, quieter. */
  readonly sub?: string;
  readonly unit?: Unit;
  /** How the text is written. */
  readonly as?: 'country' | 'port' | 'arrow' | 'rule';
}

/** A panel of the Overview as data: the same query feeds the picture and opens in Explore. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** Columns of the page's twelve. */
  readonly span: 4 | 6;
  readonly choices: readonly Choice[];
  readonly columns: readonly PanelColumn[];
  /** The column that bars and changes follow, and the colour it means. */
  readonly measure: {
    readonly column: string;
    readonly unit: Unit;
    readonly head: string;
    readonly tone: 'allow' | 'deny' | 'other';
  };
  /** Choosing a row sets this filter to the value of this column, or else opens this query. */
  readonly filter?: { readonly key: FilterKey; readonly column: string };
  readonly opens: (row: Readonly<Record<string, string>>) => string;
  readonly choosing: string;
  /** What it means that there are no rows. */
  readonly empty: string;
  readonly note?: string;
}

const MOST = 7;

const finish = (measure: string): string =>
  `| where ${measure} > 0\n| top ${MOST} by ${measure} desc`;

const beforeOf = (part: Part, expression: (sum: (column: string) => string) => string): string =>
  part.before ? `,\n    Before = ${expression(part.before)}` : '';

const bothWays = (sum: (column: string) => string): string =>
  `${sum('BytesSrcToDest')} + ${sum('BytesDestToSrc')}`;

const rawPairs = (ip: string, peer: string): string =>
  `Flows\n| where (SrcIp == ${kqlString(ip)} and DestIp == ${kqlString(peer)}) or (SrcIp == ${kqlString(peer)} and DestIp == ${kqlString(ip)})\n| order by TimeGenerated desc\n| take 500`;

const rawHost = (ip: string): string =>
  `Flows\n| where SrcIp == ${kqlString(ip)} or DestIp == ${kqlString(ip)}\n| order by TimeGenerated desc\n| take 500`;

const started = (part: Part, status: string): Part => ({
  ...part,
  rows: `${part.rows}\n| where IsFlowStart${status}`,
});

export const PANELS: readonly Panel[] = [
  {
    id: 'talkers',
    title: 'Top talkers',
    unit: 'bytes, both ways',
    span: 4,
    choices: [
      {
        table: 'TrafficByHost',
        filters: [],
        grain: 'hour',
        kql: (part) =>
          `${part.rows}\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by Ip, Host\n${finish('Bytes')}`,
      },
      {
        table: 'Flows',
        filters: ALL_FILTERS,
        grain: 'record',
        kql: (part) =>
          `let Sides = ${part.rows}\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by SrcIp, DestIp;\nunion (Sides | extend Ip = SrcIp), (Sides | extend Ip = DestIp)\n| summarize Bytes = sum(Bytes)${part.before ? ', Before = sum(Before)' : ''} by Ip, Host = ""\n${finish('Bytes')}`,
      },
    ],
    columns: [{ head: 'host', kind: 'address', column: 'Ip', sub: 'Host' }],
    measure: { column: 'Bytes', unit: 'bytes', head: 'bytes', tone: 'allow' },
    filter: { key: 'host', column: 'Ip' },
    opens: (row) => rawHost(row['Ip'] ?? ''),
    choosing: 'Show only this host; with the command key, open its flows',
    empty: 'No bytes were counted in this time.',
  },
  {
    id: 'conversations',
    title: 'Conversations',
    unit: 'bytes, both ways',
    span: 4,
    choices: [
      {
        table: 'TrafficByPair',
        filters: ['host'],
        grain: 'hour',
        kql: (part) =>
          `${part.rows}\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by SrcIp, DestIp\n${finish('Bytes')}`,
      },
      {
        table: 'Flows',
        filters: ALL_FILTERS,
        grain: 'record',
        kql: (part) =>
          `${part.rows}\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by SrcIp, DestIp\n${finish('Bytes')}`,
      },
    ],
    columns: [{ head: 'from, to', kind: 'address', column: 'SrcIp', sub: 'DestIp', as: 'arrow' }],
    measure: { column: 'Bytes', unit: 'bytes', head: 'bytes', tone: 'allow' },
    opens: (row) => rawPairs(row['SrcIp'] ?? '', row['DestIp'] ?? ''),
    choosing: 'Open the flows between the two',
    empty: 'No two hosts exchanged bytes in this time.',
  },
  {
    id: 'ports',
    title: 'Ports',
    unit: 'bytes',
    span: 4,
    choices: [
      {
        table: 'TrafficByPort',
        filters: ['status', 'port'],
        grain: 'hour',
        kql: (part) =>
          `${part.rows}\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by DestPort, L4Protocol, L7Protocol\n${finish('Bytes')}`,
      },
      {
        table: 'Flows',
        filters: ALL_FILTERS,
        grain: 'record',
        kql: (part) =>
          `${part.rows}\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by DestPort, L4Protocol, L7Protocol = ""\n${finish('Bytes')}`,
      },
    ],
    columns: [{ head: 'port', kind: 'text', column: 'DestPort', sub: 'L7Protocol', as: 'port' }],
    measure: { column: 'Bytes', unit: 'bytes', head: 'bytes', tone: 'allow' },
    filter: { key: 'port', column: 'DestPort' },
    opens: (row) =>
      `Flows\n| where DestPort == ${Number(row['DestPort'])}\n| order by TimeGenerated desc\n| take 500`,
    choosing: 'Show only this port; with the command key, open its flows',
    empty: 'No bytes were counted in this time.',
  },
  {
    id: 'blocked',
    title: 'Blocked, by rule',
    unit: 'flows',
    span: 4,
    choices: [
      {
        table: 'TrafficByRule',
        filters: ['scope', 'network', 'direction', 'status', 'rule'],
        grain: 'interval',
        kql: (part) =>
          `${part.rows}\n| where DeniedFlows > 0\n| summarize Denied = ${part.now('DeniedFlows')}${beforeOf(part, (sum) => sum('DeniedFlows'))}\n    by AclRule, FlowDirection\n${finish('Denied')}`,
      },
      {
        table: 'Flows',
        filters: ALL_FILTERS,
        grain: 'record',
        kql: (whole) => {
          const part = started(whole, ' and FlowStatus == "Denied"');
          return `${part.rows}\n| extend One = 1\n| summarize Denied = ${part.now('One')}${beforeOf(part, (sum) => sum('One'))}\n    by AclRule, FlowDirection\n${finish('Denied')}`;
        },
      },
    ],
    columns: [{ head: 'rule', kind: 'text', column: 'AclRule', sub: 'FlowDirection', as: 'rule' }],
    measure: { column: 'Denied', unit: 'flows', head: 'denied', tone: 'deny' },
    filter: { key: 'rule', column: 'AclRule' },
    opens: (row) =>
      `Flows\n| where AclRule == ${kqlString(row['AclRule'] ?? '')} and FlowStatus == "Denied"\n| summarize Flows = countif(IsFlowStart) by SrcIp, DestIp, DestPort\n| top 100 by Flows desc`,
    choosing: 'Show only this rule; with the command key, open who it stopped',
    empty: 'No flow was denied in this time.',
  },
  {
    id: 'unanswered',
    title: 'Allowed but unanswered',
    unit: 'flows',
    span: 4,
    choices: [
      {
        table: 'TrafficByPair',
        filters: ['host'],
        grain: 'hour',
        kql: (part) =>
          `${part.rows}\n| where UnansweredFlows > 0\n| summarize Unanswered = ${part.now('UnansweredFlows')}${beforeOf(part, (sum) => sum('UnansweredFlows'))}\n    by SrcIp, DestIp\n${finish('Unanswered')}`,
      },
    ],
    columns: [{ head: 'from, to', kind: 'address', column: 'SrcIp', sub: 'DestIp', as: 'arrow' }],
    measure: { column: 'Unanswered', unit: 'flows', head: 'flows', tone: 'other' },
    opens: (row) => rawPairs(row['SrcIp'] ?? '', row['DestIp'] ?? ''),
    choosing: 'Open the flows between the two',
    empty: 'Every allowed flow was answered.',
    note: 'A rule let it pass and nothing came back: a service that is down, a firewall further on, or a scan.',
  },
  {
    id: 'countries',
    title: 'Countries',
    unit: 'bytes, by country of registration',
    span: 4,
    choices: [
      {
        table: 'TrafficByPlace',
        filters: [],
        grain: 'interval',
        kql: (part) =>
          `${part.rows}\n| where Country != ""\n| summarize Bytes = ${bothWays(part.now)}${beforeOf(part, bothWays)}\n    by Country\n${finish('Bytes')}`,
      },
    ],
    columns: [{ head: 'country', kind: 'text', column: 'Country', as: 'country' }],
    measure: { column: 'Bytes', unit: 'bytes', head: 'bytes', tone: 'allow' },
    opens: (row) =>
      `NTANetAnalytics\n| where Country == ${kqlString(row['Country'] ?? '')}\n| summarize Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc) by SrcIp, DestIp, SrcPublicIps, DestPublicIps, DestPort\n| top 200 by Bytes desc`,
    choosing: 'Open the flows of this country',
    empty: 'No traffic with public addresses outside the clouds in this time.',
    note: 'Where an address block is registered, which is not always where the machine stands.',
  },
  {
    id: 'answering',
    title: 'Answers the internet',
    unit: 'flows from public addresses',
    span: 6,
    choices: [
      {
        table: 'InternetExposure',
        filters: ['host', 'port'],
        predicates: { host: (ip) => `Ip == ${kqlString(ip)}` },
        grain: 'hour',
        kql: (part) =>
          `${part.rows}\n| where FromInternet and FlowStatus != "Denied" and BytesDestToSrc > 0\n| summarize Flows = ${part.now('Flows')}${beforeOf(part, (sum) => sum('Flows'))}\n    by Ip, Host, DestPort, L4Protocol, L7Protocol\n${finish('Flows')}`,
      },
    ],
    columns: [
      { head: 'host', kind: 'address', column: 'Ip', sub: 'Host' },
      { head: 'port', kind: 'text', column: 'DestPort', sub: 'L7Protocol', as: 'port' },
    ],
    measure: { column: 'Flows', unit: 'flows', head: 'flows', tone: 'other' },
    filter: { key: 'host', column: 'Ip' },
    opens: (row) =>
      `Flows\n| where DestIp == ${kqlString(row['Ip'] ?? '')} and DestPort == ${Number(row['DestPort'])}\n| summarize Flows = countif(IsFlowStart), Bytes = sum(BytesDestToSrc) by SrcIp\n| top 200 by Flows desc`,
    choosing: 'Show only this host; with the command key, open who calls it',
    empty: 'Nothing answered a public address in this time.',
  },
  {
    id: 'reaching',
    title: 'Reaches out to the internet',
    unit: 'bytes sent',
    span: 6,
    choices: [
      {
        table: 'InternetExposure',
        filters: ['host', 'port'],
        predicates: { host: (ip) => `Ip == ${kqlString(ip)}` },
        grain: 'hour',
        kql: (part) =>
          `${part.rows}\n| where not(FromInternet)\n| summarize Sent = ${part.now('BytesSrcToDest')}${beforeOf(part, (sum) => sum('BytesSrcToDest'))}\n    by Ip, Host\n${finish('Sent')}`,
      },
    ],
    columns: [{ head: 'host', kind: 'address', column: 'Ip', sub: 'Host' }],
    measure: { column: 'Sent', unit: 'bytes', head: 'sent', tone: 'allow' },
    filter: { key: 'host', column: 'Ip' },
    opens: (row) =>
      `Flows\n| where SrcIp == ${kqlString(row['Ip'] ?? '')} and FlowDirection == "Outbound"\n| summarize Sent = sum(BytesSrcToDest), Flows = countif(IsFlowStart) by DestIp, DestPort\n| top 200 by Sent desc`,
    choosing: 'Show only this host; with the command key, open where it sends',
    empty: 'No host reached a public address in this time.',
  },
];
