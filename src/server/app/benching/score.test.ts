import { expect, it } from 'vitest';
import { CONTACT, inject, type Truth } from '#core/inject/index.ts';
import { conversation } from '#core/traffic/index.ts';
import { readSome, readUntilWrong } from './budget.ts';
import { about, type Claimed } from './claim.ts';
import { scoreHours } from './hours.ts';
import { scoreJoining } from './joining.ts';
import { score } from './score.ts';
import { quantile } from './table.ts';

const HOUR = 3_600_000;

const attack = (id: string, actor: string, target: string, more: Partial<Truth> = {}): Truth => ({
  id,
  attack: 'beacon',
  technique: 'T1071',
  shape: { period: 60 },
  story: id,
  actor,
  targets: [target],
  conversations: [],
  events: 30,
  first: 10 * HOUR,
  last: 11 * HOUR,
  ...more,
});
const BEACON = attack('beacon 1', '10.0.0.1', '203.0.113.1');
const truth = [BEACON];

const claim = (family: string, names: readonly string[], more: Partial<Claimed> = {}): Claimed => ({
  families: [family],
  actors: names.slice(0, 1),
  names,
  first: 10 * HOUR,
  last: 11 * HOUR,
  weight: 0.5,
  text: names.join(' '),
  ...more,
});

it('an attack is found by an alert of its kind and time that names who acts', () => {
  const missed = (c: Claimed) => score('x', [c], truth, 100).missed;
  expect(missed(claim('beacon', ['10.0.0.1']))).toEqual([]);
  expect(missed(claim('scan', ['10.0.0.1']))).toEqual(truth);
  expect(missed(claim('beacon', ['10.0.0.2']))).toEqual(truth);
  expect(missed(claim('beacon', ['10.0.0.1'], { first: 20 * HOUR, last: 21 * HOUR }))).toEqual(
    truth,
  );
});

it('alerts are right, related, or wrong, and only the wrong count against it', () => {
  const given = score(
    'x',
    [
      claim('beacon', ['10.0.0.1', '203.0.113.1']),
      claim('exfiltration', ['10.0.0.1', '203.0.113.1']),
      claim('beacon', ['10.0.0.9', '198.51.100.1']),
    ],
    truth,
    50,
  );
  expect([given.right, given.related, given.wrong.map((c) => c.text)]).toEqual([
    1,
    1,
    ['10.0.0.9 198.51.100.1'],
  ]);
  expect(given.wrongPerThousand).toBe(20);
});

it('a budget ends before the wrong alert that exceeds it, in the order of weight', () => {
  const other = attack('beacon 2', '10.0.0.2', '203.0.113.2');
  const claimed = [
    claim('beacon', ['10.0.0.2'], { weight: 0.3 }),
    claim('beacon', ['10.0.0.8'], { weight: 0.6 }),
    claim('beacon', ['10.0.0.1'], { weight: 0.9 }),
    claim('beacon', ['10.0.0.9'], { weight: 0.2 }),
  ];
  const both = [BEACON, other];
  expect(readUntilWrong(claimed, both, 0, 1000)).toEqual({ alerts: 1, wrong: 0, found: 1 });
  expect(readUntilWrong(claimed, both, 1, 1000)).toEqual({ alerts: 3, wrong: 1, found: 2 });
  expect(readSome(claimed, both, 2)).toEqual({ alerts: 2, wrong: 1, found: 1 });
});

it('of two attacks at one server an alert is about the one whose doer it names', () => {
  const [one, two] = [
    attack('scan 1', '10.0.0.1', '10.0.0.50', { attack: 'port-scan' }),
    attack('guess 2', '10.0.0.2', '10.0.0.50', { attack: 'password-guessing' }),
  ];
  const both = [one, two];
  expect(about(claim('scan', ['10.0.0.1', '10.0.0.50']), both)).toEqual([one]);
  expect(about(claim('beacon', ['10.0.0.2', '10.0.0.50']), both)).toEqual([two]);
  expect(about(claim('flood', ['10.0.0.50'], { actors: [] }), both)).toEqual([]);
  expect(about(claim('scan', ['10.0.0.9', '10.0.0.1']), both)).toEqual([]);
});

it('a flood is known by its victim, and an alert without a doer is about whose victim it names', () => {
  const flood = attack('flood 1', '10.0.0.50', '10.0.0.50', {
    attack: 'flood',
    alsoActs: ['203.0.113.7'],
    victims: ['10.0.0.50'],
  });
  const found = (c: Claimed) => score('x', [c], [flood], 1);
  expect(found(claim('flood', ['203.0.113.9', '10.0.0.50'])).right).toBe(1);
  expect(found(claim('exposure', ['10.0.0.50'], { actors: [] })).related).toBe(1);
  expect(found(claim('scan', ['203.0.113.7'])).related).toBe(1);
  expect(found(claim('scan', ['10.0.0.9', '10.0.0.50'])).wrong).toHaveLength(1);
});

it('an incident is of the story that most of its alerts are of', () => {
  const ip = (Address: string, role: 'actor' | 'target') => ({
    type: 'IP' as const,
    role,
    identifiers: { Address },
  });
  const alert = (id: string, actor: string) => ({
    id,
    families: ['beacon'],
    entities: [ip(actor, 'actor')],
    first: 10 * HOUR * 1000,
    last: 11 * HOUR * 1000,
    severity: 'medium' as const,
    title: id,
    weight: 0.5,
  });
  const alerts = ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.9', '10.0.0.9'].map((actor, i) =>
    alert(`a${i}`, actor),
  );
  const both = [BEACON, attack('beacon 2', '10.0.0.2', '203.0.113.2')];
  const joined = scoreJoining(
    {
      alerts,
      incidents: [{ alerts: ['a0', 'a1', 'a2', 'a3'] }, { alerts: ['a4'] }],
    },
    both,
  );
  expect(joined).toEqual({
    incidents: 2,
    alerts: 5,
    own: 2,
    mixed: ['beacon 1 (2), beacon 2 (1)'],
    stray: 1,
    perStory: new Map([
      ['beacon 1', 1],
      ['beacon 2', 1],
    ]),
  });
});

it('a contact is told by indicators only', () => {
  const contact = attack('contact 1', '10.0.0.1', '203.0.113.1', { attack: CONTACT });
  expect(score('x', [claim('beacon', ['10.0.0.1'])], [contact], 1).found.size).toBe(0);
  expect(score('x', [claim('indicator', ['10.0.0.1'])], [contact], 1).found.size).toBe(1);
});

it('quantiles are values that were measured', () => {
  expect([0, 0.5, 0.9, 1].map((q) => quantile([5, 1, 3, 2, 4], q))).toEqual([1, 3, 5, 5]);
  expect(quantile([], 0.5)).toBe(0);
});

it('hours of an attack are those in which its host acted; an alert claims its own from first to last', () => {
  const say = (hour: number) =>
    conversation(
      {
        at: hour * HOUR,
        src: '10.60.0.10',
        dest: '203.0.113.1',
        destPort: 443,
        rule: 'r',
      },
      50_000,
    );
  const estate = inject({
    seed: 'a',
    hosts: 36,
    days: 1,
    start: 0,
    attacks: [],
    habits: [],
  }).estate;
  const hidden = attack('beacon 1', '10.60.0.10', '203.0.113.1', {
    conversations: [say(3), say(4), say(4.5), say(9)],
  });
  const claimed = claim('beacon', ['10.60.0.10'], { first: 3.5 * HOUR, last: 5.5 * HOUR });
  const scored = scoreHours([claimed], { estate, truth: [hidden] }, 0, 24 * HOUR);
  expect(scored).toMatchObject({ truePositives: 2, falsePositives: 1, falseNegatives: 1 });
  expect(scored.precision).toBeCloseTo(2 / 3);
  expect(scored.falsePositiveRate).toBeCloseTo(1 / (36 * 24 - 3));
});
