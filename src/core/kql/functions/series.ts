import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { decompose } from '../runtime/decompose.ts';
import {
  autocorrelation,
  detectPeriod,
  filled,
  fitLine,
  outliers,
  type Series,
  seasonal,
  seriesOf,
  statsOf,
} from '../runtime/series.ts';
import { asNumber, asText, type Json, jsonText, parseJson, textOf } from '../runtime/value.ts';
import { type HostSpec, hosts } from './host.ts';

const open = (v: HostValue | undefined): (number | null)[] | null => seriesOf(parseJson(v ?? null));
/** Numbers as a JSON array, whole ones with a fraction point so that they stay reals. */
const json = (v: readonly (number | boolean | null)[]): string => jsonText([...v]);

function map(name: string, call: (x: number) => number): HostSpec {
  return {
    name: `series_${name}`,
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (a) => {
      const s = open(a);
      return s ? json(s.map((x) => (x === null ? null : call(x)))) : null;
    },
  };
}

/** Of two series, or a series and a number, point by point; the shorter one's end is missing points. */
function pairwise(name: string, call: (x: number, y: number) => number | boolean): HostSpec {
  return {
    name: `series_${name}`,
    takes: ['dynamic', 'dynamic'],
    gives: 'dynamic',
    call: (a, b) => {
      const [x, y] = [spread(a), spread(b)];
      if (!x.series && !y.series) return null;
      const length = Math.max(x.series?.length ?? 0, y.series?.length ?? 0);
      const at = (v: Spread, i: number) => (v.series ? (v.series[i] ?? null) : v.number);
      return json(
        Array.from({ length }, (_, i) => {
          const [p, q] = [at(x, i), at(y, i)];
          return p === null || q === null ? null : call(p, q);
        }),
      );
    },
  };
}

interface Spread {
  readonly series: Series | null;
  readonly number: number | null;
}

function spread(v: HostValue | undefined): Spread {
  const value = parseJson(v ?? null);
  return {
    series: seriesOf(value),
    number: typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null,
  };
}

/** A series, or a number repeated as often as the other series is long. */
function spreadOver(v: HostValue | undefined, other: HostValue | undefined): Series | null {
  const own = spread(v);
  return own.series ?? spread(other).series?.map(() => own.number) ?? null;
}

function fold(name: string, call: (s: number[]) => number): HostSpec {
  return {
    name: `series_${name}`,
    takes: ['dynamic'],
    gives: 'real',
    call: (a) => {
      const s = open(a);
      return s && !s.includes(null) ? call(s as number[]) : null;
    },
  };
}

/** The value that marks a missing point, null when it is not given. */
function isMissing(marker: HostValue | undefined): (v: number | null) => boolean {
  const wanted =
    marker === null || marker === undefined ? null : asNumber(Number(textOf(parseJson(marker))));
  return (v) => v === null || (wanted !== null && v === wanted);
}

function fill(
  name: string,
  call: (
    s: Series,
    missing: (v: number | null) => boolean,
    args: readonly HostValue[],
  ) => (number | null)[],
): HostSpec {
  return {
    name: `series_fill_${name}`,
    takes: ['dynamic', 'dynamic', 'dynamic', 'dynamic'],
    gives: 'dynamic',
    call: (a, ...rest) => {
      const s = open(a);
      return s ? json(call(s, isMissing(name === 'const' ? rest[1] : rest[0]), rest)) : null;
    },
  };
}

function fillForward(s: Series, missing: (v: number | null) => boolean): (number | null)[] {
  let last: number | null = null;
  return s.map((v) => {
    if (!missing(v)) last = v;
    return missing(v) ? (last ?? v) : v;
  });
}

function fillLinear(
  s: Series,
  missing: (v: number | null) => boolean,
  fillsEdges: boolean,
  constant: number | null,
): (number | null)[] {
  const known = s.flatMap((v, i) => (missing(v) ? [] : [i]));
  if (known.length === 0) return s.map((v) => constant ?? v);
  return s.map((v, i) => {
    if (!missing(v)) return v;
    const before = known.findLast((k) => k < i);
    const after = known.find((k) => k > i);
    if (before === undefined || after === undefined)
      return fillsEdges ? (s[(before ?? after)!] ?? null) : v;
    const [x, y] = [s[before]!, s[after]!];
    return x + ((y - x) * (i - before)) / (after - before);
  });
}

function fir(args: readonly HostValue[]): string | null {
  const [s, filter] = [open(args[0]), open(args[1])];
  if (!s || !filter) return null;
  const normalize =
    args[2] === null || args[2] === undefined
      ? !filter.some((f) => f !== null && f < 0)
      : args[2] === true;
  const isCentered = args[3] === true;
  const weights = filter.map((f) => f ?? 0);
  const total = weights.reduce((a, b) => a + b, 0);
  const scale = normalize && total !== 0 ? total : 1;
  const offset = isCentered ? Math.floor(weights.length / 2) : 0;
  return json(
    s.map((_, i) => weights.reduce((sum, w, k) => sum + (w / scale) * (s[i - k + offset] ?? 0), 0)),
  );
}

function iir(args: readonly HostValue[]): string | null {
  const [s, b, a] = [open(args[0]), open(args[1]), open(args[2])];
  if (!s || !b || !a?.[0]) return null;
  const out: number[] = [];
  s.forEach((_, i) => {
    const feed = b.reduce<number>((sum, w, k) => sum + (w ?? 0) * (s[i - k] ?? 0), 0);
    const back = a
      .slice(1)
      .reduce<number>((sum, w, k) => sum + (w ?? 0) * (out[i - k - 1] ?? 0), 0);
    out.push((feed - back) / a[0]!);
  });
  return json(out);
}

/** Points whose residual lies more than the threshold outside Tukey's fence (quantiles 10 % and 90 %). */
function anomalies(args: readonly HostValue[]): string | null {
  const s = open(args[0]);
  if (!s) return null;
  const threshold = asNumber(args[1]) ?? 1.5;
  const d = decompose(s, asNumber(args[2]) ?? -1, asText(args[3]) || 'avg', asNumber(args[4]) ?? 0);
  const isC = asText(args[5]) !== 'tukey';
  const score = outliers(d.residual, isC ? 0.1 : 0.25, isC ? 0.9 : 0.75);
  const flags = score.map((x) => (x > threshold ? 1 : x < -threshold ? -1 : 0));
  return jsonText([flags, score, d.baseline]);
}

function statsJson(s: Series): Json {
  const st = statsOf(s);
  return {
    min: st.min,
    min_idx: st.minIndex,
    max: st.max,
    max_idx: st.maxIndex,
    avg: st.avg,
    variance: st.variance,
    stdev: st.stdev,
  };
}

function periods(s: Series, min: number, max: number, count: number): Json {
  const full = filled(s);
  const scores: [number, number][] = [];
  for (let lag = Math.max(1, Math.floor(min)); lag <= Math.min(max, full.length - 1); lag++)
    scores.push([lag, autocorrelation(full, lag)]);
  const peaks = scores
    .filter(([, v], i) => v > 0 && v >= (scores[i - 1]?.[1] ?? 0) && v >= (scores[i + 1]?.[1] ?? 0))
    .sort((a, b) => b[1] - a[1])
    .slice(0, count);
  return [peaks.map(([lag]) => lag), peaks.map(([, v]) => v)];
}

export const seriesFunctions: FunctionGroup = hosts([
  map('abs', Math.abs),
  map('sin', Math.sin),
  map('cos', Math.cos),
  map('tan', Math.tan),
  map('asin', Math.asin),
  map('acos', Math.acos),
  map('atan', Math.atan),
  map('exp', Math.exp),
  map('log', Math.log),
  map('sign', Math.sign),
  map('ceiling', Math.ceil),
  map('floor', Math.floor),
  pairwise('add', (x, y) => x + y),
  pairwise('subtract', (x, y) => x - y),
  pairwise('multiply', (x, y) => x * y),
  pairwise('divide', (x, y) => x / y),
  pairwise('pow', (x, y) => x ** y),
  pairwise('equals', (x, y) => x === y),
  pairwise('not_equals', (x, y) => x !== y),
  pairwise('less', (x, y) => x < y),
  pairwise('less_equals', (x, y) => x <= y),
  pairwise('greater', (x, y) => x > y),
  pairwise('greater_equals', (x, y) => x >= y),
  fold('sum', (s) => s.reduce((a, b) => a + b, 0)),
  fold('product', (s) => s.reduce((a, b) => a * b, 1)),
  fold('magnitude', (s) => Math.sqrt(s.reduce((a, b) => a + b * b, 0))),
  {
    name: 'series_dot_product',
    takes: ['dynamic', 'dynamic'],
    gives: 'real',
    call: (a, b) => {
      const [x, y] = [spreadOver(a, b), spreadOver(b, a)];
      return x && y ? x.reduce<number>((s, v, i) => s + (v ?? 0) * (y[i] ?? 0), 0) : null;
    },
  },
  {
    name: 'series_cosine_similarity',
    takes: ['dynamic', 'dynamic'],
    gives: 'real',
    call: (a, b) => {
      const [x, y] = [open(a), open(b)];
      if (!x || !y) return null;
      const dot = x.reduce<number>((s, v, i) => s + (v ?? 0) * (y[i] ?? 0), 0);
      const m = (v: Series) => Math.sqrt(v.reduce<number>((s, n) => s + (n ?? 0) ** 2, 0));
      return dot / (m(x) * m(y));
    },
  },
  {
    name: 'series_pearson_correlation',
    takes: ['dynamic', 'dynamic'],
    gives: 'real',
    call: (a, b) => {
      const [x, y] = [open(a), open(b)];
      if (!x || !y) return null;
      const [sx, sy] = [statsOf(x), statsOf(y)];
      const cov =
        x.reduce<number>((s, v, i) => s + ((v ?? 0) - sx.avg) * ((y[i] ?? 0) - sy.avg), 0) /
        (x.length - 1);
      return cov / (sx.stdev * sy.stdev);
    },
  },
  fill('forward', (s, missing) => fillForward(s, missing)),
  fill('backward', (s, missing) => fillForward(s.toReversed(), missing).reverse()),
  fill('const', (s, missing, [constant]) =>
    s.map((v) => (missing(v) ? Number(textOf(parseJson(constant ?? null))) : v)),
  ),
  fill('linear', (s, missing, [, edges, constant]) =>
    fillLinear(
      s,
      missing,
      parseJson(edges ?? null) !== false,
      constant === null || constant === undefined ? null : Number(textOf(parseJson(constant))),
    ),
  ),
  {
    name: 'series_fir',
    takes: ['dynamic', 'dynamic', 'bool', 'bool'],
    gives: 'dynamic',
    call: (...args) => fir(args),
  },
  {
    name: 'series_iir',
    takes: ['dynamic', 'dynamic', 'dynamic'],
    gives: 'dynamic',
    call: (...args) => iir(args),
  },
  {
    name: 'series_stats',
    takes: ['dynamic', 'bool'],
    gives: 'dynamic',
    call: (a) => {
      const s = open(a);
      if (!s) return null;
      const st = statsOf(s);
      return jsonText([st.min, st.minIndex, st.max, st.maxIndex, st.avg, st.stdev, st.variance]);
    },
  },
  {
    name: 'series_stats_dynamic',
    takes: ['dynamic', 'bool'],
    gives: 'dynamic',
    call: (a) => {
      const s = open(a);
      return s ? jsonText(statsJson(s)) : null;
    },
  },
  {
    name: 'series_fit_line',
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (a) => {
      const s = open(a);
      if (!s) return null;
      const f = fitLine(s);
      return jsonText([f.rsquare, f.slope, f.variance, f.rvariance, f.intercept, [...f.fit]]);
    },
  },
  {
    name: 'series_fit_line_dynamic',
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (a) => {
      const s = open(a);
      if (!s) return null;
      const f = fitLine(s);
      return jsonText({
        rsquare: f.rsquare,
        slope: f.slope,
        variance: f.variance,
        rvariance: f.rvariance,
        interception: f.intercept,
        line_fit: [...f.fit],
      });
    },
  },
  {
    name: 'series_outliers',
    takes: ['dynamic', 'string', 'dynamic', 'real', 'real'],
    gives: 'dynamic',
    call: (a, kind, _ignore, low, high) => {
      const s = open(a);
      const isTukey = asText(kind) === 'tukey';
      return s
        ? json(
            outliers(
              s,
              asNumber(low) === null ? (isTukey ? 0.25 : 0.1) : asNumber(low)! / 100,
              asNumber(high) === null ? (isTukey ? 0.75 : 0.9) : asNumber(high)! / 100,
            ),
          )
        : null;
    },
  },
  {
    name: 'series_decompose',
    takes: ['dynamic', 'long', 'string', 'long'],
    gives: 'dynamic',
    call: (a, season, trend, tail) => {
      const s = open(a);
      if (!s) return null;
      const d = decompose(s, asNumber(season) ?? -1, asText(trend) || 'avg', asNumber(tail) ?? 0);
      return jsonText([d.baseline, d.seasonal, d.trend, d.residual]);
    },
  },
  {
    name: 'series_decompose_anomalies',
    takes: ['dynamic', 'real', 'long', 'string', 'long', 'string'],
    gives: 'dynamic',
    call: (...args) => anomalies(args),
  },
  {
    name: 'series_seasonal',
    takes: ['dynamic', 'long'],
    gives: 'dynamic',
    call: (a, p) => {
      const s = open(a);
      if (!s) return null;
      const full = filled(s);
      return json(seasonal(full, asNumber(p) ?? detectPeriod(full)));
    },
  },
  {
    name: 'series_periods_detect',
    takes: ['dynamic', 'real', 'real', 'long'],
    gives: 'dynamic',
    call: (a, min, max, n) => {
      const s = open(a);
      return s
        ? jsonText(periods(s, asNumber(min) ?? 0, asNumber(max) ?? s.length / 2, asNumber(n) ?? 1))
        : null;
    },
  },
  {
    name: 'series_periods_validate',
    takes: ['dynamic'],
    rest: 'real',
    gives: 'dynamic',
    call: (a, ...lags) => {
      const s = open(a);
      return s
        ? jsonText([
            lags.map((l) => asNumber(l)),
            lags.map((l) => autocorrelation(filled(s), Math.round(asNumber(l) ?? 0))),
          ])
        : null;
    },
  },
  {
    name: 'series_as_series',
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (a) => {
      const s = open(a);
      return s ? json(s) : null;
    },
  },
]);
