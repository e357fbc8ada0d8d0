import { HOUR, MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

export const backups: Habit = {
  name: 'backups',
  says: 'Each night every server sends gigabytes to the backup, which copies them outside.',
  isHard: true,
  happen(day) {
    const backup = day.estate.the('backup');
    for (const host of day.estate.hosts) {
      if (host.role === 'workstation' || host === backup) continue;
      day.say({
        at: Math.round(day.start + (1 + 3 * day.random.next()) * HOUR),
        src: host.ip,
        dest: backup.ip,
        destPort: 8443,
        lastsMs: 30 * MINUTE,
        bytesOut: day.random.around(6_000_000_000, 0.4),
        bytesIn: 30_000_000,
      });
    }
    day.say({
      at: day.start + 5 * HOUR,
      src: backup.ip,
      dest: day.estate.outside.storage[0] ?? '',
      destPort: 443,
      lastsMs: 2 * HOUR,
      bytesOut: 90_000_000_000,
      bytesIn: 300_000_000,
    });
  },
};
