import { MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

export const uploads: Habit = {
  name: 'uploads',
  says: 'Now and then somebody stores large files with a provider that others use too.',
  isHard: true,
  happen(day) {
    for (const host of day.estate.of('workstation'))
      day.now(0.004 * host.zeal, day.awake(host), (at) =>
        day.say({
          at,
          src: host.ip,
          dest: day.random.pick(day.estate.outside.storage),
          destPort: 443,
          lastsMs: 20 * MINUTE,
          bytesOut: day.random.around(600_000_000, 0.5),
          bytesIn: 3_000_000,
        }),
      );
  },
};
