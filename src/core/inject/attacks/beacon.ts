import { type AttackKind, numberOf } from '../attack.ts';
import { DAY, SECOND } from '../day.ts';
import { attackerAddress } from '../estate.ts';

const PERIODS = [
  [60, 240],
  [300, 100],
  [900, 40],
  [1800, 26],
] as const;

/** From no jitter to half the period, on a grid and from call to call; then with calls that do not happen. */
const GRID = [0, 0.1, 0.2, 0.5].flatMap((jitter) =>
  PERIODS.flatMap(([period, events]) =>
    ['grid', 'relative'].map((model) => ({ period, events, jitter, model, drops: 0 })),
  ),
);

export const beacon: AttackKind = {
  name: 'beacon',
  technique: 'T1071',
  says: 'A client calls an address of the attacker at even intervals, more or less.',
  grid: [...GRID, { period: 300, events: 120, jitter: 0.1, model: 'grid', drops: 0.2 }],
  happen(day, shape, victim) {
    const { random } = day;
    const [period, events, jitter] = ['period', 'events', 'jitter'].map((n) =>
      numberOf(shape, n),
    ) as [number, number, number];
    const drops = numberOf(shape, 'drops');
    const dest = attackerAddress(random);
    const destPort = random.pick([443, 443, 80, 8443, 4443]);
    const from = day.start + random.next() * Math.max(0, DAY - events * period * SECOND * 1.1);
    const times: number[] = [];
    let last = from;
    for (let i = 0; i < events; i++) {
      const turn = jitter * (2 * random.next() - 1);
      last =
        shape['model'] === 'relative'
          ? last + period * SECOND * (1 + turn)
          : from + (i + turn) * period * SECOND;
      if (random.next() >= drops && last >= day.start && last < day.start + DAY)
        times.push(Math.round(last));
      if (shape['model'] !== 'relative') last = from;
    }
    for (const at of times)
      day.say({
        at,
        src: victim.ip,
        dest,
        destPort,
        lastsMs: random.around(700, 0.5),
        bytesOut: random.around(500, jitter),
        bytesIn: random.around(900, jitter),
      });
    return {
      actor: victim.ip,
      targets: [dest],
      events: times.length,
      first: Math.min(...times),
      last: Math.max(...times),
    };
  },
};
