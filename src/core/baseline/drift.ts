import type { Micros } from '#core/base/index.ts';
import { LEARNING, type Point } from './expect.ts';
import { robust } from './robust.ts';

/*
 * Changes that no single value shows.
 *
 * Sources: E. S. Page, "Continuous inspection schemes" (1954) for the cumulative sum; A. Bifet and R. Gavaldà, "Learning
 * from time-changing data with adaptive windowing" (2007) for the bound; J. Lin, "Divergence measures based on the
 * Shannon entropy" (1991).
 */

/** Where a cumulative sum left what is usual. */
export interface Cumulated {
  /** The point at which it was certain. */
  readonly at: number;
  /** The point at which it began to rise. */
  readonly since: number;
  /** In spreads. */
  readonly sum: number;
}

/**
 * The upper cumulative sum of log(1 + value) over its usual; a rise of a fraction of the spread that lasts is found. `slack` is
 * what is let pass at each step, `limit` how much must come together, both in spreads.
 */
export function cumulate(
  points: readonly Point[],
  {
    floor,
    slack = 0.5,
    limit = 8,
    learn,
  }: { floor: number; slack?: number; limit?: number; learn: number },
): Cumulated | undefined {
  if (points.length <= learn) return undefined;
  const values = points.map((p) => Math.log1p(p.value));
  const { median, spread } = robust(values.slice(0, learn));
  const sigma = Math.max(spread, floor);
  let sum = 0;
  let since = learn;
  for (let i = learn; i < values.length; i++) {
    const next = Math.max(0, sum + (values[i]! - median) / sigma - slack);
    if (sum === 0 && next > 0) since = i;
    sum = next;
    if (sum > limit) return { at: points[i]!.at, since: points[since]!.at, sum };
  }
  return undefined;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Since when a series has the level it has now: the latest cut after which its mean differs from the mean before by more than chance
 * explains (ADWIN's bound with its variance). Undefined without such a cut. Values must be of one scale.
 */
export function driftStart(points: readonly Point[], delta = 0.002): number | undefined {
  const values = points.map((p) => p.value);
  const n = values.length;
  if (n < 10) return undefined;
  const all = mean(values);
  const total = all * n;
  const variance = mean(values.map((v) => (v - all) ** 2));
  const range = Math.max(...values) - Math.min(...values) || 1;
  const log = Math.log((2 * n) / delta);
  let best: { readonly cut: number; readonly excess: number } | undefined;
  let before = 0;
  for (let cut = 1; cut <= n - 5; cut++) {
    before += values[cut - 1]!;
    if (cut < 5) continue;
    const harmonic = 1 / (1 / cut + 1 / (n - cut));
    const bound = Math.sqrt((2 / harmonic) * variance * log) + (2 / (3 * harmonic)) * range * log;
    const excess = Math.abs(before / cut - (total - before) / (n - cut)) - bound;
    if (excess > 0 && (!best || excess > best.excess)) best = { cut, excess };
  }
  return best && points[best.cut]!.at;
}

/**
 * What a value at an instant may be compared with: where the series has had a new level for a week or more, that level alone.
 * `history` is ascending.
 */
export function ofOneLevel(
  history: readonly Point[],
  at: Micros,
): { readonly points: readonly Point[]; readonly since: Micros | undefined } {
  const since = driftStart(history.map((p) => ({ at: p.at, value: Math.log1p(p.value) })));
  if (since === undefined || at - since < LEARNING) return { points: history, since: undefined };
  return { points: history.filter((p) => p.at >= since), since };
}

/** How far two distributions are apart. */
export interface Divergence {
  /** Jensen-Shannon, with logarithms to base 2: 0 is the same, 1 nothing in common. */
  readonly value: number;
  /** What moved most, first: share before and now. */
  readonly moved: readonly {
    readonly name: string;
    readonly before: number;
    readonly now: number;
  }[];
}

const TOLD = 3;

/** Compares counts by name; undefined where one side has none. */
export function divergence(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): Divergence | undefined {
  const sum = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((a, b) => a + b, 0);
  const [total, totalNow] = [sum(before), sum(now)];
  if (total === 0 || totalNow === 0) return undefined;
  const part = (p: number, m: number) => (p > 0 ? p * Math.log2(p / m) : 0);
  const parts = [...new Set([...before.keys(), ...now.keys()])].map((name) => {
    const p = (before.get(name) ?? 0) / total;
    const q = (now.get(name) ?? 0) / totalNow;
    const m = (p + q) / 2;
    return { name, before: p, now: q, weight: (part(p, m) + part(q, m)) / 2 };
  });
  const moved = parts
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, TOLD)
    .map(({ name, before, now }) => ({ name, before, now }));
  return {
    value: Math.min(
      1,
      parts.reduce((s, p) => s + p.weight, 0),
    ),
    moved,
  };
}
