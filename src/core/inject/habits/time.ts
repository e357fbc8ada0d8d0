import { SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const time: Habit = {
  name: 'time',
  says: 'Every host asks a time server outside every 1,024 s, always with the same few bytes: as even as a beacon can be.',
  isHard: true,
  happen(day) {
    for (const host of day.estate.hosts)
      day.every(1024 * SECOND, 0.001, day.awake(host), (at) =>
        day.say({
          at,
          src: host.ip,
          srcPort: 123,
          dest: day.estate.outside.time[host.number % day.estate.outside.time.length] ?? '',
          destPort: 123,
          protocol: 17,
          lastsMs: 30,
          bytesOut: 76,
          bytesIn: 76,
        }),
      );
  },
};
