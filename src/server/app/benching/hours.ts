import type { Injected } from '#core/inject/index.ts';
import type { Claimed } from './claim.ts';

const HOUR_MS = 3_600_000;

/** An entity inside and an hour, as one word. */
type Unit = string;

export interface HourScore {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Wrongly claimed, of all that were harmless. */
  readonly falsePositiveRate: number;
}

const unit = (address: string, at: number): Unit => `${address} ${Math.floor(at / HOUR_MS)}`;

/**
 * Hours in which a host of ours acted in an attack, or was acted upon from outside, against those that alerts claim: of
 * who acts, or of who is named where that is outside, from the first to the last hour of the alert.
 */
export function scoreHours(
  claimed: readonly Claimed[],
  { truth, estate }: Pick<Injected, 'truth' | 'estate'>,
  from: number,
  to: number,
): HourScore {
  const isWithin = (at: number) => at >= from && at < to;
  const happened = new Set<Unit>();
  for (const { conversations } of truth)
    for (const { src, dest, at } of conversations)
      if (isWithin(at)) happened.add(unit(estate.nicOf(src) ? src : dest, at));
  const told = new Set<Unit>();
  for (const claim of claimed) {
    const ours = claim.actors.filter((a) => estate.nicOf(a));
    const whom = ours.length > 0 ? ours : claim.names.filter((a) => estate.nicOf(a));
    const start = Math.floor(Math.max(claim.first, from) / HOUR_MS) * HOUR_MS;
    for (let at = start; at <= Math.min(claim.last, to - 1); at += HOUR_MS)
      for (const address of whom) told.add(unit(address, at));
  }
  const truePositives = happened.intersection(told).size;
  const falsePositives = told.size - truePositives;
  const falseNegatives = happened.size - truePositives;
  const all = (estate.hosts.length * (to - from)) / HOUR_MS;
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    precision: truePositives / Math.max(1, told.size),
    recall: truePositives / Math.max(1, happened.size),
    f1: (2 * truePositives) / Math.max(1, 2 * truePositives + falsePositives + falseNegatives),
    falsePositiveRate: falsePositives / Math.max(1, all - happened.size),
  };
}
