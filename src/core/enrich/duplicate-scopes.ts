/** A row of the answer to `printDuplicatesKql`. */
export interface Duplicates {
  /** SameInterface, OtherEnd or Transit; see RepeatedObservations. */
  readonly Reason: string;
  readonly Source: string;
  readonly PrimarySource: string;
  readonly Network: string;
  readonly Subnet: string;
  /** Rows of Flows that repeat another observer's. */
  readonly Records: number;
  /** Rows of Flows of this source and network in all. */
  readonly Total: number;
}

/** What repeats what, by place, since an instant (KQL, for example `ago(1d)`); its rows go to `duplicateSentences`. */
export function printDuplicatesKql(since: string): string {
  return `let since = ${since};
RepeatedObservations
| where TimeGenerated >= since
| summarize Records = sum(RecordCount) by Reason, Source, PrimarySource, Network, Subnet
| join kind=leftouter (
    Flows | where TimeGenerated >= since | summarize Total = count() by Source, Network, Subnet
  ) on Source, Network, Subnet
| project Reason, Source, PrimarySource, Network, Subnet, Records, Total
| order by Records desc`;
}

const TITLES: Readonly<Record<string, string>> = {
  'azure-vnet': 'VNet flow logs',
  'azure-nsg': 'NSG flow logs',
  'aws-vpc': 'VPC flow logs (AWS)',
  'gcp-vpc': 'VPC flow logs (GCP)',
};

/** Below this share of a scope's rows nothing is said. */
const WORTH_SAYING = 0.01;

const title = (source: string) => TITLES[source] ?? source;
const percent = (part: number, whole: number) =>
  `${Math.round((100 * part) / Math.max(whole, 1))} %`;

/** What duplicate logging costs, as sentences, the largest first. Nothing of it is counted twice on pages. */
export function duplicateSentences(rows: readonly Duplicates[]): readonly string[] {
  return rows
    .filter((row) => row.Records >= WORTH_SAYING * row.Total)
    .toSorted((a, b) => b.Records - a.Records)
    .map((row) => {
      const where = row.Subnet
        ? `subnet ${row.Subnet}`
        : row.Network
          ? `network ${row.Network}`
          : 'the same machines';
      const share = `${percent(row.Records, row.Total)} of the rows of ${title(row.Source)} there are second observations`;
      switch (row.Reason) {
        case 'SameInterface':
          return `${title(row.PrimarySource)} and ${title(row.Source)} both cover ${where}: ${share}. Turning one of them off loses nothing.`;
        case 'Transit':
          return `Appliances in ${where} record flows that their initiators record as well: ${share}.`;
        default:
          return `Both ends of flows in ${where} are logged: ${share}. They are kept, and counted once.`;
      }
    });
}
