import { type AttackKind, numberOf, pastOf } from '../attack.ts';
import { DAY, MINUTE } from '../day.ts';
import { tryEach } from './trying.ts';

export const slowScan: AttackKind = {
  name: 'slow-scan',
  technique: 'T1046',
  says: 'A client tries one address or port, waits for most of an hour, and tries the next, for days.',
  grid: [
    { what: 'hosts', port: 445, everyMinutes: 12, days: 2, closed: 'silent' },
    { what: 'ports', port: 0, everyMinutes: 12, days: 2, closed: 'reset' },
    { what: 'hosts', port: 22, everyMinutes: 30, days: 3, closed: 'denied' },
    { what: 'ports', port: 0, everyMinutes: 30, days: 3, closed: 'silent' },
    { what: 'hosts', port: 3389, everyMinutes: 45, days: 3, closed: 'reset' },
    { what: 'ports', port: 0, everyMinutes: 45, days: 3, closed: 'denied' },
    { what: 'hosts', port: 1433, everyMinutes: 60, days: 3, closed: 'silent' },
    { what: 'ports', port: 0, everyMinutes: 60, days: 3, closed: 'reset' },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const past = pastOf(day, shape) * DAY;
    const every = numberOf(shape, 'everyMinutes');
    const count = Math.floor((DAY + past) / (every * MINUTE)) - 2;
    const server = random.pick(day.estate.of('application')).ip;
    const net = random.between(60, 200);
    const tries = Array.from({ length: count }, (_, i) =>
      shape['what'] === 'ports'
        ? ([server, 20 + i * 11] as const)
        : ([`10.60.${net}.${1 + (i % 250)}`, numberOf(shape, 'port')] as const),
    );
    const from = day.start - past + random.next() * every * MINUTE;
    tryEach(day, { ...shape, perMinute: 1 / every, open: 0.05 }, victim, from, tries);
    return { actor: victim.ip, targets: [...new Set(tries.map(([dest]) => dest))] };
  },
};
