import { didYouMean, type Micros } from '#core/base/index.ts';
import { readDuration } from '../duration.ts';
import type { Fields } from '../fields.ts';
import type { Wanted } from './sources/index.ts';

/** What the documents of a Sigma file can be. */
export type SigmaKind = 'rule' | 'correlation' | 'filter';

export function kindOf(value: Readonly<Record<string, unknown>>): SigmaKind | undefined {
  if (value['correlation'] !== undefined) return 'correlation';
  if (value['filter'] !== undefined && value['detection'] === undefined) return 'filter';
  if (value['detection'] !== undefined && value['logsource'] !== undefined) return 'rule';
  return undefined;
}

export function readLogSource(fields: Fields): Wanted {
  const source = fields.under('logsource');
  const read = (key: string) => source.text(key)?.toLowerCase() ?? '';
  return { category: read('category'), product: read('product'), service: read('service') };
}

export const printLogSource = (wanted: Wanted): string =>
  Object.entries(wanted)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key} ${value}`)
    .join(', ') || 'a log source without category, product and service';

export const CORRELATION_TYPES = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export const CONDITIONS = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '==', neq: '!=' } as const;
export type ConditionName = keyof typeof CONDITIONS;

/** The `correlation` section. */
export interface Correlation {
  readonly type: CorrelationType;
  /** Ids or names. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespan: Micros;
  /** Alias → rule → field. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bounds: readonly { readonly name: ConditionName; readonly value: number }[];
  readonly fields: readonly string[];
  readonly percentile?: number;
  readonly generate: boolean;
}

/** Undefined when something is wrong, which is told to `fields`. */
export function readCorrelation(fields: Fields): Correlation | undefined {
  const before = fields.refusals;
  const section = fields.under('correlation');
  const type = section.choice('type', CORRELATION_TYPES);
  if (!type && !section.has('type')) section.needText('type');
  const rules = section.texts('rules');
  if (rules.length === 0)
    section.problem([], 'the correlation names no rules', 'Add rules: with names or ids.');
  const timespan = readDuration(section.text('timespan') ?? '');
  if (timespan === undefined)
    section.problem(
      ['timespan'],
      'the correlation has no timespan',
      'Add timespan: such as 30s, 5m, 1h or 2d.',
    );
  const condition = section.under('condition');
  const bounds = readBounds(condition);
  const names = condition.texts('field');
  const percentile = condition.number('percentile');
  if (type && !type.startsWith('temporal') && bounds.length === 0)
    section.problem(
      [],
      `a correlation of type ${type} needs a condition`,
      'Add condition: with gte, gt, lte, lt, eq or neq.',
    );
  readRuleCondition(section, rules);
  if (type?.startsWith('value_') && names.length === 0)
    section.problem(
      ['condition'],
      `a correlation of type ${type} needs the field that it counts`,
      'Add field to the condition.',
    );
  if (!type || timespan === undefined || fields.refusals > before) return undefined;
  return {
    type,
    rules,
    groupBy: section.texts('group-by'),
    timespan,
    aliases: readAliases(section),
    bounds,
    fields: names,
    ...(percentile === undefined ? {} : { percentile }),
    generate: section.flag('generate') ?? fields.flag('generate') ?? false,
  };
}

/** A condition over rules, as later drafts have it: all of them is what temporal correlations ask for anyway. */
function readRuleCondition(section: Fields, rules: readonly string[]): void {
  const { condition } = section.value;
  if (typeof condition !== 'string') return;
  const named = new Set(condition.trim().split(/\s+and\s+/i));
  if (rules.length === named.size && rules.every((rule) => named.has(rule))) return;
  section.problem(
    ['condition'],
    `the condition ${condition} is not that all rules of the correlation match`,
    'Write their names with and between, or a number of rules with gte.',
  );
}

function readBounds(condition: Fields): Correlation['bounds'] {
  return Object.keys(condition.value).flatMap((key) => {
    if (key === 'field' || key === 'percentile') return [];
    if (!Object.hasOwn(CONDITIONS, key)) {
      const advice = didYouMean(key, Object.keys(CONDITIONS)) || 'Use gte, gt, lte, lt, eq or neq.';
      condition.problem([key], `there is no comparison ${key}`, advice);
      return [];
    }
    const value = condition.number(key);
    return value === undefined ? [] : [{ name: key as ConditionName, value }];
  });
}

function readAliases(section: Fields): Correlation['aliases'] {
  const aliases = section.under('aliases');
  return Object.fromEntries(
    Object.keys(aliases.value).map((alias) => {
      const byRule = aliases.under(alias);
      const entries = Object.keys(byRule.value).map((rule) => [rule, byRule.text(rule) ?? '']);
      return [alias, Object.fromEntries(entries)];
    }),
  );
}
