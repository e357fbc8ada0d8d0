import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { decompose } from '../runtime/decompose.ts';
import { fitTwoLines, type Line, seriesOf } from '../runtime/series.ts';
import { asNumber, asText, type Json, jsonText, parseJson } from '../runtime/value.ts';
import { hosts } from './host.ts';

/** Series functions that are seldom used. Source: Microsoft's reference pages of the same names. */

const open = (v: HostValue | undefined) => seriesOf(parseJson(v ?? null));

function sideJson(line: Line): { [key: string]: Json } {
  const { rsquare, slope, intercept, variance, rvariance, fit } = line;
  return { rsquare, slope, variance, rvariance, interception: intercept, line_fit: [...fit] };
}

export const moreSeriesFunctions: FunctionGroup = hosts([
  {
    name: 'series_fit_2lines',
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (a) => {
      const two = fitTwoLines(open(a) ?? []);
      if (!two) return null;
      const { whole, split, left, right } = two;
      const side = (l: Line) => [l.rsquare, l.slope, l.intercept, l.variance, l.rvariance];
      return jsonText([
        whole.rsquare,
        split,
        whole.variance,
        whole.rvariance,
        [...whole.fit],
        ...side(right),
        ...side(left),
      ]);
    },
  },
  {
    name: 'series_fit_2lines_dynamic',
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (a) => {
      const two = fitTwoLines(open(a) ?? []);
      if (!two) return null;
      const { whole, split, left, right } = two;
      return jsonText({
        rsquare: whole.rsquare,
        split_idx: split,
        variance: whole.variance,
        rvariance: whole.rvariance,
        line_fit: [...whole.fit],
        right: sideJson(right),
        left: sideJson(left),
      });
    },
  },
  {
    name: 'series_decompose_forecast',
    takes: ['dynamic', 'long', 'long', 'string', 'real'],
    gives: 'dynamic',
    call: (a, points, season, trend) => {
      const s = open(a);
      if (!s) return null;
      const tail = Math.max(0, Math.min(s.length, asNumber(points) ?? 0));
      const d = decompose(s, asNumber(season) ?? -1, asText(trend) || 'linefit', tail);
      return jsonText([d.baseline, d.seasonal, d.trend, d.residual]);
    },
  },
]);
