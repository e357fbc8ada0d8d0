import type { Alert, Specificity } from '#core/alert/index.ts';
import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import type { AlertStore } from './alert-store.ts';

export interface SpecificityDeps {
  readonly alerts: Pick<AlertStore, 'touching'>;
  /** What the entity of a key is, where so many have to do with it that sharing it means nothing. */
  readonly hubOf: (entityKey: string) => string | undefined;
  readonly clock: () => Micros;
}

/** Alerts of the last so many days say how specific an entity is. */
const SPECIFIC_SINCE: Micros = 30 * MICROS_PER_DAY;

/** Alerts that touch an entity. */
interface Touching {
  readonly byIncident: ReadonlyMap<number | undefined, number>;
  readonly total: number;
}

/**
 * How specific entities are to two alerts that share them: what else of the last 30 days touches them, outside of the
 * two and their incidents, or, `isApart`, outside of the two alone. Looked up once an entity, however many alerts are compared.
 */
export function createSpecificity({ alerts, hubOf, clock }: SpecificityDeps) {
  const known = new Map<string, Touching>();
  const touchingOf = (key: string): Touching => {
    const byIncident = alerts.touching(key, clock() - SPECIFIC_SINCE);
    const found = { byIncident, total: [...byIncident.values()].reduce((sum, n) => sum + n, 0) };
    known.set(key, found);
    return found;
  };
  return (a: Alert, b: Alert, key: string, isApart = false): Specificity => {
    const hub = hubOf(key);
    if (hub !== undefined) return { others: 0, hub };
    const { byIncident, total } = known.get(key) ?? touchingOf(key);
    if (isApart) return { others: Math.max(0, total - 2), hub: undefined };
    const own = new Set([a.incident, b.incident].flatMap((n) => n ?? []));
    const together = [...own].reduce((sum, n) => sum + (byIncident.get(n) ?? 0), 0);
    const strays = [a, b].filter((alert) => alert.incident === undefined).length;
    return { others: Math.max(0, total - together - strays), hub: undefined };
  };
}
