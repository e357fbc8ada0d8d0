import { type AttackKind, numberOf } from '../attack.ts';
import { HOUR, MINUTE } from '../day.ts';

export const movement: AttackKind = {
  name: 'movement',
  technique: 'T1021',
  says: 'From one client to the next, each from the one before, by a way that administrators use.',
  grid: [
    { port: 3389, steps: 3, gapMinutes: 20 },
    { port: 445, steps: 2, gapMinutes: 90 },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const others = day.estate.of('workstation').filter((h) => h !== victim);
    const targets: string[] = [];
    let src = victim.ip;
    let at = day.start + (9 + 2 * random.next()) * HOUR;
    const from = at;
    for (let i = 0; i < numberOf(shape, 'steps'); i++) {
      const dest = random.pick(others.filter((h) => h.ip !== src && !targets.includes(h.ip))).ip;
      day.say({
        at: Math.round(at),
        src,
        dest,
        destPort: numberOf(shape, 'port'),
        lastsMs: 5 * MINUTE,
        bytesOut: random.around(50_000, 0.5),
        bytesIn: random.around(90_000, 0.5),
      });
      targets.push(dest);
      src = dest;
      at += numberOf(shape, 'gapMinutes') * MINUTE * (0.8 + 0.4 * random.next());
    }
    return {
      actor: victim.ip,
      targets,
      events: targets.length,
      first: Math.round(from),
      last: Math.round(at),
    };
  },
};
