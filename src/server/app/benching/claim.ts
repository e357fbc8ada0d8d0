import { type Alert, type Entity, type Finding, severityRank } from '#core/alert/index.ts';
import type { Truth } from '#core/inject/index.ts';

/** What is told, by Weir or by what is measured beside it: that somebody did something, then. */
export interface Claimed {
  /** Families of evidence; `*` stands for any. */
  readonly families: readonly string[];
  /** Addresses that act; then all that are named, as doers or as done to. */
  readonly actors: readonly string[];
  readonly names: readonly string[];
  /** ms. */
  readonly first: number;
  readonly last: number;
  /** What it counts: claims are read in this order, the heaviest first. */
  readonly weight: number;
  readonly text: string;
}

/** Families of evidence that say what an attack was. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
  beacon: ['beacon'],
  relay: ['beacon'],
  'port-scan': ['scan'],
  'host-scan': ['scan'],
  'slow-scan': ['scan'],
  'password-guessing': ['brute-force'],
  'password-spraying': ['brute-force', 'lateral'],
  flood: ['flood'],
  exposure: ['exposure'],
  movement: ['lateral'],
  exfiltration: ['exfiltration'],
  contact: ['indicator'],
};

/** Hours are the grain of what detectors read. */
const GRAIN_MS = 3_600_000;

const addressesOf = (entities: readonly Entity[]): string[] =>
  entities.flatMap(({ identifiers }) => identifiers['Address'] ?? []);

export type Tellable = Pick<Alert, 'entities' | 'first' | 'last' | 'severity' | 'title'>;

const claimOf = (told: Tellable, families: readonly string[], weight: number): Claimed => ({
  families,
  actors: addressesOf(told.entities.filter((e) => e.role === 'actor')),
  names: addressesOf(told.entities.filter((e) => e.role !== 'related')),
  first: told.first / 1000,
  last: told.last / 1000,
  weight,
  text: `${told.severity}: ${told.title}`,
});

const isGrave = ({ severity }: Tellable): boolean =>
  severityRank(severity) >= severityRank('medium');

/** Alerts that a person would see at once: of medium severity or more. */
export const claimsOf = (alerts: readonly Alert[]): readonly Claimed[] =>
  alerts.filter(isGrave).map(claimOfAlert);

export const claimOfAlert = (alert: Tellable & Pick<Alert, 'families' | 'weight'>): Claimed =>
  claimOf(alert, alert.families, alert.weight);

/** Contacts with indicators, whatever their severity. */
export const contactsOf = (findings: readonly Finding[]): readonly Claimed[] =>
  findings
    .filter((f) => f.finder.kind === 'indicator')
    .map((f) => claimOf(f, [f.finder.family], f.score * f.confidence));

export const claimsOfFindings = (findings: readonly Finding[]): readonly Claimed[] =>
  findings.filter(isGrave).map((f) => claimOf(f, [f.finder.family], f.score * f.confidence));

const isThen = (c: Claimed, t: Truth): boolean =>
  c.first < t.last + GRAIN_MS && c.last >= t.first - GRAIN_MS;

/** Addresses of which one must be named as who acts. */
const doersOf = (t: Truth): readonly string[] => [t.actor, ...(t.alsoActs ?? [])];

/**
 * A claim touches an attack when it is of its time and says that one of its doers acts, whatever it says of it; where it
 * names no doer, when it speaks of a doer or a victim. To have a target in common is not enough: many attacks are at one
 * server.
 */
export function touches(c: Claimed, t: Truth): boolean {
  if (!isThen(c, t)) return false;
  const [named, meant] =
    c.actors.length > 0 ? [c.actors, doersOf(t)] : [c.names, [...doersOf(t), ...(t.victims ?? [])]];
  return meant.some((address) => named.includes(address));
}

/** Floods and exposures are known by their victim, whoever is named beside it. */
const isOfVictim = (c: Claimed, t: Truth): boolean =>
  isThen(c, t) && t.targets.includes(t.actor) && c.names.includes(t.actor);

/** A claim tells an attack when it is of its kind and touches it. */
export const tells = (c: Claimed, t: Truth): boolean =>
  (c.families.includes('*') || c.families.some((f) => SAYS[t.attack]?.includes(f))) &&
  (touches(c, t) || isOfVictim(c, t));

/**
 * Attacks that a claim is about: those it tells with one of their targets, else those it tells, else those it touches. The
 * weaker reason counts only where there is no stronger one: one host may do several things.
 */
export function about(c: Claimed, truth: readonly Truth[]): readonly Truth[] {
  const reasons = [
    (t: Truth) => tells(c, t) && t.targets.some((target) => c.names.includes(target)),
    (t: Truth) => tells(c, t),
    (t: Truth) => touches(c, t),
  ];
  for (const reason of reasons) {
    const found = truth.filter(reason);
    if (found.length > 0) return found;
  }
  return [];
}
