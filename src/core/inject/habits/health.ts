import { DAY, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const health: Habit = {
  name: 'health',
  says: 'A load balancer asks every web server and application how it is, every half minute, always the same.',
  isHard: true,
  happen(day) {
    const balancer = day.estate.the('balancer').ip;
    for (const [role, destPort] of [
      ['web', 443],
      ['application', 8080],
    ] as const)
      for (const { ip } of day.estate.of(role))
        day.every(30 * SECOND, 0.01, [day.start, day.start + DAY], (at) =>
          day.say({
            at,
            src: balancer,
            dest: ip,
            destPort,
            lastsMs: 15,
            bytesOut: 310,
            bytesIn: 240,
          }),
        );
  },
};
