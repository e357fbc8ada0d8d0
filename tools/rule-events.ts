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
  /** What a URL ends with. */
  readonly query: string;
}

const PEER = '198.51.100.77';
const ORDINARY: Constants = { address: PEER, domain: 'www.example.org', query: '' };
const SOURCE = '10.1.2.3';
const USER = 'ann';
const HASH = 'd41d8cd98f00b204e9800998ecf8427e';
/** A program that a page handed out, and that was started after. */
const PROGRAM = 'a.php.exe';

/** An ordinary session as each table tells it. */
const SESSIONS: Readonly<Record<string, (c: Constants) => EventRow>> = {
  CommonSecurityLog: ({ address, domain, query }) => ({
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
    RequestURL: `http://${domain}/a.php${query}`,
    Message: `session to (${domain}) ${address}. Login from: ${address}, User name: ${USER}, Source region: US,`,
    FileHash: HASH,
    FlexNumber1: 60,
    FlexNumber2: 60,
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
    CallerIPAddress: address,
    clientIp_s: address,
    clientIP_s: address,
    hostname_s: domain,
    host_s: domain,
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
    FileHashValue: HASH,
    Url: `http://${domain}/a.php`,
  }),
  DeviceEvents: () => ({
    DeviceName: 'ws-1',
    DeviceId: 'd-1',
    InitiatingProcessAccountName: USER,
  }),
  SecurityEvent: () => ({
    EventID: 4688,
    Computer: 'ws-1',
    TargetUserName: USER,
    NewProcessName: `C:\\Users\\ann\\${PROGRAM}`,
  }),
  SigninLogs: ({ address }) => ({
    IPAddress: address,
    UserPrincipalName: `${USER}@contoso.com`,
    ResultType: '50126',
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

/** Tables that tell of something else than sessions, which rules join. */
const BESIDE: ReadonlySet<string> = new Set([
  'ThreatIntelligenceIndicator',
  'DeviceEvents',
  'SecurityEvent',
  'SigninLogs',
]);

/** Which tables hold the rows that an ASIM view or an older table shows. */
const BELOW: Readonly<Record<string, string>> = {
  _Im_Dns: 'ASimDnsActivityLogs',
  _Im_WebSession: 'ASimWebSessionLogs',
  _Im_NetworkSession: 'Flows',
  AzureNetworkAnalytics_CL: 'NTANetAnalytics',
};

/** Tables of sessions and flows, views included. */
export const SESSION_TABLES: readonly string[] = [
  ...Object.keys(SESSIONS).filter((t) => !BESIDE.has(t)),
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
    (s) => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(s) && !/^(?:0|10|127)\./.test(s),
  );
  const domain = strings.find(
    (s) => /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i.test(s) && !/\.(?:exe|dll|php|aspx|bin)$/i.test(s),
  );
  return {
    address: address ?? ORDINARY.address,
    domain: domain ?? ORDINARY.domain,
    query: `?id=${Buffer.from(USER).toString('base64')}`,
  };
}

/** The text of the pipeline that begins with a table's name. */
function pipelinesOf(query: string, table: string): readonly string[] {
  return [...query.matchAll(new RegExp(`\\b${table}\\b`, 'g'))].map(({ index }) => {
    // Handed to a function as a text: what the function compares is somewhere in the query.
    if (query[index - 1] === '"') return query;
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

/** Parameters of ASIM's views, and the column that each is compared with. */
const PARAMETERS: Readonly<Record<string, string>> = {
  responsecodename: 'EventResultDetails',
  eventresult: 'EventResult',
  httpuseragent_has_any: 'HttpUserAgent',
};
const PARAMETER = /\b([a-z_]+)\s*=\s*("[^"]*"|'[^']*')/g;
const OUTSIDE = /ipv4_is_private\((\w+)\)\s*==\s*false|not\(ipv4_is_private\((\w+)\)\)/gi;
const MATCHED = /\b(\w+)\s+matches\s+regex\s+(@?"[^"]*"|@?'[^']*'|\w+)/g;

/** Columns of the row that a pipeline compares with constants, and a value of each that passes. */
function wantedOf(
  pipeline: string,
  row: EventRow,
  variables: ReadonlyMap<string, readonly string[]>,
): EventRow {
  const wanted: Record<string, unknown> = {};
  const constantsOf = (right: string) => {
    const strings = stringsIn(right);
    return strings.length > 0
      ? strings
      : (right.match(/\w+/g) ?? []).flatMap((name) => variables.get(name) ?? []);
  };
  for (const [, column = '', operator = '', right = ''] of pipeline.matchAll(COMPARED)) {
    if (Object.hasOwn(wanted, column) || (!/^[A-Z]/.test(column) && !/_[sdg]$/.test(column)))
      continue;
    const value = constantsOf(right)[0] ?? (/^\d+$/.test(right) ? Number(right) : undefined);
    if (value !== undefined) wanted[column] = partOf(row[column], operator, value);
  }
  for (const [, name = '', text = ''] of pipeline.matchAll(PARAMETER)) {
    const column = PARAMETERS[name];
    if (column !== undefined && !Object.hasOwn(wanted, column)) wanted[column] = stringsIn(text)[0];
  }
  for (const [, column = '', right = ''] of pipeline.matchAll(MATCHED)) {
    const sample = constantsOf(right).map(sampleOf)[0];
    const before = wanted[column] ?? row[column];
    if (sample !== undefined && typeof before === 'string' && !before.includes(sample))
      wanted[column] = `${sample} ${before}`;
  }
  for (const [, one, other] of pipeline.matchAll(OUTSIDE)) {
    const column = one ?? other ?? '';
    if (String(row[column]).startsWith('10.')) wanted[column] = PEER;
  }
  for (const [, column = '', , value = ''] of pipeline.matchAll(ABOVE))
    if (Object.hasOwn(row, column) && typeof row[column] === 'number')
      wanted[column] = Math.max(Number(row[column]), Number(value) + 1);
  return wanted;
}

/** A cell that holds a constant where the operator asks for it. */
function partOf(before: unknown, operator: string, value: string | number): unknown {
  if (typeof before !== 'string' || typeof value !== 'string') return value;
  switch (operator) {
    case 'has':
    case 'contains':
    case 'has_any':
      if (before.includes(value)) return before;
      return before.startsWith('http') ? `${before}?${value}` : `${value} ${before}`;
    case 'endswith':
      return `${before.replace(/\?.*/, '')}${value}`;
    default:
      return value;
  }
}

/** A text that an expression matches: its first alternative, what is optional left out. Undefined where it says more. */
function sampleOf(expression: string): string | undefined {
  const [first = ''] = expression.split(/(?<!\\)\|/);
  const sample = first
    .replace(/(?:\[[^\]]*\]|\\?.)[*?]/g, (part) =>
      part.startsWith('\\') && part.length === 2 ? part : '',
    )
    .replace(/\[(\\?.)[^\]]*\]\+?/g, '$1')
    .replace(/\\([^a-z])/gi, '$1');
  return /[()[\]{}^$+]|\\/.test(sample) ? undefined : sample;
}

/** How often, and how spread, the sessions come. */
export interface Shape {
  readonly name: string;
  readonly count: number;
  /** Seconds before the run at which the first comes, and between two. */
  readonly from: number;
  readonly step: number;
  /** What changes from one to the next. */
  readonly vary?: (i: number, table: string, row: EventRow) => EventRow;
  /** Worth trying only for queries in which something is said. */
  readonly suits?: RegExp;
}

/** Another peer, another name, in each session. */
function another(i: number, table: string, row: EventRow): EventRow {
  const peer = `198.51.${Math.floor(i / 250)}.${i % 250}`;
  switch (table) {
    case 'CommonSecurityLog':
      return { DestinationIP: peer };
    case 'AzureDiagnostics':
      return { msg_s: String(row['msg_s']).replace(/ to \S+:/, ` to ${peer}:`) };
    case 'DnsEvents':
      return { Name: `${i}.${String(row['Name'])}` };
    case 'ASimDnsActivityLogs':
      return { DnsQuery: `www.n${i}.example` };
    default:
      return {};
  }
}

/** Hours before the run at which a great deal is sent. */
const BURSTS = [44, 42, 40, 37];
const HOURS = 14 * 24;

/** An hourly session for two weeks, and hours of a hundred large ones. */
function uploads(i: number, table: string): EventRow {
  const large = i - HOURS;
  const hours = large < 0 ? i + 0.5 : BURSTS[large % BURSTS.length]! - 0.5;
  return {
    TimeGenerated: `-${hours}`,
    ...(table === 'VMConnection' || large < 0 ? {} : { SentBytes: 200e6 }),
  };
}

/** A few sessions, many with others, many that fail, two weeks with an outburst. */
export const SHAPES: readonly Shape[] = [
  { name: 'a few', count: 3, from: 240, step: 60 },
  { name: 'many others', count: 600, from: 3000, step: 2, vary: another },
  {
    name: 'two weeks',
    count: HOURS + 100 * BURSTS.length,
    from: 0,
    step: 0,
    vary: uploads,
    suits: /series_decompose/,
  },
  {
    name: 'many denied',
    count: 5200,
    from: 250,
    step: 0,
    vary: (i, table) => (table === 'Flows' ? { FlowStatus: 'Denied', SrcPort: 1024 + i } : {}),
    suits: /\b[1-9]\d{3,}\b/,
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
      const wanted = Object.entries(wantedOf(pipeline, row, variables));
      // A view has other columns than the table below it.
      return {
        ...row,
        ...Object.fromEntries(wanted.filter(([n]) => table === named || Object.hasOwn(row, n))),
      };
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
  ['FileHashValue', 'md5'],
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
  // What is known of a host or an address is known from before.
  const isReference = table === 'VMProcess' || table === 'VMComputer';
  const isKnown = table === 'ThreatIntelligenceIndicator';
  // Of what is written down first there is most: requests that are blocked, and then one that is not.
  return rows.flatMap((row, nth) =>
    Array.from({ length: isReference || isKnown ? 1 : Math.max(1, count - 2 * nth) }, (_, i) => {
      const varied = { ...row, ...vary?.(i, table, row) };
      const { TimeGenerated: hours } = varied;
      const at =
        isKnown || typeof hours !== 'string'
          ? now - (isKnown ? 3_000_000 : from * 1000 - i * step * 1000)
          : now + Number(hours) * 3_600_000;
      return { ...varied, TimeGenerated: new Date(at).toISOString() };
    }),
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
    if (!make || BESIDE.has(table) || pipelinesOf(query, named).length === 0) continue;
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
