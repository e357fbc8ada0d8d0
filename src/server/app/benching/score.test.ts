import { expect, it } from 'vitest';
import type { Truth } from '#core/inject/index.ts';
import { score } from './score.ts';

const truth: Truth[] = [
  {
    id: 'beacon 1',
    attack: 'beacon',
    technique: 'T1071',
    shape: { period: 60 },
    actor: '10.0.0.1',
    targets: ['203.0.113.1'],
    events: 30,
    first: 0,
    last: 1,
  },
];

const alarm = (family: string, ...names: string[]) => ({ family, names, text: names.join(' ') });

it('an attack is found by an alarm of its kind that names who acts', () => {
  expect(score('x', [alarm('beacon', '10.0.0.1')], truth, 100).missed).toEqual([]);
  expect(score('x', [alarm('scan', '10.0.0.1')], truth, 100).missed).toEqual(truth);
  expect(score('x', [alarm('beacon', '10.0.0.2')], truth, 100).missed).toEqual(truth);
});

it('alarms are right, related, or wrong, and only the wrong count against it', () => {
  const given = score(
    'x',
    [
      alarm('beacon', '10.0.0.1', '203.0.113.1'),
      alarm('exfiltration', '10.0.0.1', '203.0.113.1'),
      alarm('beacon', '10.0.0.9', '198.51.100.1'),
    ],
    truth,
    50,
  );
  expect([given.right, given.related, given.wrong]).toEqual([1, 1, ['10.0.0.9 198.51.100.1']]);
  expect(given.wrongPerThousand).toBe(20);
});
