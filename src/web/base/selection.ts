import { kqlString, kqlWithin } from './kql.ts';
import { DEFAULT_RANGE, type Interval, parseRange, printRange, type Range } from './range.ts';

interface Filter {
  /** Name of the parameter in the address bar. */
  readonly key: string;
  readonly text: string;
  readonly hint: string;
  /** The column of `Flows` that offers values to choose from. */
  readonly column: string;
  /** The predicate over `Flows`, and over rollups that name their columns alike. */
  readonly kql: (value: string) => string;
  /** What a value may look like. */
  readonly pattern?: RegExp;
}

const equals = (column: string) => (value: string) => `${column} == ${kqlString(value)}`;

/** The filters that a reader can set for the whole page. */
export const FILTERS = [
  {
    key: 'scope',
    column: 'Scope',
    text: 'Scope',
    hint: 'Subscription, account or project',
    kql: equals('Scope'),
  },
  {
    key: 'network',
    column: 'Network',
    text: 'Network',
    hint: 'Virtual network or VPC',
    kql: equals('Network'),
  },
  {
    key: 'direction',
    column: 'FlowDirection',
    text: 'Direction',
    hint: 'Inbound or outbound',
    kql: equals('FlowDirection'),
  },
  {
    key: 'status',
    column: 'FlowStatus',
    text: 'Status',
    hint: 'Allowed or denied',
    kql: equals('FlowStatus'),
  },
  {
    key: 'rule',
    column: 'AclRule',
    text: 'Rule',
    hint: 'The rule that decided',
    kql: equals('AclRule'),
  },
  {
    key: 'host',
    column: 'SrcIp',
    text: 'Host',
    hint: 'An address at either end',
    kql: (ip: string) => `(SrcIp == ${kqlString(ip)} or DestIp == ${kqlString(ip)})`,
  },
  {
    key: 'port',
    column: 'DestPort',
    text: 'Port',
    hint: 'Port of the responder',
    kql: (port: string) => `DestPort == ${Number(port)}`,
    pattern: /^\d{1,5}$/,
  },
  {
    key: 'source',
    column: 'Source',
    text: 'Source',
    hint: 'The format that flows were read from',
    kql: equals('Source'),
  },
] as const satisfies readonly Filter[];
export type FilterKey = (typeof FILTERS)[number]['key'];

export type Filters = Readonly<Partial<Record<FilterKey, string>>>;

/** What the whole page looks at. It lives in the address bar. */
export interface Selection {
  readonly range: Range;
  readonly isComparing: boolean;
  readonly filters: Filters;
}

const fits = (filter: Filter, value: string): boolean =>
  filter.pattern?.test(value) ?? value.length <= 500;

export function parseSelection(search: string): Selection {
  const params = new URLSearchParams(search);
  const filters: Partial<Record<FilterKey, string>> = {};
  for (const filter of FILTERS) {
    const value = params.get(filter.key);
    if (value !== null && value !== '' && fits(filter, value)) filters[filter.key] = value;
  }
  return {
    range: parseRange(params.get('t') ?? '') ?? DEFAULT_RANGE,
    isComparing: params.get('vs') !== 'none',
    filters,
  };
}

/** The search string of a selection, beginning with `?` unless empty. Nothing else is kept. */
export function printSelection(selection: Selection): string {
  const params = new URLSearchParams();
  const range = printRange(selection.range);
  if (range !== printRange(DEFAULT_RANGE)) params.set('t', range);
  if (!selection.isComparing) params.set('vs', 'none');
  for (const { key } of FILTERS) {
    const value = selection.filters[key];
    if (value !== undefined) params.set(key, value);
  }
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text === '' ? '' : `?${text}`;
}

/** The keys of the filters that are set. */
export const filtersSet = (filters: Filters): readonly FilterKey[] =>
  FILTERS.flatMap(({ key }) => (filters[key] === undefined ? [] : [key]));

/** The interval and the filters as lines of KQL to follow a table's name. */
export function kqlWhere(
  interval: Interval,
  filters: Filters,
  timeColumn = 'TimeGenerated',
): string {
  const predicates = FILTERS.flatMap(({ key, kql }) => {
    const value = filters[key];
    return value === undefined ? [] : [kql(value)];
  });
  const lines = [
    kqlWithin(timeColumn, interval),
    ...(predicates.length > 0 ? [predicates.join(' and ')] : []),
  ];
  return lines.map((line) => `| where ${line}`).join('\n');
}
