/** What an ordinary session looks like in each table that published rules read, with some things left to fill in. */

export type EventRow = Readonly<Record<string, unknown>>;

/** Constants of a query that stand for the same thing wherever they occur. */
export interface Constants {
  readonly address: string;
  readonly domain: string;
  /** What a URL ends with. */
  readonly query: string;
}

export const PEER = '198.51.100.77';
export const ORDINARY: Constants = { address: PEER, domain: 'www.example.org', query: '' };
export const SOURCE = '10.1.2.3';
export const USER = 'ann';
const HASH = 'd41d8cd98f00b204e9800998ecf8427e';
/** A program that a page handed out, and that was started after. */
const PROGRAM = 'a.php.exe';

/** An ordinary session as each table tells it. */
export const SESSIONS: Readonly<Record<string, (c: Constants) => EventRow>> = {
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
export const BESIDE: ReadonlySet<string> = new Set([
  'ThreatIntelligenceIndicator',
  'DeviceEvents',
  'SecurityEvent',
  'SigninLogs',
]);

/** Which tables hold the rows that an ASIM view or an older table shows. */
export const BELOW: Readonly<Record<string, string>> = {
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
