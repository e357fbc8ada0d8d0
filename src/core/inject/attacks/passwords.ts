import { type AttackKind, numberOf } from '../attack.ts';
import { HOUR, MINUTE } from '../day.ts';
import { attackerAddress } from '../estate.ts';

/** Bytes of a log-in that fails, by port: out and in. */
const TRY: Readonly<Record<number, readonly [number, number]>> = {
  22: [2000, 2500],
  3389: [1500, 1900],
  445: [1200, 1100],
  21: [600, 800],
};

export const guessing: AttackKind = {
  name: 'password-guessing',
  technique: 'T1110.001',
  says: 'Somebody tries passwords at a service, from inside or outside, and gets in at last or does not.',
  grid: [22, 3389, 445].flatMap((port) => [
    { port, attempts: 300, perMinute: 60, from: 'inside', succeeds: 1 },
    { port, attempts: 80, perMinute: 4, from: 'inside', succeeds: 0 },
    { port, attempts: 150, perMinute: 15, from: 'outside', succeeds: 0 },
  ]),
  happen(day, shape, victim) {
    const { random } = day;
    const port = numberOf(shape, 'port');
    const isOutside = shape['from'] === 'outside';
    const actor = isOutside ? attackerAddress(random) : victim.ip;
    const dest = isOutside
      ? day.estate.the('jump').ip
      : random.pick(day.estate.hosts.filter((h) => h.role !== 'workstation')).ip;
    const [bytesOut, bytesIn] = TRY[port] ?? [900, 1100];
    const attempts = numberOf(shape, 'attempts');
    const from = day.start + (8 + 4 * random.next()) * HOUR;
    const step = MINUTE / numberOf(shape, 'perMinute');
    let at = from;
    for (let i = 0; i < attempts; i++) {
      at += step * (0.7 + 0.6 * random.next());
      day.say({
        at: Math.round(at),
        src: actor,
        dest,
        destPort: port,
        lastsMs: random.around(2500, 0.2),
        bytesOut: random.around(bytesOut, 0.05),
        bytesIn: random.around(bytesIn, 0.05),
        packetsOut: 12,
        packetsIn: 11,
      });
    }
    if (numberOf(shape, 'succeeds') === 1)
      day.say({
        at: Math.round(at + 5000),
        src: actor,
        dest,
        destPort: port,
        lastsMs: 10 * MINUTE,
        bytesOut: 60_000,
        bytesIn: 250_000,
      });
    return {
      actor,
      targets: [dest],
      events: attempts,
      first: Math.round(from),
      last: Math.round(at),
    };
  },
};

export const spraying: AttackKind = {
  name: 'password-spraying',
  technique: 'T1110.003',
  says: 'A client tries a few passwords at every server.',
  grid: [
    { port: 22, each: 3, perMinute: 6 },
    { port: 445, each: 2, perMinute: 20 },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const port = numberOf(shape, 'port');
    const targets = day.estate.hosts.filter((h) => h.role !== 'workstation').map((h) => h.ip);
    const [bytesOut, bytesIn] = TRY[port] ?? [900, 1100];
    const from = day.start + (8 + 4 * random.next()) * HOUR;
    let at = from;
    for (let round = 0; round < numberOf(shape, 'each'); round++)
      for (const dest of targets) {
        at += (MINUTE / numberOf(shape, 'perMinute')) * (0.7 + 0.6 * random.next());
        day.say({
          at: Math.round(at),
          src: victim.ip,
          dest,
          destPort: port,
          lastsMs: random.around(2500, 0.2),
          bytesOut: random.around(bytesOut, 0.05),
          bytesIn: random.around(bytesIn, 0.05),
          packetsOut: 12,
          packetsIn: 11,
        });
      }
    return {
      actor: victim.ip,
      targets,
      events: targets.length * numberOf(shape, 'each'),
      first: Math.round(from),
      last: Math.round(at),
    };
  },
};
