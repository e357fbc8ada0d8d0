import { expect, it } from 'vitest';
import { createResultCache } from './cache.ts';

it('drops what was not used for longest, and takes no giants', () => {
  const cache = createResultCache<string>(100);
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key.toUpperCase(), 25);
  expect(cache.get('a')).toBe('A');
  cache.set('e', 'E', 20);
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => cache.get(key))).toEqual([
    'A',
    undefined,
    'C',
    'D',
    'E',
  ]);
  expect(cache.sizeBytes).toBe(95);
  cache.set('giant', 'G', 26);
  expect(cache.get('giant')).toBeUndefined();
  cache.set('a', 'small', 1);
  expect([cache.get('a'), cache.sizeBytes]).toEqual(['small', 71]);
});
