import { type AttackKind, beginOf, numberOf } from '../attack.ts';
import { MINUTE } from '../day.ts';

export const exposure: AttackKind = {
  name: 'exposure',
  technique: 'T1133',
  says: 'A service that was never open outside answers strangers.',
  grid: [
    ...[3389, 22, 5432, 6379, 8123, 9200, 445, 27_017].map((port) => ({ port, visitors: 8 })),
    { port: 5985, visitors: 4 },
    { port: 2375, visitors: 3 },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    let at = beginOf(day, shape, 6, 14);
    const visitors: string[] = [];
    for (let i = 0; i < numberOf(shape, 'visitors'); i++) {
      const src = day.estate.stranger(random);
      visitors.push(src);
      day.say({
        at: Math.round(at),
        src,
        dest: victim.ip,
        destPort: numberOf(shape, 'port'),
        lastsMs: random.around(4000, 0.4),
        bytesOut: random.around(900, 0.5),
        bytesIn: random.around(2500, 0.6),
      });
      at += random.around(10 * MINUTE, 0.7);
    }
    return { actor: victim.ip, targets: [victim.ip], alsoActs: visitors, victims: [victim.ip] };
  },
};
