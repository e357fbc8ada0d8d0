import { type AttackKind, numberOf, numberOr, pastOf, type Shape } from '../attack.ts';
import { DAY, type Day, HOUR, SECOND } from '../day.ts';

const PERIODS = [
  [60, 240],
  [300, 100],
  [900, 40],
  [1800, 26],
] as const;

/** On a clock of its own, off by up to a share of the period: what most implants do. */
const GRID = [0, 0.1, 0.2, 0.5].flatMap((jitter) =>
  PERIODS.map(([period, events]) => ({ period, events, jitter, model: 'grid' })),
);
/** From the end of one sleep to the next, so that errors add up. */
const SLEEPS = [0.1, 0.2, 0.5].flatMap((jitter) =>
  PERIODS.slice(0, 3).map(([period, events]) => ({ period, events, jitter, model: 'sleep' })),
);
const GAUSSIAN = [0.1, 0.2, 0.5].map((jitter) => ({
  period: 600,
  events: 60,
  jitter,
  model: 'gaussian',
}));

/** The i-th wait, as a share of the period. */
function waitOf({ random }: Day, model: string, jitter: number): number {
  switch (model) {
    case 'sleep':
      return 1 + jitter * (2 * random.next() - 1);
    case 'gaussian':
      return Math.max(
        0.05,
        1 +
          (jitter / 2) *
            Math.sqrt(-2 * Math.log(1 - random.next())) *
            Math.cos(2 * Math.PI * random.next()),
      );
    case 'random':
      return -Math.log(1 - random.next());
    default:
      return 1;
  }
}

/** The moments of calls, ms; `from` is the first. */
export function callsOf(day: Day, shape: Shape, from: number): readonly number[] {
  const { random } = day;
  const step = numberOf(shape, 'period') * SECOND;
  const jitter = numberOf(shape, 'jitter');
  const model = String(shape['model']);
  const drops = numberOr(shape, 'drops', 0);
  const every = numberOr(shape, 'sleepEvery', 0) * HOUR;
  const asleep = numberOr(shape, 'sleepHours', 0) * HOUR;
  const earliest = day.start - pastOf(day, shape) * DAY;
  const times: number[] = [];
  let clock = from;
  let pause = 0;
  for (let i = 0; i < numberOf(shape, 'events'); i++) {
    const off = model === 'grid' ? jitter * step * (2 * random.next() - 1) : 0;
    const at = clock + pause + off;
    if (random.next() >= drops && at >= earliest && at < day.start + DAY)
      times.push(Math.round(at));
    clock += step * waitOf(day, model, jitter);
    if (every > 0) pause = Math.floor((clock - from) / every) * asleep;
  }
  return times;
}

export const beacon: AttackKind = {
  name: 'beacon',
  technique: 'T1071',
  says: 'A client calls an address of the attacker at even intervals, more or less.',
  grid: [
    ...GRID,
    ...SLEEPS,
    ...GAUSSIAN,
    { period: 300, events: 120, jitter: 0.1, model: 'grid', drops: 0.2 },
    { period: 300, events: 100, jitter: 0.1, model: 'grid', sleepEvery: 3, sleepHours: 2 },
    { period: 600, events: 60, jitter: 0.2, model: 'sleep', sleepEvery: 4, sleepHours: 3 },
    { period: 7200, events: 30, jitter: 0.1, model: 'grid', days: 3 },
    { period: 3600, events: 14, jitter: 0.1, model: 'grid' },
    { period: 600, events: 60, jitter: 1, model: 'random' },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const dest = day.estate.stranger(random);
    const destPort = random.pick([443, 443, 80, 8443, 4443]);
    const jitter = Math.min(0.5, numberOf(shape, 'jitter'));
    const past = pastOf(day, shape) * DAY;
    const sleep = numberOr(shape, 'sleepHours', 0) / (numberOr(shape, 'sleepEvery', 1) || 1);
    const lasts = numberOf(shape, 'events') * numberOf(shape, 'period') * SECOND * (1.1 + sleep);
    const slack = Math.max(0, DAY + past - lasts);
    const from =
      shape['from'] === undefined
        ? day.start - past + random.next() * slack
        : day.start + numberOf(shape, 'from') * HOUR;
    for (const at of callsOf(day, shape, from))
      day.say({
        at,
        src: victim.ip,
        dest,
        destPort,
        lastsMs: random.around(700, 0.5),
        bytesOut: random.around(500, jitter),
        bytesIn: random.around(900, jitter),
      });
    return { actor: victim.ip, targets: [dest] };
  },
};
