import type { Asset } from './asset.ts';
import type { Finding } from './finding.ts';
import { ENOUGH_VERDICTS, POOR_PRECISION, precisionOf, type Tally, trustOf } from './precision.ts';
import { type Severity, shiftSeverity } from './severity.ts';

/** What is known beside a finding itself. */
export interface Circumstances {
  /** Of the entities that are one's own, the gravest. */
  readonly asset: Asset | undefined;
  /** What analysts said of this finder about this very pair. */
  readonly verdicts: Tally;
}

export interface Weighed {
  /** 0 to 1. */
  readonly weight: number;
  readonly severity: Severity;
  /** Whatever moved either of them, in words. */
  readonly decisions: readonly string[];
}

const LEARNING_STEPS = -2;
/** Weights of assets from which a severity moves a step. */
const HEAVY_ASSET = 1.5;
const LIGHT_ASSET = 0.5;

/** What a finding counts here: its own score and confidence, times what is known of what it is about. */
export function weigh(finding: Finding, { asset, verdicts }: Circumstances): Weighed {
  const decisions: string[] = [];
  let weight = clamp(finding.score) * clamp(finding.confidence);
  let steps = 0;
  if (finding.isLearning) {
    steps += LEARNING_STEPS;
    decisions.push('Two levels milder: what is usual here is still being learned.');
  }
  if (asset && (asset.isCritical || asset.weight >= HEAVY_ASSET)) {
    steps += 1;
    decisions.push(
      `A level graver: ${asset.name} ${asset.isCritical ? 'must not fall' : `counts ${asset.weight} times`}.`,
    );
  } else if (asset && asset.weight <= LIGHT_ASSET) {
    steps -= 1;
    decisions.push(`A level milder: ${asset.name} counts ${asset.weight} times.`);
  }
  if (asset) weight *= asset.weight;
  const { right, wrong } = verdicts;
  if (right + wrong > 0) {
    weight *= trustOf(verdicts);
    decisions.push(
      `Weighs ${trustOf(verdicts).toFixed(2)} times: of ${right + wrong} verdicts on the same pair ${right} said that it was right.`,
    );
    if (right + wrong >= ENOUGH_VERDICTS && precisionOf(verdicts) < POOR_PRECISION + 0.2) {
      steps -= 1;
      decisions.push('A level milder: it was mostly wrong about this pair.');
    }
  }
  return { weight: clamp(weight), severity: shiftSeverity(finding.severity, steps), decisions };
}

const clamp = (value: number): number =>
  Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : 0;

/** A weak sign of something, kept in case that others follow. */
export interface Signal {
  readonly family: string;
  readonly weight: number;
}

/** Weight from which a finding alone is told. */
export const ALONE = 0.25;
/** Weight from which several families together are told, and how many that takes. */
export const TOGETHER = 0.5;
const FAMILIES_TOGETHER = 2;

/**
 * What signals about one entity add up to: 1 - Π (1 - w), of each family the strongest only, so that a hundred signs of
 * one kind are one sign.
 */
export function addUp(signals: readonly Signal[]): {
  readonly weight: number;
  readonly families: readonly string[];
  readonly isEnough: boolean;
} {
  const strongest = new Map<string, number>();
  for (const { family, weight } of signals)
    strongest.set(family, Math.max(weight, strongest.get(family) ?? 0));
  const weight = 1 - [...strongest.values()].reduce((rest, w) => rest * (1 - w), 1);
  const families = [...strongest.keys()].sort();
  return { weight, families, isEnough: families.length >= FAMILIES_TOGETHER && weight >= TOGETHER };
}

/** True when so much more was seen than was told that people should hear again: tenfold. */
export const hasGrown = (magnitude: number, told: number): boolean =>
  magnitude >= 10 * Math.max(told, 1);
