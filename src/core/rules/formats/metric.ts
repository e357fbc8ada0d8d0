import { printDuration } from '../duration.ts';
import { Fields } from '../fields.ts';
import type { RuleProblem } from '../problem.ts';
import { LIMITS, type Rule } from '../rule.ts';
import type { RuleFormat } from './format.ts';
import { readAnalyticsRule } from './sentinel.ts';

/**
 * Rules on a series of numbers: any KQL, cut into points of equal length, compared with a threshold that is given
 * (`static`) or learned from the weeks before (`learned`, KQL's series_decompose_anomalies). Besides the fields of an
 * analytics rule:
 *
 *     kind: Metric
 *     series: Flows | where IsPrimary and FlowStatus == "Denied"
 *     value: count()
 *     by: [DestIp]
 *     every: 10m
 *     threshold: { kind: static, above: 1000, points: 3, of: 5 }
 *     threshold: { kind: learned, from: 7d, season: 1d, sensitivity: medium, direction: up, atLeast: 100 }
 *
 * The result has a row for each group over its threshold: the columns of `by`, Value, Points, FirstTime, LastTime and,
 * where it was learned, Expected and Score.
 */
export const metric: RuleFormat = {
  name: 'metric',
  accepts: (value) => /^metric$/i.test(String(value['kind'])) && value['threshold'] !== undefined,
  read(documents) {
    const problems: RuleProblem[] = [];
    const rules = documents.flatMap((document) => {
      const title = document.yaml.valueAt(['name']);
      const name = typeof title === 'string' ? title : '';
      const fields = new Fields(document, problems, name);
      const before = fields.refusals;
      const compiled = compileMetric(fields);
      if (!compiled || fields.refusals > before) return [];
      const given = { query: compiled.query, kind: 'Scheduled' };
      const yaml = {
        ...document.yaml,
        valueAt: (path: readonly PropertyKey[]) =>
          path.length === 0 ? { ...fields.value, ...given } : document.yaml.valueAt(path),
      };
      const asQuery = new Fields({ ...document, yaml }, problems, name);
      const rule = readAnalyticsRule(document, asQuery, 'metric');
      return rule ? [{ ...rule, schedule: compiled.schedule }] : [];
    });
    return { rules, problems };
  },
};

/** How many times the spread beyond the quartiles a point must lie (Tukey's fences). */
const SENSITIVITY = { low: 5, medium: 2.5, high: 1.5 } as const;
const FLAGS = { up: 'Flag == 1', down: 'Flag == -1', both: 'Flag != 0' } as const;

interface Series {
  readonly series: string;
  readonly value: string;
  readonly by: readonly string[];
  readonly every: number;
  readonly points: number;
  readonly of: number;
}

function compileMetric(fields: Fields): Pick<Rule, 'query' | 'schedule'> | undefined {
  const threshold = fields.under('threshold');
  const kind = threshold.choice('kind', ['static', 'learned']);
  if (!kind) {
    if (!threshold.has('kind')) threshold.needText('kind');
    return undefined;
  }
  const of = Math.max(1, Math.round(threshold.number('of') ?? threshold.number('points') ?? 1));
  const series: Series = {
    series: fields.needText('series', LIMITS.queryLength).trim(),
    value: fields.text('value') ?? 'count()',
    by: fields.texts('by'),
    every: fields.duration('every') ?? 300e6,
    points: Math.min(of, Math.max(1, Math.round(threshold.number('points') ?? 1))),
    of,
  };
  for (const column of series.by)
    if (!/^\w+$/.test(column))
      fields.problem(
        ['by'],
        `${column} is no column`,
        'Name columns of the series; compute others in it with extend.',
      );
  const compiled =
    kind === 'static' ? compileStatic(threshold, series) : compileLearned(threshold, series);
  if (!compiled) return undefined;
  if (compiled.period > LIMITS.longestPeriod)
    fields.problem(['threshold'], 'the rule looks back over 14 days', 'Shorten from, or every.');
  const frequency =
    fields.duration('queryFrequency') ?? Math.max(series.every, LIMITS.shortestFrequency);
  return { query: compiled.query, schedule: { kind: 'every', frequency, period: compiled.period } };
}

interface Compiled {
  readonly query: string;
  readonly period: number;
}

/** The points of the last `span`, none of them cut short. */
function points({ series, value, by, every }: Series, span: number): string {
  const end = `bin(now(), ${printDuration(every)})`;
  const groups = by.length > 0 ? ` by ${by.join(', ')}` : '';
  return `${series}
| make-series Value = ${value} default = 0 on TimeGenerated from ${end} - ${printDuration(span)} to ${end} step ${printDuration(every)}${groups}`;
}

function compileStatic(threshold: Fields, series: Series): Compiled | undefined {
  const above = threshold.number('above');
  const below = threshold.number('below');
  const tests = [
    ...(above === undefined ? [] : [`Value > ${above}`]),
    ...(below === undefined ? [] : [`Value < ${below}`]),
  ];
  if (tests.length === 0)
    return threshold.problem([], 'the threshold has no value', 'Add above or below.');
  const span = series.every * series.of;
  const most = above === undefined ? 'min(Value)' : 'max(Value)';
  const query = `${points(series, span)}
| mv-expand Time = TimeGenerated to typeof(datetime), Value to typeof(real)
| where ${tests.join(' or ')}
| summarize Points = count(), Value = ${most}, FirstTime = min(Time), LastTime = max(Time)${groupsOf(series)}
| where Points >= ${series.points}`;
  return { query, period: span + series.every };
}

function compileLearned(threshold: Fields, series: Series): Compiled | undefined {
  const from = threshold.duration('from') ?? 7 * 86_400e6;
  const sensitivity = threshold.choice('sensitivity', ['low', 'medium', 'high']) ?? 'medium';
  const direction = threshold.choice('direction', ['up', 'down', 'both']) ?? 'up';
  const season = readSeason(threshold, series.every);
  const atLeast = threshold.number('atLeast');
  const learned = Math.floor(from / series.every);
  if (learned < 4 * series.of)
    return threshold.problem(
      ['from'],
      `${learned} points are too few to learn from`,
      'Lengthen from, or shorten every.',
    );
  const tests = [FLAGS[direction], ...(atLeast === undefined ? [] : [`Value >= ${atLeast}`])];
  const end = `bin(now(), ${printDuration(series.every)})`;
  const query = `${points(series, from)}
| extend (Flags, Scores, Baseline) = series_decompose_anomalies(Value, ${SENSITIVITY[sensitivity].toFixed(1)}, ${season}, 'linefit', ${series.of})
| mv-expand Time = TimeGenerated to typeof(datetime), Value to typeof(real), Flag = Flags to typeof(int), Score = Scores to typeof(real), Expected = Baseline to typeof(real)
| where Time >= ${end} - ${printDuration(series.every * series.of)} and ${tests.join(' and ')}
| extend Distance = abs(Score)
| summarize Points = count(), FirstTime = min(Time), LastTime = max(Time), arg_max(Distance, Value, Expected, Score)${groupsOf(series)}
| where Points >= ${series.points}
| project-away Distance`;
  return { query, period: from + series.every };
}

const groupsOf = ({ by }: Series) => (by.length > 0 ? ` by ${by.join(', ')}` : '');

/** Points of one season; -1 lets the function find it, 0 is none. */
function readSeason(threshold: Fields, every: number): number {
  const word = threshold.text('season') ?? 'auto';
  if (word === 'auto') return -1;
  if (word === 'none') return 0;
  const length = threshold.duration('season');
  if (length === undefined) return -1;
  if (length % every === 0) return length / every;
  threshold.problem(
    ['season'],
    'the season is no multiple of every',
    'Write auto, none, 1d or 7d.',
  );
  return -1;
}
