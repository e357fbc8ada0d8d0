import { expect, test } from 'vitest';
import { NO_FILTERS, parseFilters, printFilters, statesOf } from './filters.ts';

test('filters survive the address bar, and what is usual is not in it', () => {
  const filters = { ...NO_FILTERS, state: 'closed', owner: '-', text: 'a&b = "c"' } as const;
  expect(parseFilters(printFilters(filters))).toEqual(filters);
  expect(printFilters(NO_FILTERS)).toBe('');
});

test('what is no filter is as if it were not there', () => {
  expect(parseFilters('?state=ajar&severity=severe&view=door')).toEqual(NO_FILTERS);
  expect(statesOf('open')).toBe('New,Active');
});
