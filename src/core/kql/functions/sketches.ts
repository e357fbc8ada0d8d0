import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { compareJson } from '../runtime/compare.ts';
import { asNumber, type Json, jsonText, numberOf, parseJson, printJson } from '../runtime/value.ts';
import { hosts } from './host.ts';

/**
 * Sketches: tdigest() and hll() keep every value here, sorted and distinct, so what is asked of them is exact. They are
 * larger than the engine's own, which is why their size is bounded.
 */
const MAX_VALUES = 1_000_000;

function valuesOf(v: HostValue | undefined): Json[] {
  const value = parseJson(v ?? null);
  return Array.isArray(value) ? value : [];
}

/** Nearest rank over sorted values. */
function atPercent(sorted: readonly Json[], percent: number): Json {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length - 1e-9) - 1)] ?? null;
}

function merged(values: readonly HostValue[]): Json[] {
  return values
    .flatMap((v) => valuesOf(v))
    .sort(compareJson)
    .slice(0, MAX_VALUES);
}

function distinct(values: readonly Json[]): Json[] {
  const seen = new Map<string, Json>();
  for (const v of values) if (v !== null) seen.set(jsonText(v), v);
  return [...seen.values()].slice(0, MAX_VALUES);
}

export const sketchFunctions: FunctionGroup = hosts([
  {
    name: 'percentile_tdigest',
    takes: ['dynamic', 'real'],
    gives: 'dynamic',
    call: (t, p) => printJson(atPercent(valuesOf(t), asNumber(p) ?? 0)),
  },
  {
    name: 'percentiles_array_tdigest',
    takes: ['dynamic'],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (t, ...ps) => {
      const points = ps.flatMap((p) => {
        const value = parseJson(p);
        return Array.isArray(value) ? value : [value];
      });
      return jsonText(points.map((p) => atPercent(valuesOf(t), numberOf(p) ?? 0)));
    },
  },
  {
    name: 'rank_tdigest',
    takes: ['dynamic', 'real'],
    gives: 'real',
    call: (t, v) => valuesOf(t).filter((x) => (numberOf(x) ?? 0) < (asNumber(v) ?? 0)).length,
  },
  {
    name: 'percentrank_tdigest',
    takes: ['dynamic', 'real'],
    gives: 'real',
    call: (t, v) => {
      const values = valuesOf(t);
      const below = values.filter((x) => (numberOf(x) ?? 0) <= (asNumber(v) ?? 0)).length;
      return values.length === 0 ? null : (100 * below) / values.length;
    },
  },
  {
    name: 'tdigest_isvalid',
    takes: ['dynamic'],
    gives: 'bool',
    call: (t) => Array.isArray(parseJson(t ?? null)),
  },
  {
    name: 'hll_isvalid',
    takes: ['dynamic'],
    gives: 'bool',
    call: (t) => Array.isArray(parseJson(t ?? null)),
  },
  {
    name: 'dcount_hll',
    takes: ['dynamic'],
    gives: 'long',
    call: (h) => valuesOf(h).length,
  },
  {
    name: 'merge_tdigest',
    takes: [],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (...args) => jsonText(merged(args)),
  },
  {
    name: 'hll_merge',
    takes: [],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (...args) => jsonText(distinct(args.flatMap((a) => valuesOf(a)))),
  },
]);
