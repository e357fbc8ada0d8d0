import { sentinelSeverity } from '#core/alert/index.ts';
import { defineFormat } from '../format.ts';
import { type AlertMessage, isoOf, type JsonObject, revisionFields } from '../message.ts';

/** In the columns of Sentinel's SecurityAlert, as far as it has them. */
function alertRow(alert: AlertMessage): JsonObject {
  return {
    TimeGenerated: isoOf(alert.updated),
    Kind: alert.kind,
    SystemAlertId: alert.id,
    Version: alert.version,
    Status: { new: 'New', active: 'InProgress', closed: 'Resolved' }[alert.status],
    AlertName: alert.title,
    DisplayName: alert.title,
    Description: alert.description,
    AlertSeverity: sentinelSeverity(alert.severity),
    ConfidenceScore: alert.confidence,
    StartTime: isoOf(alert.first),
    EndTime: isoOf(alert.last),
    AlertType: alert.finder.id,
    ProviderName: 'Weir',
    VendorName: 'Weir',
    ProductName: 'Weir',
    Tactics: alert.tactics.join(','),
    Techniques: JSON.stringify(alert.techniques),
    Entities: JSON.stringify(
      alert.entities.map((e) => ({ Type: e.type.toLowerCase(), Role: e.role, ...e.identifiers })),
    ),
    RemediationSteps: JSON.stringify(alert.nextSteps),
    ExtendedProperties: JSON.stringify({
      Evidence: alert.evidence,
      Finder: alert.finder,
      Link: alert.link ?? '',
    }),
    IncidentId: alert.incidentId ?? '',
    Owner: alert.owner ?? '',
    AlertLink: alert.link ?? '',
  };
}

/** Names of columns must begin with a letter at most places that have columns. */
const REVISION = { id: 'RowId', revision: 'Revision', withdrawn: 'IsWithdrawn' } as const;

/** Flat rows for a table with fixed columns. */
export const columns = defineFormat({
  name: 'columns',
  meaning: 'Rows as they are; alerts in the columns of SecurityAlert. For Sentinel and Parquet.',
  kind: 'document',
  print: (message) =>
    message.kind === 'row'
      ? { ...message.values, ...revisionFields(message, REVISION) }
      : alertRow(message),
});
