import type { KqlType } from '../column.ts';
import { defineColumns, defineTable } from '../column.ts';

/** [name, type, KQL over ThreatIntelIndicators ('' where Weir has nothing for it), meaning] */
type Leg = readonly (readonly [name: string, type: KqlType, kql: string, meaning: string])[];

const when = (types: string, column: string, otherwise = "''"): string =>
  `iff(IndicatorType in (${types}), ${column}, ${otherwise})`;
const isSource = "Role in ('scanner', 'bruteforcer', 'spam')";
const address = (condition: string): string =>
  `iff(IndicatorType == 'ip' and ${condition}, ObservableValue, '')`;
const network = (condition: string): string =>
  `iff(IndicatorType == 'cidr' and ${condition}, ObservableValue, '')`;

const COLUMNS: Leg = [
  ['TimeGenerated', 'datetime', 'TimeGenerated', 'When the row was written.'],
  ['IndicatorId', 'string', 'Id', 'Identity of the indicator.'],
  ['ExternalIndicatorId', 'string', 'SourceId', "The source's own key."],
  ['IndicatorProvider', 'string', 'SourceSystem', 'Name of the feed.'],
  ['SourceSystem', 'string', 'SourceSystem', 'Name of the feed.'],
  ['Active', 'bool', 'IsActive', 'True when it had not ended as the row was written.'],
  ['Action', 'string', "'alert'", 'Always alert.'],
  ['ConfidenceScore', 'real', 'todouble(Confidence)', '0 to 100.'],
  ['Description', 'string', 'tostring(Data.name)', 'What the source says of it.'],
  [
    'ExpirationDateTime',
    'datetime',
    'coalesce(ValidUntil, datetime(9999-12-31))',
    'When it ends; the end of the calendar while it is listed.',
  ],
  ['ThreatType', 'string', 'Role', 'What stands behind it.'],
  ['MalwareNames', 'string', 'Malware', 'Family of malware.'],
  ['Tags', 'string', 'Tags', 'Tags of the source, separated by commas.'],
  [
    'TrafficLightProtocolLevel',
    'string',
    'tostring(AdditionalFields.TLPLevel)',
    'How far it may be handed on.',
  ],
  ['NetworkIP', 'string', address('true'), 'An address, whatever its part.'],
  ['NetworkSourceIP', 'string', address(isSource), 'An address that attacks come from.'],
  ['NetworkDestinationIP', 'string', address(`not(${isSource})`), 'An address that hosts call.'],
  ['NetworkCidrBlock', 'string', network('true'), 'A network, whatever its part.'],
  ['NetworkSourceCidrBlock', 'string', network(isSource), 'A network that attacks come from.'],
  [
    'NetworkDestinationCidrBlock',
    'string',
    network(`not(${isSource})`),
    'A network that hosts call.',
  ],
  ['NetworkPort', 'int', 'Port', 'Port that goes with the address.'],
  ['NetworkDestinationPort', 'int', 'Port', 'Port that goes with the address.'],
  ['DomainName', 'string', when("'domain', 'domain-suffix'", 'ObservableValue'), 'A host name.'],
  ['Url', 'string', when("'url', 'url-prefix'", 'ObservableValue'), 'A URL.'],
  [
    'FileHashType',
    'string',
    when("'md5', 'sha1', 'sha256'", 'toupper(IndicatorType)'),
    'MD5, SHA1 or SHA256.',
  ],
  ['FileHashValue', 'string', when("'md5', 'sha1', 'sha256'", 'ObservableValue'), 'A hash.'],
  ['EmailSenderAddress', 'string', when("'email'", 'ObservableValue'), 'A sender.'],
  ['UserAgent', 'string', when("'user-agent'", 'ObservableValue'), 'A user agent.'],
  [
    'NetworkSourceAsn',
    'int',
    "iff(IndicatorType == 'asn' and strlen(ObservableValue) < 12, toint(substring(ObservableValue, 2)), int(null))",
    'An autonomous system.',
  ],
  ['Type', 'string', "'ThreatIntelligenceIndicator'", 'The name of the table.'],
];

/** Columns of Microsoft's table that no feed of Weir fills. */
const UNFILLED: Readonly<Partial<Record<KqlType, readonly string[]>>> = {
  string: [
    'ActivityGroupNames',
    'AdditionalInformation',
    'DiamondModel',
    'EmailEncoding',
    'EmailLanguage',
    'EmailRecipient',
    'EmailSenderName',
    'EmailSourceDomain',
    'EmailSourceIpAddress',
    'EmailSubject',
    'EmailXMailer',
    'FileMutexName',
    'FileName',
    'FilePacker',
    'FilePath',
    'FileType',
    'KnownFalsePositives',
    'TenantId',
  ],
  bool: [
    'KillChainActions',
    'KillChainC2',
    'KillChainDelivery',
    'KillChainExploitation',
    'KillChainReconnaissance',
    'KillChainWeaponization',
    'PassiveOnly',
  ],
  datetime: ['FileCompileDateTime', 'FileCreatedDateTime'],
  int: [
    'FileSize',
    'NetworkDestinationAsn',
    'NetworkProtocol',
    'NetworkSourcePort',
    'ThreatSeverity',
  ],
};

const EMPTY: Readonly<Partial<Record<KqlType, string>>> = {
  string: "''",
  bool: 'bool(null)',
  datetime: 'datetime(null)',
  int: 'int(null)',
};

const LEG: Leg = [
  ...COLUMNS,
  ...(Object.entries(UNFILLED) as [KqlType, readonly string[]][]).flatMap(([type, names]) =>
    names.map((name) => [name, type, EMPTY[type] ?? "''", 'Not filled by Weir.'] as const),
  ),
];

/** Source: Microsoft Learn, "ThreatIntelligenceIndicator": the table that published rules before 2025 read. */
export const threatIntelligenceIndicator = defineTable({
  name: 'ThreatIntelligenceIndicator',
  kind: 'view',
  row: 'The rows of ThreatIntelIndicators in the older schema.',
  origin:
    'https://learn.microsoft.com/azure/azure-monitor/reference/tables/threatintelligenceindicator',
  timeColumn: 'TimeGenerated',
  columns: defineColumns(LEG.map(([name, type, , meaning]) => [name, type, meaning])),
  kql: `ThreatIntelIndicators | project ${LEG.map(([name, , kql]) => (name === kql ? name : `${name} = ${kql}`)).join(', ')}`,
});
