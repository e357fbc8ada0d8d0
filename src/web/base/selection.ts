import { kqlString, kqlWithin } from './kql.ts';
import { DEFAULT_RANGE, type Interval, parseRange, printRange, type Range } from './range.ts';

/** The filters a reader can set for the whole page; each is one column of `Flows`. */
export const FILTERS = [
  { key: 'scope', column: 'Scope', text: 'Scope', hint: 'Subscription, account or project' },
  { key: 'network', column: 'Network', text: 'Network', hint: 'Virtual network or VPC' },
  { key: 'direction', column: 'FlowDirection', text: 'Direction', hint: 'Inbound or outbound' },
  { key: 'status', column: 'FlowStatus', text: 'Status', hint: 'Allowed or denied' },
  { key: 'source', column: 'Source', text: 'Source', hint: 'The format that flows were read from' },
] as const;
export type FilterKey = (typeof FILTERS)[number]['key'];

export type Filters = Readonly<Partial<Record<FilterKey, string>>>;

/** What the whole page looks at. It lives in the address bar. */
export interface Selection {
  readonly range: Range;
  readonly isComparing: boolean;
  readonly filters: Filters;
}

/** A selection at an instant: what panels turn into KQL. */
export interface Scope {
  readonly interval: Interval;
  /** The period to compare with; undefined when comparing is off. */
  readonly previous: Interval | undefined;
  readonly filters: Filters;
}

export function parseSelection(search: string): Selection {
  const params = new URLSearchParams(search);
  const filters: Partial<Record<FilterKey, string>> = {};
  for (const { key } of FILTERS) {
    const value = params.get(key);
    if (value !== null && value !== '') filters[key] = value;
  }
  return {
    range: parseRange(params.get('t') ?? '') ?? DEFAULT_RANGE,
    isComparing: params.get('vs') !== 'none',
    filters,
  };
}

/** The search string of a selection, beginning with `?` unless empty; other parameters of `search` stay. */
export function printSelection(selection: Selection, search = ''): string {
  const params = new URLSearchParams(search);
  const range = printRange(selection.range);
  if (range === printRange(DEFAULT_RANGE)) params.delete('t');
  else params.set('t', range);
  if (selection.isComparing) params.delete('vs');
  else params.set('vs', 'none');
  for (const { key } of FILTERS) {
    const value = selection.filters[key];
    if (value === undefined) params.delete(key);
    else params.set(key, value);
  }
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text === '' ? '' : `?${text}`;
}

/** The filters as the predicate of a `where`; empty when there are none. `columns` are those the table has. */
export function kqlFilters(filters: Filters, columns: ReadonlySet<string>): string {
  return FILTERS.flatMap(({ key, column }) => {
    const value = filters[key];
    return value === undefined || !columns.has(column) ? [] : [`${column} == ${kqlString(value)}`];
  }).join(' and ');
}

/** The interval and the filters as lines of KQL to follow a table's name. */
export function kqlWhere(
  timeColumn: string,
  interval: Interval,
  filters: Filters,
  columns: ReadonlySet<string>,
): string {
  const more = kqlFilters(filters, columns);
  return `| where ${kqlWithin(timeColumn, interval)}${more === '' ? '' : `\n| where ${more}`}`;
}
