import { HOUR, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const updates: Habit = {
  name: 'updates',
  says: 'Every host looks for updates about once an hour, and finds some once a day.',
  isHard: true,
  happen(day) {
    const { updates: servers, cdn } = day.estate.outside;
    for (const host of day.estate.hosts) {
      const server = servers[host.number % servers.length] ?? '';
      day.every(HOUR, 0.05, day.awake(host), (at) =>
        day.say({
          at,
          src: host.ip,
          dest: server,
          destPort: 443,
          lastsMs: 3 * SECOND,
          bytesOut: 2000 + day.random.between(0, 200),
          bytesIn: day.random.around(20_000, 0.6),
        }),
      );
      day.now(0.06, day.awake(host), (at) =>
        day.say({
          at,
          src: host.ip,
          dest: day.random.pick(cdn),
          destPort: 443,
          lastsMs: 120 * SECOND,
          bytesOut: 900_000,
          bytesIn: day.random.around(300_000_000, 0.7),
        }),
      );
    }
  },
};
