import { type KqlType, tablesByName } from '#core/schema/index.ts';
import type { JsonObject } from './message.ts';

/** What a table of Log Analytics can be made for: a table of ours, alerts, or incidents. */
export const TEMPLATE_SUBJECTS: readonly string[] = ['alerts', 'incidents', ...tablesByName.keys()];

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Types of a stream declaration; guids and timespans arrive as text, decimals as numbers. */
const STREAM_TYPES: Readonly<Record<KqlType, string>> = {
  string: 'string',
  guid: 'string',
  timespan: 'string',
  long: 'long',
  int: 'int',
  real: 'real',
  decimal: 'real',
  bool: 'boolean',
  datetime: 'datetime',
  dynamic: 'dynamic',
};

/** Names that a custom table cannot have, beside those that begin with `_`; what we fill stands under another. */
const RESERVED: ReadonlyMap<string, string | undefined> = new Map([
  ['SourceSystem', 'Source'],
  ['TenantId', undefined],
  ['Title', undefined],
  ['Type', undefined],
  ['UniqueId', undefined],
  ['MG', undefined],
  ['id', undefined],
]);

/** Beside those of SecurityAlert: what the format `columns` adds to an alert or incident. */
const ALERT_COLUMNS: readonly Column[] = [
  { name: 'TimeGenerated', type: 'datetime' },
  { name: 'StartTime', type: 'datetime' },
  { name: 'EndTime', type: 'datetime' },
  { name: 'Version', type: 'int' },
  { name: 'ConfidenceScore', type: 'real' },
  ...[
    'Kind',
    'SystemAlertId',
    'Status',
    'AlertName',
    'DisplayName',
    'Description',
    'AlertSeverity',
    'AlertType',
    'ProviderName',
    'VendorName',
    'ProductName',
    'Tactics',
    'Techniques',
    'Entities',
    'RemediationSteps',
    'ExtendedProperties',
    'IncidentId',
    'Owner',
    'AlertLink',
  ].map((name) => ({ name, type: 'string' })),
];

/** Of rows that may be told of again. */
const REVISION_COLUMNS: readonly Column[] = [
  { name: 'RowId', type: 'string' },
  { name: 'Revision', type: 'int' },
  { name: 'IsWithdrawn', type: 'boolean' },
];

function columnsOf(subject: string): readonly Column[] {
  const table = tablesByName.get(subject);
  if (!table) return ALERT_COLUMNS;
  const own = table.columns
    .filter(({ name, isComputed }) => !name.startsWith('_') && !isComputed)
    .map(({ name, type }) => ({ name, type: STREAM_TYPES[type] }))
    .filter(({ name }) => !RESERVED.has(name) || RESERVED.get(name) !== undefined);
  return subject === 'Flows' ? own : [...own, ...REVISION_COLUMNS];
}

const tableFor = (subject: string): string =>
  `Weir${subject.slice(0, 1).toUpperCase()}${subject.slice(1)}_CL`;

/**
 * A template for Azure Resource Manager that makes the table that rows of a subject go to, and the data collection rule
 * before it; its outputs are what the output's settings ask for. What the stream does not declare, the rule drops.
 * Source: Microsoft Learn, "Structure of a data collection rule", "Add or delete tables and columns in Azure Monitor Logs".
 */
export function sentinelTemplate(subject: string): JsonObject {
  const columns = columnsOf(subject);
  const table = tableFor(subject);
  const stream = `Custom-${table}`;
  const renamed = columns.flatMap(({ name }) => {
    const to = RESERVED.get(name);
    return to === undefined ? [] : [{ name, to }];
  });
  const transform = [
    'source',
    ...renamed.map(({ name, to }) => `extend ${to} = ${name} | project-away ${name}`),
  ].join(' | ');
  const workspace =
    "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace'))]";
  const rule = "resourceId('Microsoft.Insights/dataCollectionRules', parameters('rule'))";
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: {
      workspace: {
        type: 'string',
        metadata: { description: 'Name of the Log Analytics workspace, in this resource group.' },
      },
      rule: { type: 'string', defaultValue: `weir-${subject.toLowerCase()}` },
      location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    },
    resources: [
      {
        type: 'Microsoft.OperationalInsights/workspaces/tables',
        apiVersion: '2022-10-01',
        name: `[concat(parameters('workspace'), '/${table}')]`,
        properties: {
          plan: 'Analytics',
          schema: {
            name: table,
            columns: columns.map(({ name, type }) => ({ name: RESERVED.get(name) ?? name, type })),
          },
        },
      },
      {
        type: 'Microsoft.Insights/dataCollectionRules',
        apiVersion: '2023-03-11',
        name: "[parameters('rule')]",
        location: "[parameters('location')]",
        // Only a rule of this kind has an endpoint of its own.
        kind: 'Direct',
        dependsOn: [
          `[resourceId('Microsoft.OperationalInsights/workspaces/tables', parameters('workspace'), '${table}')]`,
        ],
        properties: {
          streamDeclarations: { [stream]: { columns: columns.map((column) => ({ ...column })) } },
          destinations: { logAnalytics: [{ name: 'workspace', workspaceResourceId: workspace }] },
          dataFlows: [
            {
              streams: [stream],
              destinations: ['workspace'],
              transformKql: transform,
              outputStream: stream,
            },
          ],
        },
      },
    ],
    outputs: {
      url: {
        type: 'string',
        value: `[reference(${rule}, '2023-03-11').endpoints.logsIngestion]`,
      },
      rule: { type: 'string', value: `[reference(${rule}, '2023-03-11').immutableId]` },
      stream: { type: 'string', value: stream },
    },
  };
}
