import { MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

export const meetings: Habit = {
  name: 'meetings',
  says: 'Video calls: half an hour and more of UDP, hundreds of megabytes each way.',
  isHard: true,
  happen(day) {
    for (const host of day.estate.of('workstation'))
      day.now(0.12 * host.zeal, day.awake(host), (at) =>
        day.say({
          at,
          src: host.ip,
          dest: day.random.pick(day.estate.outside.meetings),
          destPort: 3478,
          protocol: 17,
          lastsMs: day.random.between(25, 65) * MINUTE,
          bytesOut: day.random.around(350_000_000, 0.4),
          bytesIn: day.random.around(450_000_000, 0.4),
        }),
      );
  },
};
