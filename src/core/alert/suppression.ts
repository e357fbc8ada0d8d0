import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import { type IpRange, parseRange } from '#core/enrich/index.ts';
import { isWithin } from './asset.ts';
import type { Finding } from './finding.ts';
import { type Severity, severityRank } from './severity.ts';

/** What is not to be told: everything that meets all the conditions named. At least one of `finders` and `entities` is. */
export interface SuppressionScope {
  /** Ids of finders. */
  readonly finders?: readonly string[] | undefined;
  /** Addresses, prefixes, ranges, or values of other entities' identifiers; one of the actors must be among them. */
  readonly actors?: readonly string[] | undefined;
  readonly targets?: readonly string[] | undefined;
  /** One of these, whatever its part. */
  readonly entities?: readonly string[] | undefined;
  /** A port that the finding names. */
  readonly ports?: readonly number[] | undefined;
  /** Only up to this. */
  readonly upTo?: Severity | undefined;
}

export interface Suppression {
  readonly id: string;
  readonly scope: SuppressionScope;
  readonly reason: string;
  readonly owner: string;
  readonly createdAt: Micros;
  readonly expiresAt: Micros;
  /** Findings that were not told because of it. */
  readonly hits: number;
  readonly lastHit: Micros | undefined;
  /** The alert it was made from. */
  readonly madeFrom: string | undefined;
}

/** How long one holds unless somebody says otherwise. */
export const USUAL_SUPPRESSION: Micros = 90 * MICROS_PER_DAY;

/** What a scope is asked about: findings and alerts alike. */
export type Suppressible = Pick<Finding, 'finder' | 'entities' | 'features' | 'severity'>;

/** True where every condition of the scope holds. A scope without conditions on finder or entities matches nothing. */
export function compileScope(scope: SuppressionScope): (found: Suppressible) => boolean {
  const { finders, actors, targets, entities, ports, upTo } = scope;
  if (!finders?.length && !actors?.length && !targets?.length && !entities?.length)
    return () => false;
  const [isActor, isTarget, isEntity] = [actors, targets, entities].map(compileValues);
  return (found) => {
    if (finders?.length && !finders.includes(found.finder.id)) return false;
    if (upTo && severityRank(found.severity) > severityRank(upTo)) return false;
    if (ports?.length && !portsOf(found).some((port) => ports.includes(port))) return false;
    const named = (test: ((value: string) => boolean) | undefined, role?: string) =>
      test === undefined ||
      found.entities.some(
        (e) => (role ? e.role === role : true) && Object.values(e.identifiers).some(test),
      );
    return named(isActor, 'actor') && named(isTarget, 'target') && named(isEntity);
  };
}

function compileValues(
  values: readonly string[] | undefined,
): ((value: string) => boolean) | undefined {
  if (!values?.length) return undefined;
  const ranges = values.flatMap((v): IpRange[] => {
    const range = parseRange(v);
    return range ? [range] : [];
  });
  const texts = new Set(values.map((v) => v.toLowerCase()));
  return (value) => texts.has(value.toLowerCase()) || isWithin(value, ranges);
}

/** Names under which findings tell a port, or several. */
const PORT_FEATURE = /^(?:dest(?:ination)?)?_?ports?$/i;

/** The ports that a finding names among its features. */
export function portsOf({ features }: Pick<Finding, 'features'>): readonly number[] {
  return Object.entries(features).flatMap(([name, value]) => {
    if (!PORT_FEATURE.test(name)) return [];
    const values = Array.isArray(value) ? value : [value];
    return values.map(Number).filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
  });
}

/** `port-scan by 10.0.0.9 on port 22`: what a scope silences, for people. */
export function tellScope(
  scope: SuppressionScope,
  nameOf: (finder: string) => string = (id) => id,
): string {
  const { finders, actors, targets, entities, ports, upTo } = scope;
  const parts = [finders?.length ? finders.map(nameOf).join(' or ') : 'Anything'];
  if (entities?.length) parts.push(`about ${entities.join(' or ')}`);
  if (actors?.length) parts.push(`by ${actors.join(' or ')}`);
  if (targets?.length) parts.push(`to ${targets.join(' or ')}`);
  if (ports?.length) parts.push(`on port ${ports.join(' or ')}`);
  if (upTo) parts.push(`up to ${upTo}`);
  return parts.join(' ');
}

/** The scopes that an alert offers, narrowest first: what it says, whoever it was done to, whoever did it. */
export function scopesFor(alert: Suppressible): readonly SuppressionScope[] {
  const value = (role: string) => {
    const entity = alert.entities.find((e) => e.role === role);
    return entity && Object.values(entity.identifiers)[0];
  };
  const finders = [alert.finder.id];
  const [actor, target] = [value('actor'), value('target')];
  const ports = portsOf(alert).slice(0, 1);
  const scopes: SuppressionScope[] = [];
  if (actor && target) {
    if (ports.length > 0) scopes.push({ finders, actors: [actor], targets: [target], ports });
    scopes.push({ finders, actors: [actor], targets: [target] });
  }
  if (actor) scopes.push({ finders, actors: [actor] });
  if (target) scopes.push({ finders, targets: [target] });
  scopes.push({ finders });
  return scopes;
}
