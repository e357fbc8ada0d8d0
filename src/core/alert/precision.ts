import type { Verdict } from './alert.ts';
import { type Entity, entityKey } from './entity.ts';
import type { Finding } from './finding.ts';

/** How often a finder was right about something, as far as analysts said. */
export interface Tally {
  readonly right: number;
  readonly wrong: number;
}

/** Before any verdict two of three are taken to be right. */
const PRIOR = { right: 2, wrong: 1 };
const PRIOR_MEAN = PRIOR.right / (PRIOR.right + PRIOR.wrong);
/** Verdicts on one pair of entities before its finder's severity follows them. */
export const ENOUGH_VERDICTS = 3;
/** Verdicts on a finder before Weir proposes to do something about it, and the precision below which it does. */
export const ENOUGH_TO_PROPOSE = 10;
export const POOR_PRECISION = 0.2;

/** What a verdict adds: benign and false ones say that it was not worth a person's time; undetermined says nothing. */
export function tallyOf(verdict: Verdict): Tally {
  if (verdict === 'TruePositive') return { right: 1, wrong: 0 };
  return { right: 0, wrong: verdict === 'Undetermined' ? 0 : 1 };
}

/** Mean of the Beta distribution that verdicts make of the prior. */
export const precisionOf = ({ right, wrong }: Tally): number =>
  (right + PRIOR.right) / (right + wrong + PRIOR.right + PRIOR.wrong);

/** What a weight is multiplied by: 1 without verdicts, at most 1.5, towards 0 the more often it was wrong. */
export const trustOf = (tally: Tally): number => precisionOf(tally) / PRIOR_MEAN;

/**
 * Wilson's interval of the share that was right, 95 %; undefined without verdicts.
 * Source: E. B. Wilson, Probable inference, JASA 22 (1927).
 */
export function shareInterval({ right, wrong }: Tally): readonly [number, number] | undefined {
  const n = right + wrong;
  if (n === 0) return undefined;
  const z = 1.959964;
  const p = right / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The pair that a verdict is about: the first actor and the first target, whichever there are. */
export function pairOf({ entities }: Pick<Finding, 'entities'>): string {
  const first = (role: Entity['role']) => {
    const found = entities.find((e) => e.role === role);
    return found ? entityKey(found) : '';
  };
  return `${first('actor')} > ${first('target')}`;
}
