import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import type { Alert } from './alert.ts';
import { tacticOrder } from './attack.ts';
import { type Entity, entityKey } from './entity.ts';

/** How much an entity tells two alerts apart from all others. */
export interface Specificity {
  /** Alerts of the last 30 days that touch it, outside of the two alerts and their incidents. */
  readonly others: number;
  /** Why sharing it means nothing: it is a DNS server, or a host that half the network talks to. */
  readonly hub: string | undefined;
}

/** Why two alerts belong together, or do not. */
export interface Link {
  readonly strength: number;
  readonly isLinked: boolean;
  /** For the timeline of the incident. */
  readonly says: string;
}

/** Two alerts further apart than this do not belong together; a next stage on the same host may take longer. */
export const LINK_WINDOW: Micros = MICROS_PER_DAY;
export const STAGE_WINDOW: Micros = 7 * MICROS_PER_DAY;
const ENOUGH = 1;
const TACTIC_BONUS = 0.25;
const ORDER_BONUS = 0.5;
/**
 * An alert that is linked to two incidents makes them one if each link is as strong as the next step of an intrusion at an entity
 * that nothing else touches. Weaker links are guesses that add up along a chain, and an incident that is several hides all.
 */
export const MERGING_STRENGTH = ENOUGH + TACTIC_BONUS + ORDER_BONUS;
/** Two things done to one host of one's own are half a reason to put their doers together. */
const SAME_VICTIM = 0.5;
/** Being one of more targets than this says little of each: a scan touches everybody, whatever else happens to them. */
const FEW_TARGETS = 2;

type Linkable = Pick<Alert, 'id' | 'title' | 'entities' | 'tactics' | 'first' | 'last'>;

/**
 * Whether an alert and another, `b`, are steps of one story: Σ of the weights of the specific entities they share, times the bonus of
 * an intrusion's order, is at least 1 within 24 h (7 days for a next stage of the same host). An entity weighs
 * 1 / log2(2 + others), one of n targets of one alert 2 / n of that; a hub weighs nothing.
 */
export function linkAlerts(
  a: Linkable,
  b: Linkable,
  specificity: (entityKey: string) => Specificity,
): Link {
  const [early, late] = inOrder(a, b);
  const gap = late.first - early.last;
  const { bonus, isForward } = stageBonus(early, late);
  if (gap > (isForward ? STAGE_WINDOW : LINK_WINDOW))
    return { strength: 0, isLinked: false, says: `Not joined to “${b.title}”: too long apart.` };
  // What is said of a host itself, without a doer, belongs to whatever is done to it.
  const isStateOfHost = !early.entities.some(isActor) || !late.entities.some(isActor);
  let strength = 0;
  const shared: string[] = [];
  const hubs: string[] = [];
  for (const [key, part] of sharedEntities(early, late)) {
    const { others, hub } = specificity(key);
    if (hub !== undefined) {
      hubs.push(`${key} (${hub})`);
      continue;
    }
    strength += ((isStateOfHost ? 1 : partWeight(part)) * part.share) / Math.log2(2 + others);
    shared.push(key);
  }
  strength *= bonus;
  const isLinked = strength >= ENOUGH;
  const what = shared.length > 0 ? `both are about ${shared.join(' and ')}` : 'nothing in common';
  const order = isForward ? ', as a later step of an intrusion' : '';
  const aside = hubs.length > 0 ? `; ${hubs.join(', ')} does not count` : '';
  return {
    strength,
    isLinked,
    says: `${isLinked ? 'Joined' : 'Not joined'} to “${b.title}”: ${what}${order}${aside} (strength ${strength.toFixed(2)}, of 1 needed).`,
  };
}

/** By time; where they overlap, as the steps of an intrusion follow each other. */
function inOrder(a: Linkable, b: Linkable): readonly [early: Linkable, late: Linkable] {
  const isOverlap = a.first <= b.last && b.first <= a.last;
  const isFirst =
    isOverlap && stageOf(a) !== stageOf(b) ? stageOf(a) < stageOf(b) : a.first <= b.first;
  return isFirst ? [a, b] : [b, a];
}

const stageOf = ({ tactics }: Linkable): number => Math.max(-1, ...tactics.map(tacticOrder));

function stageBonus(early: Linkable, late: Linkable) {
  const tactics = new Set([...early.tactics, ...late.tactics]);
  const isForward = stageOf(early) >= 0 && stageOf(late) > stageOf(early);
  const bonus = 1 + TACTIC_BONUS * Math.max(0, tactics.size - 1) + (isForward ? ORDER_BONUS : 0);
  return { bonus, isForward };
}

/** An entity's part in the later of two alerts that share it. */
interface Part {
  readonly isActor: boolean;
  readonly isOutside: boolean;
  /** 1, or less where it is one of many targets of either. */
  readonly share: number;
}

/** How much each entity of an alert stands for it: actors wholly, targets the less the more there are. */
function sharesOf({ entities }: Linkable): ReadonlyMap<string, number> {
  const parts = entities.filter(hasPart);
  const targets = parts.filter((e) => !isActor(e)).length;
  const shares = new Map<string, number>();
  for (const entity of parts) {
    const key = entityKey(entity);
    const share = isActor(entity) ? 1 : Math.min(1, FEW_TARGETS / targets);
    shares.set(key, Math.max(share, shares.get(key) ?? 0));
  }
  return shares;
}

/** Entities that act or are acted upon in both. */
function sharedEntities(early: Linkable, late: Linkable): ReadonlyMap<string, Part> {
  const before = sharesOf(early);
  const after = sharesOf(late);
  const found = new Map<string, Part>();
  for (const entity of late.entities.filter(hasPart)) {
    const key = entityKey(entity);
    const acts = isActor(entity) || (found.get(key)?.isActor ?? false);
    const share = Math.min(before.get(key) ?? 0, after.get(key) ?? 0);
    if (share > 0) found.set(key, { isActor: acts, isOutside: entity.isInside === false, share });
  }
  return found;
}

const isActor = ({ role }: Entity): boolean => role === 'actor';
const hasPart = ({ role }: Entity): boolean => role !== 'related';

/**
 * The same doer, a victim that becomes a doer, and the same address outside that things were done to are one story; a doer
 * that becomes a victim, and one victim of two, are half of one.
 */
const partWeight = (part: Part): number => (part.isActor || part.isOutside ? 1 : SAME_VICTIM);

/** Whether Sentinel's grouping of a rule puts an alert to another of the same rule. */
export function isGrouped(alert: Alert, other: Alert): boolean {
  const { grouping } = alert;
  if (!grouping?.isEnabled || other.finder.id !== alert.finder.id) return false;
  if (Math.abs(alert.first - other.first) > grouping.lookback) return false;
  const keys = (of: Alert, isWanted: (e: Entity) => boolean) =>
    of.entities.filter(isWanted).map(entityKey).sort().join('\n');
  switch (grouping.matching) {
    case 'AnyAlert':
      return true;
    case 'AllEntities':
      return keys(alert, () => true) === keys(other, () => true);
    case 'Selected': {
      const isWanted = (e: Entity) => grouping.byEntities.includes(e.type);
      return (
        keys(alert, isWanted) === keys(other, isWanted) &&
        grouping.byAlertDetails.every((d) => detailOf(alert, d) === detailOf(other, d)) &&
        grouping.byCustomDetails.every(
          (d) => alert.customDetails[d]?.join('\n') === other.customDetails[d]?.join('\n'),
        )
      );
    }
  }
}

/** Sentinel's alert details that a grouping may name. */
function detailOf(alert: Alert, name: string): string {
  switch (name.toLowerCase()) {
    case 'displayname':
      return alert.title;
    case 'severity':
      return alert.severity;
    default:
      return '';
  }
}
