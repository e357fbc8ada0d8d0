import { type AttackKind, numberOf, pastOf } from '../attack.ts';
import { DAY, SECOND } from '../day.ts';
import { callsOf } from './beacon.ts';

const shape = (
  period: number,
  events: number,
  jitter: number,
  port: number,
  through: 'client' | 'printer',
  days = 1,
) => ({ period, events, jitter, model: 'grid', port, through, days });

export const relay: AttackKind = {
  name: 'relay',
  technique: 'T1090.001',
  says: 'A client that may not go outside calls another host at even intervals, which passes each call on to the attacker.',
  grid: [
    shape(60, 300, 0, 8080, 'printer'),
    shape(60, 300, 0, 445, 'client'),
    shape(300, 120, 0.1, 8443, 'printer'),
    shape(300, 120, 0.1, 445, 'client'),
    shape(600, 90, 0.2, 4444, 'printer'),
    shape(900, 60, 0.1, 9001, 'client'),
    shape(300, 400, 0.1, 443, 'printer', 2),
    shape(600, 200, 0.2, 8080, 'client', 2),
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const others = day.estate
      .of(shape['through'] === 'printer' ? 'printer' : 'workstation')
      .filter((h) => h !== victim);
    const dest = random.pick(others).ip;
    const outside = day.estate.stranger(random);
    const past = pastOf(day, shape) * DAY;
    const lasts = numberOf(shape, 'events') * numberOf(shape, 'period') * SECOND * 1.05;
    const from = day.start - past + random.next() * Math.max(0, DAY + past - lasts);
    for (const at of callsOf(day, shape, from)) {
      day.say({
        at,
        src: victim.ip,
        dest,
        destPort: numberOf(shape, 'port'),
        lastsMs: random.around(300, 0.4),
        bytesOut: random.around(420, 0.2),
        bytesIn: random.around(380, 0.2),
      });
      day.say({
        at: at + random.between(20, 400),
        src: dest,
        dest: outside,
        destPort: 443,
        lastsMs: random.around(250, 0.4),
        bytesOut: random.around(460, 0.2),
        bytesIn: random.around(360, 0.2),
      });
    }
    // Whoever finds the second half has found the relay.
    return { actor: victim.ip, targets: [dest, outside], alsoActs: [dest] };
  },
};
