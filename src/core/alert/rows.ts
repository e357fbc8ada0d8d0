import { type Micros, printInstant } from '#core/base/index.ts';
import type { Alert } from './alert.ts';
import type { Entity } from './entity.ts';
import type { Incident } from './incident.ts';
import { sentinelSeverity } from './severity.ts';

/** Cells of a row by column: datetime in µs, dynamic as JSON text. What is not named is empty. */
export type StateRow = Readonly<Record<string, string | number | boolean>>;

/** Where people read it: `/incidents/12`, behind whatever the server is called. */
export const incidentPath = (incident: number): string => `/incidents/${incident}`;

/**
 * One version of an alert as a row of SecurityAlert.
 * Source: Microsoft Learn, "Microsoft Sentinel security alert schema reference".
 */
export function alertRow(alert: Alert, at: Micros, baseUrl = ''): StateRow {
  const [technique, sub] = [
    alert.techniques.filter((t) => !t.includes('.')),
    alert.techniques.filter((t) => t.includes('.')),
  ];
  return {
    TimeGenerated: at,
    DisplayName: alert.title,
    AlertName: alert.title,
    AlertSeverity: sentinelSeverity(alert.severity),
    AlertType: alert.finder.id,
    Description: alert.reasons.join(' '),
    ProviderName: 'Weir',
    VendorName: 'Weir',
    ProductName: 'Weir',
    ProductComponentName: alert.finder.name,
    VendorOriginalId: alert.key,
    SystemAlertId: alert.id,
    ConfidenceLevel: alert.confidence >= 0.5 ? 'High' : 'Low',
    ConfidenceScore: alert.confidence,
    IsIncident: false,
    StartTime: alert.first,
    EndTime: alert.last,
    ProcessingEndTime: at,
    RemediationSteps: JSON.stringify(alert.nextSteps),
    ExtendedProperties: JSON.stringify(extended(alert)),
    Entities: JSON.stringify(entitiesOf(alert.entities)),
    Tactics: alert.tactics.join(', '),
    Techniques: JSON.stringify([...new Set([...technique, ...sub.map((t) => t.split('.')[0])])]),
    SubTechniques: JSON.stringify(sub),
    Status: alert.state === 'open' ? 'New' : 'Resolved',
    CompromisedEntity: compromised(alert.entities),
    AlertLink: alert.incident === undefined ? '' : `${baseUrl}${incidentPath(alert.incident)}`,
    SourceSystem: 'Detection',
    Type: 'SecurityAlert',
    _IsBillable: 'false',
    _BilledSize: 0,
  };
}

/** What Sentinel's schema has no column for. */
function extended(alert: Alert): Readonly<Record<string, unknown>> {
  return {
    Query: alert.evidence[0]?.kql ?? '',
    'Custom Details': JSON.stringify(alert.customDetails),
    Version: alert.version,
    Weight: alert.weight,
    Severity: alert.severity,
    Findings: alert.findings,
    Features: alert.features,
    Decisions: alert.decisions,
    Verdict: alert.verdict ?? '',
    Finder: `${alert.finder.kind} ${alert.finder.id} ${alert.finder.version}`,
  };
}

/** Sentinel's JSON of entities: `$id` counts from 1, `Type` is Sentinel's word in JSON. */
function entitiesOf(entities: readonly Entity[]): readonly Record<string, string>[] {
  return entities.map(({ type, identifiers, role }, i) => ({
    $id: String(i + 1),
    ...identifiers,
    Type: ENTITY_WORDS[type] ?? type.toLowerCase(),
    Role: role,
  }));
}

const ENTITY_WORDS: Readonly<Record<string, string>> = {
  IP: 'ip',
  DNS: 'dns',
  URL: 'url',
  AzureResource: 'azure-resource',
  CloudApplication: 'cloud-application',
  FileHash: 'filehash',
  RegistryKey: 'registry-key',
  RegistryValue: 'registry-value',
  SecurityGroup: 'security-group',
  IoTDevice: 'iotdevice',
  MailMessage: 'mailMessage',
};

/** The first of one's own that was acted upon, or acts. */
function compromised(entities: readonly Entity[]): string {
  const own =
    entities.find((e) => e.role === 'target' && e.isInside) ??
    entities.find((e) => e.isInside) ??
    entities[0];
  return own ? (Object.values(own.identifiers)[0] ?? '') : '';
}

/**
 * One version of an incident as a row of SecurityIncident.
 * Source: Azure Monitor Logs reference, SecurityIncident.
 */
export function incidentRow(
  incident: Incident,
  finders: readonly string[],
  baseUrl = '',
): StateRow {
  const closed = incident.state === 'Closed';
  return {
    TimeGenerated: incident.changedAt,
    IncidentName: incident.id,
    IncidentNumber: incident.number,
    IncidentUrl: `${baseUrl}${incidentPath(incident.number)}`,
    Title: incident.title,
    Description: incident.description,
    Severity: sentinelSeverity(incident.severity),
    Status: incident.state,
    Classification: closed ? (incident.verdict ?? 'Undetermined') : '',
    ClassificationReason: closed ? reasonOf(incident) : '',
    ClassificationComment: closed ? incident.comment : '',
    Owner: JSON.stringify(ownerOf(incident.owner)),
    ProviderName: 'Weir',
    ProviderIncidentId: String(incident.number),
    FirstActivityTime: incident.first,
    LastActivityTime: incident.last,
    ...(incident.version > 1 ? { FirstModifiedTime: incident.createdAt } : {}),
    LastModifiedTime: incident.changedAt,
    CreatedTime: incident.createdAt,
    ...(incident.closedAt === undefined ? {} : { ClosedTime: incident.closedAt }),
    RelatedAnalyticRuleIds: JSON.stringify(finders),
    AlertIds: JSON.stringify(incident.alerts),
    BookmarkIds: JSON.stringify(incident.bookmarks),
    Comments: JSON.stringify(
      incident.comments.map(({ id, at, by, text }) => ({
        id,
        message: text,
        createdTimeUtc: printInstant(at),
        lastModifiedTimeUtc: printInstant(at),
        author: { name: by },
      })),
    ),
    Tasks: '[]',
    Labels: JSON.stringify(incident.labels.map((labelName) => ({ labelName, labelType: 'User' }))),
    AdditionalData: JSON.stringify({
      alertsCount: incident.alerts.length,
      bookmarksCount: incident.bookmarks.length,
      commentsCount: incident.comments.length,
      alertProductNames: ['Weir'],
      tactics: incident.tactics,
      techniques: incident.techniques,
      severity: incident.severity,
      ...(incident.mergedInto === undefined ? {} : { mergedIncidentNumber: incident.mergedInto }),
    }),
    ModifiedBy: incident.changedBy,
    SourceSystem: 'Detection',
    Type: 'SecurityIncident',
    _IsBillable: 'false',
    _BilledSize: 0,
  };
}

const ownerOf = (name: string | undefined) => ({
  objectId: null,
  email: null,
  assignedTo: name ?? null,
  userPrincipalName: name ?? null,
});

/** The reason that Sentinel asks for beside the classification. */
function reasonOf({ verdict }: Incident): string {
  switch (verdict) {
    case 'TruePositive':
      return 'SuspiciousActivity';
    case 'BenignPositive':
      return 'SuspiciousButExpected';
    case 'FalsePositive':
      return 'IncorrectAlertLogic';
    default:
      return '';
  }
}
