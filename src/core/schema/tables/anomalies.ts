import { type Column, defineColumns, defineTable, type KqlType } from '../column.ts';

type Row = readonly [name: string, type: KqlType, meaning: string, more?: Partial<Column>];

const unfilled = (name: string, type: KqlType): Row => [name, type, 'Not filled by Weir.'];

/** Source: Microsoft Learn, Azure Monitor Logs reference, table Anomalies. */
export const anomalies = defineTable({
  name: 'Anomalies',
  kind: 'stored',
  row: 'Something unusual for an address or a network in one hour or day, by what it did in the weeks before.',
  origin: 'https://learn.microsoft.com/azure/azure-monitor/reference/tables/anomalies',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'Start of the hour or day that is unusual.'],
    ['Id', 'string', 'Identity of the anomaly: the same for the same claim.'],
    ['RuleId', 'string', 'What was measured: stable.'],
    ['RuleName', 'string', 'What was measured, in words.'],
    ['RuleStatus', 'string', 'Production; Flighting while less than a week is known.'],
    ['RuleConfigVersion', 'string', 'Version of the measure.'],
    ['AnomalyTemplateId', 'string', 'The same as RuleId.'],
    ['AnomalyTemplateName', 'string', 'The same as RuleName.'],
    ['AnomalyTemplateVersion', 'string', 'The same as RuleConfigVersion.'],
    ['Description', 'string', 'What is unusual, in one line.'],
    ['AnomalyReasons', 'dynamic', 'Why, as a JSON array of sentences that name their numbers.'],
    [
      'AnomalyDetails',
      'dynamic',
      'What was compared: Value, Usual, Deviations, Samples, Season, Confidence.',
    ],
    ['Score', 'real', 'How unusual, 0 to 1.', { unit: 'ratio' }],
    ['StartTime', 'datetime', 'Start of what is unusual.'],
    ['EndTime', 'datetime', 'End of what is unusual.'],
    [
      'SourceIpAddress',
      'string',
      'The address that is unusual; empty for a network.',
      { unit: 'address' },
    ],
    ['DestinationIpAddress', 'string', 'Not filled by Weir.', { unit: 'address' }],
    ['Entities', 'dynamic', "What it is about, with Sentinel's identifiers."],
    ['ExtendedProperties', 'dynamic', 'Query: KQL that prints the rows.'],
    ['Tactics', 'string', 'ATT&CK tactics with commas between.'],
    ['Techniques', 'string', 'JSON array of ATT&CK techniques.'],
    ['VendorName', 'string', 'Weir.'],
    unfilled('ActivityInsights', 'dynamic'),
    unfilled('DestinationDevice', 'string'),
    unfilled('DestinationLocation', 'dynamic'),
    unfilled('DeviceInsights', 'dynamic'),
    unfilled('ExtendedLinks', 'dynamic'),
    unfilled('SourceDevice', 'string'),
    unfilled('SourceLocation', 'dynamic'),
    unfilled('SourceSystem', 'string'),
    unfilled('TenantId', 'string'),
    unfilled('UserInsights', 'dynamic'),
    unfilled('UserName', 'string'),
    unfilled('UserPrincipalName', 'string'),
    unfilled('WorkspaceId', 'string'),
    unfilled('_BilledSize', 'real'),
    unfilled('_IsBillable', 'string'),
    ['Type', 'string', 'Anomalies.'],
  ]),
});
