import { defineColumns, defineTable } from '../column.ts';
import { STANDARD_COLUMNS } from './nta-standard.ts';

/** What is known of each public address in each interval: join on Ip and FlowIntervalStartTime. */
export const ntaIpDetails = defineTable({
  name: 'NTAIpDetails',
  kind: 'stored',
  row: 'One public address in one interval, with what is known of it.',
  origin: 'https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntaipdetails',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'Start of the interval (event time).'],
    ['SubType', 'string', 'FlowLog.'],
    ['FaSchemaVersion', 'string', 'Version of this table: 2.'],
    ['FlowIntervalStartTime', 'datetime', 'Start of the interval.'],
    ['FlowIntervalEndTime', 'datetime', 'End of the interval; not part of it.'],
    ['FlowType', 'string', 'AzurePublic, ExternalPublic or MaliciousFlow.'],
    ['Ip', 'string', 'The public address.', { unit: 'address' }],
    [
      'Location',
      'string',
      'Azure region (Global for 168.63.129.16), otherwise the country of registration.',
    ],
    [
      'PublicIpDetails',
      'string',
      'Cloud service, otherwise number and name of the autonomous system.',
    ],
    ['ThreatType', 'string', 'Kind of threat, for addresses on a list of bad addresses.'],
    ['ThreatDescription', 'string', 'What the list says of the address.'],
    ['DnsDomain', 'string', 'Domain of the threat, where the list names one.'],
    ['Url', 'string', 'URL of the threat, where the list names one.'],
    ['Port', 'int', 'Port of the threat, where the list names one.', { unit: 'port' }],
    ...STANDARD_COLUMNS,
  ]),
});
