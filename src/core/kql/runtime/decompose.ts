import { detectPeriod, filled, fitLine, type Series, seasonal } from './series.ts';

export interface Decomposition {
  readonly baseline: number[];
  readonly seasonal: number[];
  readonly trend: number[];
  readonly residual: number[];
}

/**
 * A series as trend and season. The last `tail` points take no part in finding them; a seasonality of -1 is detected.
 */
export function decompose(
  s: Series,
  seasonality: number,
  trend: string,
  tail: number,
): Decomposition {
  const full = filled(s);
  const train = full.slice(0, full.length - tail);
  const period = seasonality === -1 ? detectPeriod(train) : Math.max(0, seasonality);
  const isLine = trend === 'linefit';
  const line = isLine ? fitLine(train) : null;
  const mean = train.reduce((a, b) => a + b, 0) / Math.max(1, train.length);
  const trendAt = full.map((_, i) =>
    line ? line.intercept + line.slope * i : trend === 'none' ? 0 : mean,
  );
  const detrended = train.map((v, i) => v - trendAt[i]!);
  const season = period > 1 ? seasonal(detrended, period) : train.map(() => 0);
  const seasonAt = full.map((_, i) => (period > 1 ? (season[i % period] ?? 0) : 0));
  const baseline = full.map((_, i) => trendAt[i]! + seasonAt[i]!);
  return {
    baseline,
    seasonal: seasonAt,
    trend: trendAt,
    residual: full.map((v, i) => v - baseline[i]!),
  };
}
