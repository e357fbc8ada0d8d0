import { type AttackKind, beginOf, numberOf, numberOr } from '../attack.ts';
import { MINUTE } from '../day.ts';

const shape = (port: number, steps: number, gapMinutes: number, wide = 1) => ({
  port,
  steps,
  gapMinutes,
  wide,
});

export const movement: AttackKind = {
  name: 'movement',
  technique: 'T1021',
  says: 'From one client to the next, each from the one before, by a way that administrators use; or from one to many.',
  grid: [
    shape(3389, 3, 20),
    shape(445, 4, 15),
    shape(22, 3, 30),
    shape(5985, 3, 10),
    shape(445, 1, 6, 8),
    shape(3389, 1, 12, 6),
    shape(135, 3, 25),
    shape(445, 2, 90),
    shape(5985, 2, 45, 2),
    shape(22, 5, 50),
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const others = day.estate.of('workstation').filter((h) => h !== victim);
    const targets: string[] = [];
    let src = victim.ip;
    let at = beginOf(day, shape, 8, 12);
    for (let i = 0; i < numberOf(shape, 'steps'); i++) {
      let next = src;
      for (let n = numberOr(shape, 'wide', 1); n > 0; n--) {
        next = random.pick(others.filter((h) => h.ip !== src && !targets.includes(h.ip))).ip;
        day.say({
          at: Math.round(at),
          src,
          dest: next,
          destPort: numberOf(shape, 'port'),
          lastsMs: random.around(4 * MINUTE, 0.5),
          bytesOut: random.around(50_000, 0.5),
          bytesIn: random.around(90_000, 0.5),
        });
        targets.push(next);
        at += numberOf(shape, 'gapMinutes') * MINUTE * (0.8 + 0.4 * random.next());
      }
      src = next;
    }
    return { actor: victim.ip, targets, alsoActs: targets };
  },
};
