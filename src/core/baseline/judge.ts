import { type Expectation, expectAt, type Point } from './expect.ts';

/** What a series counts, and when a difference matters. */
export interface Metric {
  /** In a sentence: `bytes sent outside`. */
  readonly label: string;
  /** Smallest spread of log(1 + value) that is believed: 0.35 lets a value vary by about 40 %. */
  readonly floor: number;
  /** Values below this are never unusual. */
  readonly least: number;
  readonly print: (value: number) => string;
  /** True where less than usual is told as well. */
  readonly tellsLess?: boolean;
}

export interface Judgement {
  /** Robust distances from the usual; negative below it. */
  readonly z: number;
  /** 0 to 1: 0.5 at six distances, nearly 1 at twelve. */
  readonly score: number;
  readonly confidence: number;
  readonly reasons: readonly string[];
}

const HALF = 6;

/** 0 to 1. */
const scoreOf = (z: number): number => 1 - 1 / (1 + (Math.abs(z) / HALF) ** 4);

const times = (value: number, usual: number): string => {
  const ratio = value / usual;
  return ratio >= 10
    ? `${Math.round(ratio).toLocaleString('en-US')} times`
    : `${ratio.toFixed(1)} times`;
};

/** How unusual a value is. Undefined where it is not worth a word. */
export function judge(value: number, expected: Expectation, metric: Metric): Judgement | undefined {
  const spread = Math.max(expected.spread, metric.floor);
  const z = (Math.log1p(value) - expected.median) / spread;
  const isLess = z < 0;
  if (isLess ? !metric.tellsLess || expected.usual < metric.least : value < metric.least)
    return undefined;
  const { print, label } = metric;
  const usual = expected.usual;
  const compared =
    usual >= 1
      ? `${print(value)} ${label}; usual at this time is ${print(usual)}${isLess ? '' : ` (${times(value, usual)} as much)`}`
      : `${print(value)} ${label}; usual at this time is none`;
  return {
    z,
    score: scoreOf(z),
    confidence: expected.confidence,
    reasons: [
      compared,
      `${Math.abs(z).toFixed(1)} robust deviations ${isLess ? 'below' : 'above'} the median of ${expected.samples} values of the ${expected.season}`,
      ...(expected.confidence < 0.5 ? ['less than a week is known: this may well be usual'] : []),
    ],
  };
}

/** A point of a series that is unusual. */
export interface Unusual extends Judgement {
  readonly point: Point;
  readonly expected: Expectation;
}

/** Judges each point from an instant on by what came before it. `points` have one value a step. */
export function judgeSeries(
  points: readonly Point[],
  metric: Metric,
  { from, leastScore = 0.5 }: { readonly from: number; readonly leastScore?: number },
): readonly Unusual[] {
  return points
    .filter((p) => p.at >= from)
    .flatMap((point): Unusual[] => {
      const expected = expectAt(points, point.at);
      const judged = expected && judge(point.value, expected, metric);
      return judged && judged.score >= leastScore ? [{ ...judged, point, expected }] : [];
    });
}
