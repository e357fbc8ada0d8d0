import type { Benched, Plan } from './bench.ts';
import {
  attacksTable,
  barsTable,
  indicatorsTable,
  missedTable,
  sourcesTable,
} from './found-tables.ts';
import type { BySource } from './sources.ts';
import { printTable, type Table } from './table.ts';
import {
  alertsTable,
  budgetTable,
  delaysTable,
  hoursTable,
  incidentsTable,
} from './told-tables.ts';
import { ablationTable, artefactsTable, costTable } from './trust-tables.ts';

/** What is told of a measurement, in the order of the page. */
const TABLES: readonly ((benched: Benched) => Table)[] = [
  barsTable,
  attacksTable,
  alertsTable,
  hoursTable,
  budgetTable,
  delaysTable,
  incidentsTable,
  indicatorsTable,
  ablationTable,
  artefactsTable,
  missedTable,
  costTable,
];

/** The page of results, in Markdown. `date` and `command` say when it was measured and how to do it again. */
export function printReport(benched: Benched, date: string, command: string): string {
  const { scenario, truth, flows, entityDays } = benched;
  const stories = new Set(truth.map((t) => t.story)).size;
  return [
    '# How well detection finds what was hidden',
    '',
    '<!-- Written by `weir bench detection`; run it again instead of editing. -->',
    '',
    `Measured on ${date} with \`${command}\`. ${scenario.hosts} hosts lived through ${scenario.days} days (seed ${scenario.seed}); on the last, ${truth.length} attacks of ${stories} intruders happened or ended, each by a host of its own unless it is a step of a campaign. ${flows.toLocaleString('en-US')} records of Azure virtual network flow logs were ingested, counted, looked at day by day and told as alerts and incidents as the product does; the first day is learned from, the other ${entityDays.toLocaleString('en-US')} days of hosts are scored. No host was declared to be anything.`,
    '',
    'An attack counts as found when an alert of medium severity or more is of its kind and its time and names who did it. An alert is wrong when no attack has anything to do with it. Intervals are Wilson’s, of 95 %. What is invented flatters: take these numbers as an upper bound, and thresholds as not tuned on them.',
    '',
    ...TABLES.map((table) => printTable(table(benched))),
  ].join('\n');
}

/** The same as data. */
export function reportData(benched: Benched) {
  return {
    bars: benched.bars,
    tables: TABLES.map((table) => table(benched)),
  };
}

/** What sources show, as a part that may follow the page. */
export function printSources(
  sources: readonly BySource[],
  { hosts, days, seed }: Plan,
  date: string,
  command: string,
): string {
  const table = sourcesTable(sources);
  const says = `Measured on ${date} with \`${command}\`: ${hosts} hosts, ${days} days, seed ${seed}. ${table.says}`;
  return printTable({ ...table, says });
}

/** The same as data. */
export const sourcesData = (sources: readonly BySource[]) => ({ tables: [sourcesTable(sources)] });
