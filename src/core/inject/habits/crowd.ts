import { HOUR, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

/** Requests by hour of the day, of the busiest. */
const BUSY = [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 9, 9, 10, 9, 8, 8, 9, 10, 9, 7, 5, 3] as const;
const PER_HOUR = 2000;

export const crowd: Habit = {
  name: 'crowd',
  says: 'One web server is popular: thousands of customers an hour, each with one or two requests, and a rush at ten.',
  isHard: true,
  happen(day) {
    const [web] = day.estate.of('web');
    if (!web) return;
    for (const [hour, busy] of BUSY.entries()) {
      const rush = hour === 10 ? 2 : 1;
      const from = day.start + hour * HOUR;
      day.now((rush * busy * PER_HOUR) / 10, [from, from + HOUR], (at) =>
        day.say({
          at,
          src: day.estate.passer(day.random),
          dest: web.ip,
          destPort: 443,
          ...(day.random.next() < 0.3 ? { protocol: 17 } : {}),
          lastsMs: day.random.around(3 * SECOND, 0.8),
          bytesOut: day.random.around(2500, 0.7),
          bytesIn: day.random.around(60_000, 1),
        }),
      );
    }
  },
};
