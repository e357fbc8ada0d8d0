export { DecodePool } from './decode-pool.ts';
export { Ingester, type IngesterOptions, type IngestRequest } from './ingester.ts';
export { ingestPaths, type LoadOptions, type LoadTotals } from './load.ts';
export { type Counts, type ObjectTotals, whyUnread } from './totals.ts';
