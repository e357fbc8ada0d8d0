/**
 * Events made for a rule that somebody else wrote: what an ordinary session of each table looks like, with the constants
 * that the rule's query compares columns with put in their place. Nothing here knows any particular rule.
 */

export type EventRow = Readonly<Record<string, unknown>>;
export type EventSet = Readonly<Record<string, readonly EventRow[]>>;

/** Constants of a query that stand for the same thing wherever they occur. */
interface Constants {
  readonly address: string;
  readonly domain: string;
}

const PEER = '198.51.100.77';
const ORDINARY: Constants = { address: PEER, domain: 'www.example.org' };
const SOURCE = '10.1.2.3';

/** An ordinary session as each table tells it. */
const SESSIONS: Readonly<Record<string, (c: Constants) => EventRow>> = {
  CommonSecurityLog: ({ address, domain }) => ({
    DeviceVendor: 'Vendor',
    DeviceProduct: 'Firewall',
    DeviceAction: 'Allowed',
    Activity: 'TRAFFIC',
    LogSeverity: '8',
    EventCount: 2000,
    SourceIP: SOURCE,
    SourcePort: 50123,
    SourceHostName: 'ws-1',
    SourceUserName: 'ann',
    SourceUserID: 'ann',
    DestinationIP: address,
    DestinationPort: 443,
    DestinationHostName: domain,
    DestinationDnsDomain: domain,
    DestinationUserID: `ann@${domain}`,
    Protocol: 'TCP',
    ApplicationProtocol: 'https',
    RequestMethod: 'POST',
    RequestURL: `http://${domain}/a.php`,
    Message: `session to (${domain}) ${address}`,
    DeviceAddress: '10.1.0.1',
    DeviceName: 'fw-1',
    Computer: 'fw-1',
    SentBytes: 1200,
    ReceivedBytes: 3400,
    CommunicationDirection: 'Outbound',
  }),
  VMConnection: ({ address, domain }) => ({
    Computer: 'vm-1',
    Machine: 'm-1',
    AgentId: '6f1f2f0e-0000-4000-8000-000000000001',
    Process: 'p-1',
    ProcessName: 'curl',
    Direction: 'outbound',
    SourceIp: SOURCE,
    DestinationIp: address,
    RemoteIp: address,
    DestinationPort: 443,
    Protocol: 'tcp',
    RemoteDnsCanonicalNames: `["${domain}"]`,
    RemoteDnsQuestions: `["${domain}"]`,
    BytesSent: 1200,
    BytesReceived: 3400,
    LinksEstablished: 1,
  }),
  VMProcess: () => ({
    Computer: 'vm-1',
    Machine: 'm-1',
    AgentId: '6f1f2f0e-0000-4000-8000-000000000001',
    Process: 'p-1',
    ExecutablePath: 'C:\\Windows\\curl.exe',
    UserName: 'ann',
  }),
  VMComputer: () => ({
    Computer: 'vm-1',
    Machine: 'm-1',
    AgentId: '6f1f2f0e-0000-4000-8000-000000000001',
    HostName: 'vm-1',
  }),
  DeviceNetworkEvents: ({ address, domain }) => ({
    DeviceName: 'ws-1',
    DeviceId: 'd-1',
    ActionType: 'ConnectionSuccess',
    LocalIP: SOURCE,
    RemoteIP: address,
    RemotePort: 443,
    RemoteUrl: domain,
    Protocol: 'Tcp',
    InitiatingProcessFileName: 'curl.exe',
    InitiatingProcessCommandLine: 'curl',
    InitiatingProcessAccountName: 'ann',
  }),
  AzureDiagnostics: ({ address, domain }) => ({
    ResourceType: 'AZUREFIREWALLS',
    Category: 'AzureFirewallApplicationRule',
    OperationName: 'AzureFirewallApplicationRuleLog',
    Resource: 'FW-1',
    msg_s: `HTTPS request from ${SOURCE}:50123 to ${domain === ORDINARY.domain ? address : domain}:443. Action: Deny. No rule matched`,
  }),
  DnsEvents: ({ address, domain }) => ({
    Computer: 'dc-1',
    SubType: 'LookupQuery',
    ClientIP: SOURCE,
    Name: domain,
    QueryType: 'A',
    IPAddresses: address,
    ResultCode: 0,
  }),
  ASimDnsActivityLogs: ({ address, domain }) => ({
    EventType: 'Query',
    EventResult: 'Success',
    EventResultDetails: 'NOERROR',
    SrcIpAddr: SOURCE,
    DstIpAddr: '10.1.0.53',
    DnsQuery: domain,
    DnsQueryTypeName: 'A',
    DnsResponseName: address,
    Dvc: 'dc-1',
    EventCount: 1,
  }),
  ASimWebSessionLogs: ({ address, domain }) => ({
    EventResult: 'Success',
    EventResultDetails: '200',
    SrcIpAddr: SOURCE,
    SrcUsername: 'ann',
    DstIpAddr: address,
    Url: `https://${domain}/attachments/77/setup.exe`,
    HttpUserAgent: 'Mozilla/5.0',
    HttpRequestMethod: 'GET',
    Dvc: 'proxy-1',
    EventCount: 1,
  }),
  Flows: ({ address }) => ({
    SrcIp: SOURCE,
    DestIp: address,
    SrcPort: 50123,
    DestPort: 443,
    L4Protocol: 'T',
    FlowStatus: 'Allowed',
    FlowDirection: 'Outbound',
    BytesSrcToDest: 1200,
    BytesDestToSrc: 3400,
    PacketsSrcToDest: 9,
    PacketsDestToSrc: 11,
    Source: 'azure-vnet',
  }),
  NTANetAnalytics: ({ address }) => ({
    SubType: 'FlowLog',
    FASchemaVersion: '2',
    SrcIp: SOURCE,
    DestPublicIps: `${address}|1|0|0|9|11|1200|3400`,
    SrcPublicIps: '',
    DestPort: 443,
    FlowStatus: 'Allowed',
    FlowDirection: 'Outbound',
    FlowType: 'ExternalPublic',
    L7Protocol: 'https',
  }),
  ThreatIntelligenceIndicator: ({ address, domain }) => ({
    IndicatorId: 'i-1',
    Active: true,
    ExpirationDateTime: '2030-01-01T00:00:00Z',
    ConfidenceScore: 90,
    ThreatType: 'C2',
    Description: 'Recorded Future - C2 server',
    NetworkIP: address,
    DomainName: domain,
    EmailSenderAddress: `ann@${domain}`,
    Url: `http://${domain}/a.php`,
  }),
  WindowsFirewall: ({ address }) => ({
    Computer: 'ws-1',
    SourceIP: SOURCE,
    DestinationIP: address,
    DestinationPort: 443,
    FirewallAction: 'ALLOW',
    Protocol: 'TCP',
  }),
};

/** Which tables hold the rows that an ASIM view or an older table shows. */
const BELOW: Readonly<Record<string, string>> = {
  _Im_Dns: 'ASimDnsActivityLogs',
  _Im_WebSession: 'ASimWebSessionLogs',
  _Im_NetworkSession: 'Flows',
  AzureNetworkAnalytics_CL: 'NTANetAnalytics',
};

/** Tables of sessions and flows, views included. */
export const SESSION_TABLES: readonly string[] = [
  ...Object.keys(SESSIONS).filter((t) => t !== 'ThreatIntelligenceIndicator'),
  ...Object.keys(BELOW),
];

const STRING = /@?"((?:[^"\\]|\\.)*)"|@?'((?:[^'\\]|\\.)*)'/g;
const stringsIn = (text: string) =>
  [...text.matchAll(STRING)].map((m) => (m[1] ?? m[2] ?? '').replace(/\\(["'\\])/g, '$1'));

/** Values of the query's variables that are lists or texts. */
function variablesOf(query: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [, name = '', value = ''] of query.matchAll(
    /let\s+(\w+)\s*=\s*((?:dynamic\s*\(|@?["'])[^;]*);/g,
  ))
    found.set(name, stringsIn(value));
  return found;
}

/** The first address and the first domain that the query names. */
function constantsOf(query: string): Constants {
  const strings = stringsIn(query.replace(/\/\/[^\n"']*$/gm, ''));
  const address = strings.find(
    (s) => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(s) && !s.startsWith('10.') && !s.startsWith('0.'),
  );
  const domain = strings.find(
    (s) => /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i.test(s) && !/\.(?:exe|dll|php|aspx|bin)$/i.test(s),
  );
  return { address: address ?? ORDINARY.address, domain: domain ?? ORDINARY.domain };
}

/** The text of the pipeline that begins with a table's name. */
function pipelinesOf(query: string, table: string): readonly string[] {
  return [...query.matchAll(new RegExp(`\\b${table}\\b`, 'g'))].map(({ index }) => {
    let depth = 0;
    for (let at = index; at < query.length; at++) {
      const char = query[at];
      if (char === '(') depth++;
      if (char === ')' && --depth < 0) return query.slice(index, at);
      if (char === ';' && depth === 0) return query.slice(index, at);
    }
    return query.slice(index);
  });
}

const COMPARED =
  /\b(\w+)\s*(==|=~|has_any|has_all|has|contains|startswith|endswith|in~|in)\s*(\((?:[^()"']|"[^"]*"|'[^']*')*\)|@?"[^"]*"|@?'[^']*'|\d+|\w+)/g;
const ABOVE = /\b(?:toint\()?(\w+)\)?\s*(>=?)\s*(\d+)\b/g;

/** Columns of the row that a pipeline compares with constants, and the first value of each. */
function wantedOf(
  pipeline: string,
  row: EventRow,
  variables: ReadonlyMap<string, readonly string[]>,
): EventRow {
  const wanted: Record<string, unknown> = {};
  for (const [, column = '', operator = '', right = ''] of pipeline.matchAll(COMPARED)) {
    if (Object.hasOwn(wanted, column) || !/^[A-Z]/.test(column)) continue;
    const names = right.match(/\w+/g) ?? [];
    const values =
      stringsIn(right).length > 0
        ? stringsIn(right)
        : names.flatMap((name) => variables.get(name) ?? []);
    const value = values[0] ?? (/^\d+$/.test(right) ? Number(right) : undefined);
    if (value === undefined) continue;
    const isPart = operator === 'has' || operator === 'contains' || operator === 'has_any';
    const before = row[column];
    wanted[column] =
      isPart && typeof before === 'string' && typeof value === 'string' && !before.includes(value)
        ? before.startsWith('http')
          ? `${before}?${value}`
          : `${value} ${before}`
        : value;
  }
  for (const [, column = '', , value = ''] of pipeline.matchAll(ABOVE))
    if (Object.hasOwn(row, column) && typeof row[column] === 'number')
      wanted[column] = Math.max(Number(row[column]), Number(value) + 1);
  return wanted;
}

/** How often, and how spread, the sessions come. */
export interface Shape {
  readonly name: string;
  readonly count: number;
  /** Seconds before the run at which the first comes, and between two. */
  readonly from: number;
  readonly step: number;
  /** What changes from one to the next. */
  readonly vary?: (i: number, table: string) => EventRow;
}

/** A few sessions, many of one host, many that fail. */
export const SHAPES: readonly Shape[] = [
  { name: 'a few', count: 3, from: 240, step: 60 },
  {
    name: 'many destinations',
    count: 600,
    from: 3000,
    step: 2,
    vary: (i, table) =>
      table === 'CommonSecurityLog'
        ? { DestinationIP: `198.51.${Math.floor(i / 250)}.${i % 250}` }
        : {},
  },
  {
    name: 'many denied',
    count: 5200,
    from: 250,
    step: 0,
    vary: (i, table) => (table === 'Flows' ? { FlowStatus: 'Denied', SrcPort: 1024 + i } : {}),
  },
];

/** The events of one shape, made for a query that runs at `now` (ms). */
export function eventsFor(query: string, shape: Shape, now: number): EventSet {
  const constants = constantsOf(query);
  const variables = variablesOf(query);
  const tables: Record<string, readonly EventRow[]> = {};
  for (const named of [...Object.keys(SESSIONS), ...Object.keys(BELOW)]) {
    const pipelines = pipelinesOf(query, named);
    const table = BELOW[named] ?? named;
    const make = SESSIONS[table];
    if (pipelines.length === 0 || !make) continue;
    const rows = pipelines.map((pipeline) => {
      const row = make(constants);
      return { ...row, ...(table === named ? wantedOf(pipeline, row, variables) : {}) };
    });
    tables[table] = [...(tables[table] ?? []), ...spread(rows, table, shape, now)];
  }
  const { ThreatIntelligenceIndicator: indicators, ...others } = tables;
  return indicators ? { ...others, ThreatIntelIndicators: indicators.flatMap(asStored) } : others;
}

/** Columns of the older table of indicators that hold a value, and what it is. */
const INDICATORS = [
  ['NetworkIP', 'ip'],
  ['DomainName', 'domain'],
  ['Url', 'url'],
  ['EmailSenderAddress', 'email'],
] as const;

/** An indicator of the older table as the rows that it is a view of: one for each value. */
const asStored = (row: EventRow): EventRow[] =>
  INDICATORS.map(([column, type]) => ({
    TimeGenerated: row['TimeGenerated'],
    Id: `${String(row['IndicatorId'])}-${type}`,
    SourceSystem: row['SourceSystem'] ?? 'feed',
    IndicatorType: type,
    ObservableValue: row[column],
    IsActive: row['Active'],
    ValidUntil: row['ExpirationDateTime'],
    Confidence: row['ConfidenceScore'],
    Role: row['ThreatType'],
    Tags: row['Tags'] ?? '',
    Data: { name: row['Description'] },
  }));

function spread(
  rows: readonly EventRow[],
  table: string,
  { count, from, step, vary }: Shape,
  now: number,
): EventRow[] {
  const isReference =
    table === 'ThreatIntelligenceIndicator' || table === 'VMProcess' || table === 'VMComputer';
  return rows.flatMap((row) =>
    Array.from({ length: isReference ? 1 : count }, (_, i) => ({
      TimeGenerated: new Date(now - from * 1000 + i * step * 1000).toISOString(),
      ...row,
      ...vary?.(i, table),
    })),
  );
}

/** Ordinary sessions in every table that the query reads: nothing of what it looks for. */
export function ordinaryEvents(query: string, now: number): EventSet {
  const tables: Record<string, readonly EventRow[]> = {};
  const shape: Shape = { name: 'ordinary', count: 20, from: 2400, step: 60 };
  for (const named of [...Object.keys(SESSIONS), ...Object.keys(BELOW)]) {
    const table = BELOW[named] ?? named;
    const make = SESSIONS[table];
    // An indicator for what everybody visits would be right to fire.
    if (!make || table === 'ThreatIntelligenceIndicator' || pipelinesOf(query, named).length === 0)
      continue;
    const row = {
      ...make(ORDINARY),
      ...(table === 'AzureDiagnostics'
        ? {
            msg_s: `HTTPS request from ${SOURCE}:50123 to www.example.org:443. Action: Allow. Rule`,
          }
        : {}),
    };
    tables[table] = spread([row], table, shape, now);
  }
  return tables;
}
