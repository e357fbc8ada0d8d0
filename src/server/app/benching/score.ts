import type { Truth } from '#core/inject/index.ts';
import { type Claimed, tells, touches } from './claim.ts';

export interface Counts {
  readonly happened: number;
  readonly found: number;
}

export interface Score {
  readonly name: string;
  /** By kind of attack. */
  readonly attacks: ReadonlyMap<string, Counts>;
  readonly found: ReadonlySet<Truth>;
  readonly missed: readonly Truth[];
  readonly alerts: number;
  /** Alerts that say what an attack was, that name its addresses and say something else, and that have nothing to do with one. */
  readonly right: number;
  readonly related: number;
  readonly wrong: readonly Claimed[];
  /** Wrong alerts for 1,000 entities and a day. */
  readonly wrongPerThousand: number;
}

/** Compares what was told over so many days of entities (hosts times days) with the truth. */
export function score(
  name: string,
  claimed: readonly Claimed[],
  truth: readonly Truth[],
  entityDays: number,
): Score {
  const found = new Set(truth.filter((t) => claimed.some((c) => tells(c, t))));
  const attacks = new Map(
    [...Map.groupBy(truth, (t) => t.attack)].map(([attack, of]) => [
      attack,
      { happened: of.length, found: of.filter((t) => found.has(t)).length },
    ]),
  );
  const [right, others] = part(claimed, (c) => truth.some((t) => tells(c, t)));
  const [related, wrong] = part(others, (c) => truth.some((t) => touches(c, t)));
  return {
    name,
    attacks,
    found,
    missed: truth.filter((t) => !found.has(t)),
    alerts: claimed.length,
    right: right.length,
    related: related.length,
    wrong,
    wrongPerThousand: (1000 * wrong.length) / entityDays,
  };
}

function part<T>(list: readonly T[], is: (item: T) => boolean): readonly [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of list) (is(item) ? yes : no).push(item);
  return [yes, no];
}
