import { expect, test } from 'vitest';
import { contextOf, TO } from './context.fixture.ts';
import type { Row } from './finding.ts';
import { newlyServed } from './newly-served.ts';
import { unusual } from './unusual.ts';

test('neither is asked without what it reads', () => {
  const none = contextOf(undefined, 0);
  expect(unusual.kql(none)).toBeUndefined();
  expect(newlyServed.kql(none)).toBeUndefined();
  // A day after the first flow every service is new.
  expect(newlyServed.kql(contextOf('PairDays', 2))).toBeUndefined();
  expect(newlyServed.kql(contextOf('PairDays', 9))).toContain('kind=leftanti');
  expect(unusual.kql(contextOf('Anomalies', 9, { host: '10.0.0.4' }))).toContain(
    'SourceIpAddress == "10.0.0.4"',
  );
});

const anomaly = (n: number): Row => ({
  About: `10.0.0.${n}`,
  SourceIpAddress: `10.0.0.${n}`,
  Score: 1 - n / 100,
  Hours: n,
  Description: `10.0.0.${n}: 2.1 GB sent outside in one hour, which is unusual for it`,
  TimeGenerated: new Date(TO - 3_600_000).toISOString(),
  Why: 'At this hour it usually sends 3 MB.',
  Rows: 'HostHours | take 1',
});

test('the gravest anomalies are told, the others counted', () => {
  const context = contextOf('Anomalies', 9);
  expect(unusual.judge([], context)).toEqual([]);
  const [one, ...none] = unusual.judge([anomaly(1)], context);
  expect(none).toEqual([]);
  expect(one).toMatchObject({
    about: ['10.0.0.1'],
    news: '10.0.0.1: 2.1 GB sent outside in one hour, which is unusual for it',
    why: 'At this hour it usually sends 3 MB.',
    steps: [
      { text: 'See that hour', kql: 'HostHours | take 1' },
      { text: 'Only this host', filters: { host: '10.0.0.1' } },
    ],
  });
  const many = unusual.judge(
    Array.from({ length: 50 }, (_, i) => anomaly(i + 1)),
    context,
  );
  expect(many.map((c) => c.id)).toEqual(['unusual 10.0.0.1', 'unusual 10.0.0.2', 'unusual-others']);
  expect(many[2]?.news).toBe('48 other hosts and networks did something unusual');
});

test('a new service is told with its clients, the others with it', () => {
  const service = (n: number): Row => ({
    DestIp: '10.0.0.9',
    DestPort: 5900 + n,
    Clients: 3,
    Flows: 9,
    First: new Date(TO - 3_600_000).toISOString(),
  });
  const context = contextOf('PairDays', 9);
  expect(newlyServed.judge([], context)).toEqual([]);
  const [one] = newlyServed.judge([service(0)], context);
  expect(`${one?.news}${one?.rest}`).toBe('10.0.0.9 offers port 5900 for the first time.');
  expect(one?.steps).toHaveLength(1);
  const [many] = newlyServed.judge(
    Array.from({ length: 10 }, (_, i) => service(i)),
    context,
  );
  expect(many?.rest).toBe(', and 9 other services with it.');
  expect(many?.steps[1]).toMatchObject({ kql: expect.stringContaining('"10.0.0.9 5909"') });
});
