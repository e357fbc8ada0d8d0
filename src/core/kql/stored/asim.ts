import type { KqlType } from '../../schema/index.ts';

/** A function of KQL that queries can call without declaring it. */
export interface StoredFunction {
  readonly name: string;
  /** As KQL writes them, with parentheses. */
  readonly parameters: string;
  readonly body: string;
  readonly description: string;
}

/**
 * The Advanced Security Information Model's views, by the names and filter parameters of Microsoft's documentation
 * (learn.microsoft.com/azure/sentinel/normalization-about-schemas). `_Im_NetworkSession` shows Flows. The other schemas
 * show Microsoft's tables of events that are normalised already (ASimDnsActivityLogs and its kin), which no source of Weir
 * fills yet.
 */
type Columns = Readonly<Partial<Record<KqlType, string>>>;

/** Fields that every schema has. */
const COMMON: Columns = {
  datetime: 'TimeGenerated EventStartTime EventEndTime',
  int: 'EventCount DvcIpAddrCount ThreatConfidence ThreatRiskLevel',
  bool: 'ThreatIsActive',
  string: `EventMessage EventType EventSubType EventResult EventResultDetails EventUid EventOriginalUid EventOriginalType EventOriginalSubType
    EventOriginalResultDetails EventSeverity EventOriginalSeverity EventProduct EventProductVersion EventVendor EventSchema EventSchemaVersion
    EventReportUrl EventOwner Dvc DvcIpAddr DvcHostname DvcDomain DvcDomainType DvcFQDN DvcDescription DvcId DvcIdType DvcMacAddr DvcZone DvcOs
    DvcOsVersion DvcAction DvcOriginalAction DvcInterface DvcScopeId DvcScope Type _ResourceId Rule RuleName ThreatId ThreatName ThreatCategory
    ThreatField ThreatOriginalConfidence ThreatOriginalRiskLevel ThreatIpAddr`,
  dynamic: 'AdditionalFields',
};

/** Fields of the two ends of a conversation. */
const ENDS: Columns = {
  int: 'SrcPortNumber DstPortNumber RuleNumber SrcRiskLevel DstRiskLevel',
  real: 'SrcGeoLatitude SrcGeoLongitude DstGeoLatitude DstGeoLongitude',
  string: `Src SrcIpAddr SrcHostname SrcDomain SrcDomainType SrcFQDN SrcDvcId SrcDvcIdType SrcDeviceType SrcGeoCountry SrcGeoCity SrcGeoRegion SrcDescription
    SrcUserId SrcUserIdType SrcUsername SrcUsernameType SrcUserType SrcOriginalUserType SrcProcessName SrcProcessId SrcProcessGuid SrcAppName SrcAppId
    SrcAppType SrcZone SrcInterfaceName SrcMacAddr Dst DstIpAddr DstHostname DstDomain DstDomainType DstFQDN DstDvcId DstDvcIdType DstDeviceType
    DstGeoCountry DstGeoCity DstGeoRegion DstDescription DstUserId DstUserIdType DstUsername DstUsernameType DstUserType DstOriginalUserType DstProcessName
    DstProcessId DstProcessGuid DstAppName DstAppId DstAppType DstZone DstInterfaceName DstMacAddr Hostname IpAddr User Process`,
};

const SESSION: Columns = {
  int: 'NetworkDuration Duration SrcVlanId DstVlanId NetworkIcmpCode NetworkConnectionHistoryCount',
  long: 'SrcBytes DstBytes NetworkBytes SrcPackets DstPackets NetworkPackets',
  string: `NetworkApplicationProtocol NetworkProtocol NetworkProtocolVersion NetworkDirection NetworkIcmpType NetworkSessionId SessionId NetworkConnectionHistory
    NetworkRuleName TcpFlagsAck InnerVlanId OuterVlanId SrcNatIpAddr DstNatIpAddr DvcInboundInterface DvcOutboundInterface DvcSubscriptionId
    SrcOriginalRiskLevel DstOriginalRiskLevel ASimMatchingIpAddr ASimMatchingHostname`,
  bool: 'TcpFlagsSyn TcpFlagsRst TcpFlagsFin',
};

const NETWORK_SESSION: readonly Columns[] = [
  COMMON,
  ENDS,
  SESSION,
  { int: 'SrcNatPortNumber DstNatPortNumber' },
];

const WEB_SESSION: readonly Columns[] = [
  COMMON,
  ENDS,
  SESSION,
  {
    int: 'SrcNatPortNumber DstNatPortNumber HttpRequestTime HttpResponseTime FileSize',
    string: `Url UrlCategory UrlOriginal HttpVersion HttpRequestMethod HttpStatusCode HttpContentType HttpContentFormat HttpReferrer HttpUserAgent UserAgent
      HttpRequestXff HttpHost HttpCookie HttpIsProxied FileName FileMD5 FileSHA1 FileSHA256 FileSHA512 FileContentType Hash HashType`,
    long: 'HttpRequestBodyBytes HttpResponseBodyBytes',
  },
];

const DNS: readonly Columns[] = [
  COMMON,
  ENDS,
  {
    int: 'DnsQueryType DnsResponseCode DnsQueryClass DnsNetworkDuration Duration',
    bool: 'DnsFlagsAuthenticated DnsFlagsAuthoritative DnsFlagsCheckingDisabled DnsFlagsRecursionAvailable DnsFlagsRecursionDesired DnsFlagsTruncated DnsFlagsZ',
    string: `DnsQuery Domain DnsQueryTypeName DnsResponseName DnsResponseCodeName DnsFlags DnsQueryClassName DnsSessionId SessionId TransactionIdHex UrlCategory
      DomainCategory NetworkProtocol NetworkProtocolVersion DnsResponseIpCountry DnsResponseIpCity DnsResponseIpRegion`,
    real: 'DnsResponseIpLatitude DnsResponseIpLongitude',
  },
];

const AUTHENTICATION: readonly Columns[] = [
  COMMON,
  ENDS,
  {
    int: 'TargetPortNumber',
    string: `ActorUserId ActorUserIdType ActorUsername ActorUsernameType ActorUserType ActorOriginalUserType ActorSessionId ActingAppId ActingAppName ActingAppType
      HttpUserAgent TargetUserId TargetUserIdType TargetUsername TargetUsernameType TargetUserType TargetOriginalUserType TargetSessionId TargetAppId TargetAppName
      TargetAppType TargetUrl LogonTarget TargetIpAddr TargetHostname TargetDomain TargetFQDN TargetDvcId TargetDeviceType LogonMethod LogonProtocol Application
      SrcIsp SrcDvcOs TargetDvcOs TargetGeoCountry TargetGeoCity`,
  },
];

const AUDIT_EVENT: readonly Columns[] = [
  COMMON,
  ENDS,
  {
    string: `Operation Object ObjectId ObjectType OriginalObjectType OldValue NewValue Value ValueType ActorUserId ActorUserIdType ActorUsername ActorUsernameType
      ActorUserType ActorSessionId ActingAppId ActingAppName ActingAppType HttpUserAgent TargetAppId TargetAppName TargetAppType TargetUrl TargetIpAddr TargetHostname`,
  },
];

/** `datatable(…)[]` with every column of a schema. */
function empty(parts: readonly Columns[]): string {
  const seen = new Set<string>();
  const columns: string[] = [];
  for (const part of parts)
    for (const [type, names] of Object.entries(part))
      for (const name of (names ?? '').split(/\s+/))
        if (name !== '' && !seen.has(name)) {
          seen.add(name);
          columns.push(`${name}:${type}`);
        }
  return `datatable(${columns.join(', ')})[]`;
}

const TIMES = 'starttime:datetime=datetime(null), endtime:datetime=datetime(null)';

const FLOWS_AS_SESSIONS = `Flows
| where (isnull(starttime) or TimeGenerated >= starttime) and (isnull(endtime) or TimeGenerated <= endtime) and not(disabled)
| where array_length(srcipaddr_has_any_prefix) == 0 or has_any_ipv4_prefix(SrcIp, srcipaddr_has_any_prefix)
| where array_length(dstipaddr_has_any_prefix) == 0 or has_any_ipv4_prefix(DestIp, dstipaddr_has_any_prefix)
| where array_length(ipaddr_has_any_prefix) == 0 or has_any_ipv4_prefix(SrcIp, ipaddr_has_any_prefix) or has_any_ipv4_prefix(DestIp, ipaddr_has_any_prefix)
| where isnull(dstportnumber) or DestPort == dstportnumber
| where array_length(hostname_has_any) == 0
| extend DvcAction = case(FlowStatus == "Denied", "Deny", FlowStatus == "Allowed", "Allow", ""), EventResult = iff(FlowStatus == "Denied", "Failure", "Success")
| where (array_length(dvcaction) == 0 or DvcAction in (dvcaction)) and (eventresult == "*" or EventResult == eventresult)
| project TimeGenerated, EventStartTime = FlowStartTime, EventEndTime = FlowEndTime, EventCount = toint(1), EventType = "Flow", EventResult,
    EventSeverity = iff(FlowStatus == "Denied", "Low", "Informational"), EventSchema = "NetworkSession", EventSchemaVersion = "0.2.7",
    EventVendor = "Weir", EventProduct = Source, DvcAction, Dvc = Observer, DvcMacAddr = MacAddress, DvcSubscriptionId = Scope, Type = "Flows",
    SrcIpAddr = SrcIp, Src = SrcIp, IpAddr = SrcIp, DstIpAddr = DestIp, Dst = DestIp, SrcPortNumber = SrcPort, DstPortNumber = DestPort,
    NetworkProtocol = case(L4Protocol == "T", "TCP", L4Protocol == "U", "UDP", L4Protocol), NetworkDirection = FlowDirection,
    SrcBytes = BytesSrcToDest, DstBytes = BytesDestToSrc, NetworkBytes = BytesSrcToDest + coalesce(BytesDestToSrc, 0),
    SrcPackets = PacketsSrcToDest, DstPackets = PacketsDestToSrc, NetworkPackets = PacketsSrcToDest + coalesce(PacketsDestToSrc, 0),
    NetworkRuleName = AclRule, Rule = AclRule, _ResourceId = TargetResourceId, AdditionalFields`;

const IN_TIME = `(isnull(starttime) or TimeGenerated >= starttime) and (isnull(endtime) or TimeGenerated <= endtime) and not(disabled)`;
const hasPrefix = (column: string, list: string) =>
  `(array_length(${list}) == 0 or has_any_ipv4_prefix(${column}, ${list}))`;
const hasAny = (column: string, list: string) =>
  `(array_length(${list}) == 0 or ${column} has_any (${list}))`;

const DNS_ACTIVITY = `ASimDnsActivityLogs
| where ${IN_TIME}
| where (srcipaddr == "*" or SrcIpAddr == srcipaddr) and ${hasAny('DnsQuery', 'domain_has_any')}
| where (responsecodename == "*" or EventResultDetails =~ responsecodename) and (eventtype == "*" or EventType == eventtype)
| where (response_has_ipv4 == "*" or has_ipv4(DnsResponseName, response_has_ipv4)) and ${hasPrefix('DnsResponseName', 'response_has_any_prefix')}
| project-away ThreatOriginalRiskLevel
| extend Domain = DnsQuery, IpAddr = SrcIpAddr, Hostname = SrcHostname, User = SrcUsername, Process = SrcProcessName, DnsResponseCodeName = EventResultDetails,
    Duration = DnsNetworkDuration, SessionId = DnsSessionId, EventSchema = "Dns"`;

const WEB_ACTIVITY = `ASimWebSessionLogs
| where ${IN_TIME}
| where ${hasPrefix('SrcIpAddr', 'srcipaddr_has_any_prefix')}
| where array_length(ipaddr_has_any_prefix) == 0 or has_any_ipv4_prefix(SrcIpAddr, ipaddr_has_any_prefix) or has_any_ipv4_prefix(DstIpAddr, ipaddr_has_any_prefix)
| where ${hasAny('Url', 'url_has_any')} and ${hasAny('HttpUserAgent', 'httpuseragent_has_any')}
| where (array_length(eventresultdetails_in) == 0 or EventResultDetails in (eventresultdetails_in)) and (eventresult == "*" or EventResult == eventresult)
| extend IpAddr = SrcIpAddr, Src = SrcIpAddr, Dst = DstIpAddr, Hostname = DstHostname, User = SrcUsername, Process = SrcProcessName, UserAgent = HttpUserAgent,
    HttpStatusCode = EventResultDetails, Duration = NetworkDuration, SessionId = NetworkSessionId, EventSchema = "WebSession"`;

const SIGN_INS = `ASimAuthenticationEventLogs
| where ${IN_TIME} and (targetusername_has == "*" or TargetUsername has targetusername_has)
| extend IpAddr = SrcIpAddr, Src = SrcIpAddr, Dst = TargetHostname, User = TargetUsername, Application = TargetAppName, EventSchema = "Authentication"`;

const AUDITED = `ASimAuditEventLogs
| where ${IN_TIME} and ${hasPrefix('SrcIpAddr', 'srcipaddr_has_any_prefix')}
| where ${hasAny('ActorUsername', 'actorusername_has_any')} and ${hasAny('Operation', 'operation_has_any')}
| where ${hasAny('Object', 'object_has_any')} and ${hasAny('NewValue', 'newvalue_has_any')}
| where (array_length(eventtype_in) == 0 or EventType in (eventtype_in)) and (eventresult == "*" or EventResult == eventresult)
| extend IpAddr = SrcIpAddr, Src = SrcIpAddr, Dst = TargetHostname, User = ActorUsername, Value = NewValue, EventSchema = "AuditEvent"`;

export const ASIM_FUNCTIONS: readonly StoredFunction[] = [
  {
    name: '_Im_NetworkSession',
    parameters: `(${TIMES}, srcipaddr_has_any_prefix:dynamic=dynamic([]), dstipaddr_has_any_prefix:dynamic=dynamic([]), ipaddr_has_any_prefix:dynamic=dynamic([]), dstportnumber:int=int(null), hostname_has_any:dynamic=dynamic([]), dvcaction:dynamic=dynamic([]), eventresult:string="*", disabled:bool=false)`,
    body: `union (${empty(NETWORK_SESSION)}), (${FLOWS_AS_SESSIONS})`,
    description: 'Network sessions in ASIM’s columns: one row per flow record.',
  },
  {
    name: '_Im_Dns',
    parameters: `(${TIMES}, srcipaddr:string="*", domain_has_any:dynamic=dynamic([]), responsecodename:string="*", response_has_ipv4:string="*", response_has_any_prefix:dynamic=dynamic([]), eventtype:string="Query", disabled:bool=false)`,
    body: `union (${empty(DNS)}), (${DNS_ACTIVITY})`,
    description: 'DNS activity in ASIM’s columns. No source fills it yet.',
  },
  {
    name: '_Im_WebSession',
    parameters: `(${TIMES}, srcipaddr_has_any_prefix:dynamic=dynamic([]), ipaddr_has_any_prefix:dynamic=dynamic([]), url_has_any:dynamic=dynamic([]), httpuseragent_has_any:dynamic=dynamic([]), eventresultdetails_in:dynamic=dynamic([]), eventresult:string="*", disabled:bool=false)`,
    body: `union (${empty(WEB_SESSION)}), (${WEB_ACTIVITY})`,
    description: 'Web sessions in ASIM’s columns. No source fills it yet.',
  },
  {
    name: '_Im_Authentication',
    parameters: `(${TIMES}, targetusername_has:string="*", disabled:bool=false)`,
    body: `union (${empty(AUTHENTICATION)}), (${SIGN_INS})`,
    description: 'Sign-ins in ASIM’s columns. No source fills it yet.',
  },
  {
    name: '_Im_AuditEvent',
    parameters: `(${TIMES}, srcipaddr_has_any_prefix:dynamic=dynamic([]), actorusername_has_any:dynamic=dynamic([]), operation_has_any:dynamic=dynamic([]), eventtype_in:dynamic=dynamic([]), eventresult:string="*", object_has_any:dynamic=dynamic([]), newvalue_has_any:dynamic=dynamic([]), disabled:bool=false)`,
    body: `union (${empty(AUDIT_EVENT)}), (${AUDITED})`,
    description: 'Changes in ASIM’s columns. No source fills it yet.',
  },
];
