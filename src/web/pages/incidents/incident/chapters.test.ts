import { expect, test } from 'vitest';
import { alertOf } from './alert.fixture.ts';
import { chaptersOf, headOf, sentenceOf } from './chapters.ts';

const by = (finder: string, minute: number, from: string, to: string) => {
  const alert = alertOf(minute, from, to);
  return { ...alert, finder: { ...alert.finder, id: finder, name: `The ${finder} detector` } };
};

test('a few alerts are told one by one, in order', () => {
  const story = chaptersOf([by('x', 3, 'c', 'd'), by('x', 1, 'a', 'b'), by('y', 2, 'b', 'c')]);
  expect(story.map((c) => c.alerts.map((a) => a.title))).toEqual([['a → b'], ['b → c'], ['c → d']]);
});

test('a campaign is one part of the story, told where it began', () => {
  const calls = Array.from({ length: 9 }, (_, i) =>
    by('call', 10 + i, `10.0.0.${i}`, '203.0.113.9'),
  );
  const grave = { ...calls[4]!, severity: 'critical' as const };
  const story = chaptersOf([
    by('open', 1, 'a', 'b'),
    ...calls.map((a, i) => (i === 4 ? grave : a)),
    by('send', 12, 'c', 'd'),
  ]);
  expect(story.map((c) => c.alerts.length)).toEqual([1, 9, 1]);
  const [, campaign] = story;
  expect(campaign).toMatchObject({ severity: 'critical', last: calls[8]!.last });
  expect(headOf(campaign!)).toBe(grave);
  expect(sentenceOf(campaign!)).toBe(
    '9 alerts of The call detector: 9 (10.0.0.0, 10.0.0.1, …) → 203.0.113.9',
  );
});
