import { AGGREGATES } from '../functions/aggregates.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { AGGREGATE_PRINTERS } from './aggregates.ts';
import { PRINTERS } from './functions/index.ts';

/** Functions and aggregates of KQL that run on DuckDB and not on ClickHouse: neither printed nor in JavaScript. */
export const LACKS: ReadonlySet<string> = new Set([
  ...[...FUNCTIONS].flatMap(([name, row]) => ('host' in row || PRINTERS.has(name) ? [] : [name])),
  ...[...AGGREGATES.keys()].filter((name) => !(name in AGGREGATE_PRINTERS)),
]);
