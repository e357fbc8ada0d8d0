import { expect, test } from 'vitest';
import { contextOf, DAY, TO } from './context.fixture.ts';
import { openIncidents } from './open-incidents.ts';

const at = (ms: number) => new Date(ms).toISOString();

/** An incident whose last activity was so many days before the end of the interval, which is one day long. */
const incident = (number: number, daysAgo: number, severity = 'medium') => ({
  IncidentNumber: number,
  Title: `incident ${number}`,
  Severity: severity,
  Owner: '',
  AlertCount: 1,
  FirstActivityTime: at(TO - daysAgo * DAY - 1000),
  LastActivityTime: at(TO - daysAgo * DAY),
  Addresses: [],
});

const told = (rows: Parameters<typeof openIncidents.judge>[0]) =>
  openIncidents.judge(rows, contextOf(undefined, 0)).map(({ news, why }) => [news, why]);

test('the gravest of the interval are told by themselves, the others as a number', () => {
  const rows = [1, 2, 3, 4, 5].map((n) => incident(n, 0.5, n === 4 ? 'high' : 'medium'));
  const sentences = told(rows);
  expect(sentences).toHaveLength(4);
  expect(sentences[0]?.[0]).toBe('incident 4');
  expect(sentences[3]).toEqual(['2 more incidents are open', 'The gravest are above.']);
});

test('of incidents of other times it is not said that some are above', () => {
  const elsewhere = 'What they hold happened at another time than the one looked at.';
  expect(told([incident(1, 5), incident(2, 6)])).toEqual([['2 incidents are open', elsewhere]]);
  expect(told([incident(1, 0.5), incident(2, 6)])[1]).toEqual([
    '1 more incident is open',
    elsewhere,
  ]);
});
