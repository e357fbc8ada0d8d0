import { type Column, defineColumns, defineTable, type KqlType } from '../column.ts';
import { STANDARD_COLUMNS } from './nta-standard.ts';

type Row = readonly [name: string, type: KqlType, meaning: string, more?: Partial<Column>];

/** Columns that Log Analytics adds to every table, as far as alerts and incidents have them. */
const RESOURCE_COLUMNS: readonly Row[] = [
  ['_ResourceId', 'string', 'Not filled by Weir.'],
  ['_SubscriptionId', 'string', 'Not filled by Weir.'],
  ['_ItemId', 'string', 'Identity of the row.'],
  ['MG', 'string', 'Not filled by Weir.'],
];

/** Source: Microsoft Learn, "Microsoft Sentinel security alert schema reference". */
export const securityAlert = defineTable({
  name: 'SecurityAlert',
  kind: 'state',
  row: 'One version of an alert: written when it is raised, and whenever people are told of it again; SystemAlertId is the same in all of them.',
  origin: 'https://learn.microsoft.com/azure/sentinel/security-alert-schema',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'When people were told.'],
    ['DisplayName', 'string', 'What was found, in one line.'],
    ['AlertName', 'string', 'The same as DisplayName.'],
    ['AlertSeverity', 'string', 'Informational, Low, Medium or High; critical ones are High.'],
    ['AlertType', 'string', 'Id of the rule, detector or feed that found it.'],
    ['Description', 'string', 'Why, in sentences.'],
    ['ProviderName', 'string', 'Weir.'],
    ['VendorName', 'string', 'Weir.'],
    ['ProductName', 'string', 'Weir.'],
    ['ProductComponentName', 'string', 'Name of the rule, detector or feed.'],
    ['VendorOriginalId', 'string', 'Key of the claim: the same for the same claim.'],
    ['SystemAlertId', 'string', 'Identity of the alert; SecurityIncident.AlertIds holds it.'],
    ['ResourceId', 'string', 'Not filled by Weir.'],
    ['SourceComputerId', 'string', 'Not filled by Weir.'],
    ['ConfidenceLevel', 'string', 'High from 0.5 on, otherwise Low.'],
    ['ConfidenceScore', 'real', 'How often such a finding is right, 0 to 1.', { unit: 'ratio' }],
    ['IsIncident', 'bool', 'Always false.'],
    ['StartTime', 'datetime', 'First activity.'],
    ['EndTime', 'datetime', 'Last activity.'],
    ['ProcessingEndTime', 'datetime', 'When people were told.'],
    ['RemediationSteps', 'string', 'What to do next, as a JSON array.'],
    [
      'ExtendedProperties',
      'string',
      'JSON: Query that shows the proof, Custom Details, Version, Weight, Severity, Findings, Features, Decisions, Verdict, Finder.',
    ],
    [
      'Entities',
      'string',
      "JSON array of entities with Sentinel's identifiers, and the Role of each.",
    ],
    ['Tactics', 'string', 'ATT&CK tactics with commas between.'],
    ['Techniques', 'string', 'JSON array of ATT&CK techniques.'],
    ['SubTechniques', 'string', 'JSON array of ATT&CK sub-techniques.'],
    ['Status', 'string', 'New, or Resolved once it was closed.'],
    [
      'CompromisedEntity',
      'string',
      'The first host of your own that it was done to, or that does it.',
    ],
    ['AlertLink', 'string', 'Where its incident is shown.'],
    ['ExtendedLinks', 'string', 'Not filled by Weir.'],
    ['WorkspaceSubscriptionId', 'string', 'Not filled by Weir.'],
    ['WorkspaceResourceGroup', 'string', 'Not filled by Weir.'],
    ...STANDARD_COLUMNS,
    ...RESOURCE_COLUMNS,
  ]),
});

/** Source: Azure Monitor Logs reference, SecurityIncident. */
export const securityIncident = defineTable({
  name: 'SecurityIncident',
  kind: 'state',
  row: 'One version of an incident: written whenever anything of it changes; the newest of an IncidentNumber holds.',
  origin: 'https://learn.microsoft.com/azure/azure-monitor/reference/tables/securityincident',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'When it changed.'],
    ['IncidentName', 'string', 'Identity of the incident.'],
    ['IncidentNumber', 'int', 'What people call it.'],
    ['IncidentUrl', 'string', 'Where it is shown.'],
    ['Title', 'string', 'What happened, in one line.'],
    ['Description', 'string', 'What happened, in order.'],
    ['Severity', 'string', 'Informational, Low, Medium or High; critical ones are High.'],
    ['Status', 'string', 'New, Active or Closed.'],
    [
      'Classification',
      'string',
      'Once closed: TruePositive, BenignPositive, FalsePositive or Undetermined.',
    ],
    ['ClassificationReason', 'string', "Sentinel's word for why."],
    ['ClassificationComment', 'string', 'Why, in the words of whoever closed it.'],
    ['Owner', 'dynamic', 'Whom it is assigned to: assignedTo.'],
    ['ProviderName', 'string', 'Weir.'],
    ['ProviderIncidentId', 'string', 'The number as text.'],
    ['FirstActivityTime', 'datetime', 'First activity.'],
    ['LastActivityTime', 'datetime', 'Last activity.'],
    ['FirstModifiedTime', 'datetime', 'When it was changed first.'],
    ['LastModifiedTime', 'datetime', 'When it was changed.'],
    ['CreatedTime', 'datetime', 'When it was opened.'],
    ['ClosedTime', 'datetime', 'When it was closed last.'],
    ['RelatedAnalyticRuleIds', 'dynamic', 'Ids of the rules, detectors and feeds of its alerts.'],
    ['AlertIds', 'dynamic', 'SystemAlertId of each of its alerts.'],
    ['BookmarkIds', 'dynamic', 'Its bookmarks.'],
    ['Comments', 'dynamic', 'Its notes: message, author, createdTimeUtc.'],
    ['Tasks', 'dynamic', 'Empty.'],
    ['Labels', 'dynamic', 'Its labels: labelName.'],
    [
      'AdditionalData',
      'dynamic',
      'alertsCount, bookmarksCount, commentsCount, alertProductNames, tactics, techniques, severity, mergedIncidentNumber.',
    ],
    ['ModifiedBy', 'string', 'Who changed it: an account, or Weir.'],
    ...STANDARD_COLUMNS,
    ...RESOURCE_COLUMNS,
  ]),
});

/** In the order the reference page shows them. */
export const SECURITY = [securityAlert, securityIncident] as const;
