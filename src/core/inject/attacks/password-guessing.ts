import { type AttackKind, beginOf, numberOf, serverOf } from '../attack.ts';
import { MINUTE } from '../day.ts';
import { failToLogIn } from './log-in.ts';

export const passwordGuessing: AttackKind = {
  name: 'password-guessing',
  technique: 'T1110.001',
  says: 'Somebody tries passwords at a service, from inside or outside, and gets in at last or does not.',
  grid: [
    ...[22, 3389, 445].flatMap((port) => [
      { port, attempts: 300, perMinute: 60, side: 'inside', succeeds: 1 },
      { port, attempts: 80, perMinute: 4, side: 'inside', succeeds: 0 },
      { port, attempts: 150, perMinute: 15, side: 'outside', succeeds: 0 },
    ]),
    { port: 5900, attempts: 120, perMinute: 10, side: 'inside', succeeds: 1 },
    { port: 1433, attempts: 200, perMinute: 20, side: 'inside', succeeds: 0 },
    { port: 22, attempts: 60, perMinute: 1, side: 'outside', succeeds: 1 },
  ],
  happen(day, shape, victim) {
    const { random, estate } = day;
    const port = numberOf(shape, 'port');
    const isOutside = shape['side'] === 'outside';
    const actor = isOutside ? estate.stranger(random) : victim.ip;
    const dest = isOutside ? estate.the('jump').ip : serverOf(day, shape).ip;
    const step = MINUTE / numberOf(shape, 'perMinute');
    let at = beginOf(day, shape, 7, 15);
    for (let i = 0; i < numberOf(shape, 'attempts'); i++) {
      at += step * (0.7 + 0.6 * random.next());
      failToLogIn(day, at, actor, dest, port);
    }
    if (numberOf(shape, 'succeeds') === 1)
      day.say({
        at: Math.round(at + 5000),
        src: actor,
        dest,
        destPort: port,
        lastsMs: 10 * MINUTE,
        bytesOut: random.around(60_000, 0.3),
        bytesIn: random.around(250_000, 0.3),
      });
    return { actor, targets: [dest], ...(isOutside ? { victims: [dest] } : {}) };
  },
};
