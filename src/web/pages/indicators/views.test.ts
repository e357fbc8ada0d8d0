import { expect, test } from 'vitest';
import { parseShown, printShown } from './views.ts';

test('what is shown stands in the address bar and comes back', () => {
  expect(printShown({ view: 'sightings', text: '' })).toBe('');
  for (const view of ['sightings', 'feeds', 'values'] as const)
    for (const text of ['', 'a & b', '"x"'])
      expect(parseShown(printShown({ view, text }))).toEqual({ view, text });
  expect(parseShown('?view=other')).toEqual({ view: 'sightings', text: '' });
});
