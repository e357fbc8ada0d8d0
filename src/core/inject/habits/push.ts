import { HOUR, MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

export const push: Habit = {
  name: 'push',
  says: 'Each client keeps one connection for notifications open for its whole working day.',
  isHard: true,
  happen(day) {
    for (const host of day.estate.of('workstation')) {
      const [from, to] = day.awake(host);
      const at = Math.round(from + day.random.next() * 10 * MINUTE);
      day.say({
        at,
        src: host.ip,
        dest: day.estate.outside.push[host.number % day.estate.outside.push.length] ?? '',
        destPort: 5223,
        lastsMs: Math.round(Math.min(to - at, 10 * HOUR)),
        bytesOut: 20_000,
        bytesIn: 30_000,
      });
    }
  },
};
