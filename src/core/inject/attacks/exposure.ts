import { type AttackKind, numberOf } from '../attack.ts';
import { HOUR, MINUTE } from '../day.ts';
import { attackerAddress } from '../estate.ts';

export const exposure: AttackKind = {
  name: 'exposure',
  technique: 'T1133',
  says: 'A service that was never open outside answers strangers.',
  grid: [3389, 22, 5432, 6379, 8123, 9200].map((port) => ({ port, visitors: 8 })),
  happen(day, shape, victim) {
    const { random } = day;
    let at = day.start + (8 + 4 * random.next()) * HOUR;
    const from = at;
    for (let i = 0; i < numberOf(shape, 'visitors'); i++) {
      day.say({
        at: Math.round(at),
        src: attackerAddress(random),
        dest: victim.ip,
        destPort: numberOf(shape, 'port'),
        lastsMs: 4000,
        bytesOut: random.around(900, 0.5),
        bytesIn: random.around(2500, 0.6),
      });
      at += random.around(10 * MINUTE, 0.7);
    }
    return {
      actor: victim.ip,
      targets: [victim.ip],
      names: [victim.ip],
      events: numberOf(shape, 'visitors'),
      first: Math.round(from),
      last: Math.round(at),
    };
  },
};
