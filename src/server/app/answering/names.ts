import { TABLES } from '#core/schema/index.ts';

/** Names whose values come from reduction: every table but the raw one, and the column that reduction decides. */
const REDUCED = new RegExp(
  `\\b(?:${[...TABLES.filter((t) => t.name !== 'Flows').map((t) => t.name), 'IsPrimary'].join('|')})\\b`,
);

/** True when a query may read what reduction makes; judged by the names in its text, so sometimes without need. */
export function readsReduced(text: string): boolean {
  return REDUCED.test(text);
}

/** True when a query may read a watchlist or a file elsewhere. */
export function readsBesideStore(text: string): boolean {
  return /watchlist|externaldata/i.test(text);
}
