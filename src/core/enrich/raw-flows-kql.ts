import { printInstant } from '#core/base/index.ts';

/** What must be known of a row of NTANetAnalytics to find its raw rows: its columns of these names; datetimes in µs. */
export interface ReducedRow {
  readonly FlowIntervalStartTime: number;
  readonly FlowIntervalEndTime: number;
  readonly SrcIp: string;
  readonly DestIp: string;
  readonly SrcPublicIps: string;
  readonly DestPublicIps: string;
  readonly SrcPorts: string;
  readonly DestPort: number | null;
  readonly L4Protocol: string;
  readonly FlowDirection: string;
  readonly FlowStatus: string;
  readonly FlowEncryption: string;
  readonly AclGroup: string;
  readonly AclRule: string;
  readonly MacAddress: string;
  readonly TargetResourceId: string;
  readonly FlowLogResourceId: string;
  readonly SourceSystem: string;
}

/** A KQL string literal. */
const quote = (text: string): string => JSON.stringify(text);
const equals = (column: string, value: string): string => `${column} == ${quote(value)}`;
const isPort = (column: string, port: number | null): string =>
  port === null ? `isnull(${column})` : `${column} == ${port}`;
const among = (column: string, values: readonly string[]): string => {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? equals(column, only)
    : `${column} in (${values.map(quote).join(', ')})`;
};

/** The addresses of one side, bar records opened. */
const addresses = (single: string, bars: string): readonly string[] =>
  single !== '' || bars === ''
    ? [single]
    : bars.split(' ').map((bar) => bar.slice(0, bar.indexOf('|')));

const REVERSED: Readonly<Record<string, string>> = { Inbound: 'Outbound', Outbound: 'Inbound' };

/** Both ways that a conversation is recorded: as SrcIp → DestIp, and by one-directional sources also turned round. */
function conversation(row: ReducedRow, hasDirection: boolean): string {
  const src = addresses(row.SrcIp, row.SrcPublicIps);
  const dest = addresses(row.DestIp, row.DestPublicIps);
  const ports = row.SrcPorts === '' ? '' : row.SrcPorts.split('|').join(', ');
  const inPorts = (column: string) =>
    ports === '' ? `isnull(${column})` : `${column} in (${ports})`;
  const direction = (value: string) => (hasDirection ? [equals('FlowDirection', value)] : []);
  const there = [
    among('SrcIp', src),
    among('DestIp', dest),
    isPort('DestPort', row.DestPort),
    ...direction(row.FlowDirection),
  ];
  // Azure's records hold both directions, and the key without the source port is theirs.
  if (row.SourceSystem.startsWith('azure-')) return `| where ${there.join(' and ')}`;
  const forward = [...there, inPorts('SrcPort')];
  const backward = [
    among('SrcIp', dest),
    among('DestIp', src),
    isPort('SrcPort', row.DestPort),
    inPorts('DestPort'),
    'isnull(PacketsDestToSrc)',
    'isnull(BytesDestToSrc)',
    ...direction(REVERSED[row.FlowDirection] ?? ''),
  ];
  return `| where (${forward.join(' and ')})\n    or (${backward.join(' and ')})`;
}

const interval = (row: ReducedRow): string =>
  `| where TimeGenerated >= datetime(${printInstant(row.FlowIntervalStartTime)}) and TimeGenerated < datetime(${printInstant(row.FlowIntervalEndTime)})`;

/** The KQL over Flows whose rows were folded into a reduced row: their counters sum to the row's. */
export function rawFlowsKql(row: ReducedRow): string {
  const fixed = [
    equals('Source', row.SourceSystem),
    equals('L4Protocol', row.L4Protocol),
    equals('FlowStatus', row.FlowStatus),
    equals('FlowEncryption', row.FlowEncryption),
    equals('AclGroup', row.AclGroup),
    equals('AclRule', row.AclRule),
    equals('TargetResourceId', row.TargetResourceId),
    equals('FlowLogResourceId', row.FlowLogResourceId),
    `iff(isempty(MacAddress), Observer, MacAddress) == ${quote(row.MacAddress)}`,
  ];
  return ['Flows', interval(row), `| where ${fixed.join(' and ')}`, conversation(row, true)].join(
    '\n',
  );
}

/** The KQL over Flows that shows everybody who saw the flows of a reduced row, and what each of them counted. */
export function observersKql(row: ReducedRow): string {
  return [
    'Flows',
    interval(row),
    `| where ${equals('L4Protocol', row.L4Protocol)}`,
    conversation(row, false),
    '| summarize Records = count(), Packets = sum(PacketsSrcToDest), Bytes = sum(BytesSrcToDest), First = min(TimeGenerated), Last = max(TimeGenerated) by Source, Observer, FlowDirection, FlowStatus, AclRule, IsPrimary',
  ].join('\n');
}
