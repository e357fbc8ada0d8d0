import { expect, test } from 'vitest';
import { type Change, chooseChanges } from './finding.ts';

const change = (id: string, more: Partial<Change>): Change => ({
  id,
  tone: 'bad',
  weight: 50,
  news: id,
  rest: '.',
  why: '',
  steps: [],
  ...more,
});

test('incidents come first, and guesses about the same are not said as well', () => {
  const incident = change('incident', { weight: 1000, covers: ['10.0.0.4', '192.0.2.1'] });
  const covered = change('covered', { about: ['10.0.0.4', '192.0.2.1'] });
  const half = change('half', { about: ['10.0.0.4', '192.0.2.9'] });
  const general = change('general', { weight: 60 });
  const said = chooseChanges([covered, half, general, incident]).map((c) => c.id);
  expect(said).toEqual(['incident', 'general', 'half']);
  expect(chooseChanges([covered])).toEqual([covered]);
});
