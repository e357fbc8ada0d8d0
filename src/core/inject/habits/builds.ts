import { HOUR, MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

export const builds: Habit = {
  name: 'builds',
  says: 'A build server fetches packages in bursts of dozens of connections.',
  isHard: true,
  happen(day) {
    const build = day.estate.the('build');
    day.now(8, [day.start + 7 * HOUR, day.start + 19 * HOUR], (at) => {
      for (let left = day.random.between(20, 60); left > 0; left--)
        day.say({
          at: at + day.random.between(0, MINUTE),
          src: build.ip,
          dest: day.random.pick(day.estate.outside.cdn),
          destPort: 443,
          lastsMs: 2500,
          bytesOut: 4000,
          bytesIn: day.random.around(3_000_000, 1),
        });
    });
  },
};
