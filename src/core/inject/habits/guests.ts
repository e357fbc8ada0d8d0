import { HOUR, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const guests: Habit = {
  name: 'guests',
  says: 'A gateway translates for hundreds of guests: thousands of sites an hour from one address, some called evenly, some dead.',
  isHard: true,
  happen(day) {
    const { estate, random } = day;
    const gateway = estate.the('gateway').ip;
    const open = [day.start + 6 * HOUR, day.start + 22 * HOUR] as const;
    day.now(700, open, (at) => {
      const isRare = random.next() < 0.1;
      day.say({
        at,
        src: gateway,
        dest: isRare ? estate.passer(random) : day.favourite(estate.outside.sites),
        destPort: random.next() < 0.06 ? random.pick([80, 993, 5222, 8080, 8443, 51_820]) : 443,
        ...(random.next() < 0.25 ? { protocol: 17 } : {}),
        lastsMs: random.around(15 * SECOND, 1.2),
        bytesOut: random.around(3000, 1),
        bytesIn: random.around(50_000, 1.5),
        isUnanswered: isRare && random.next() < 0.3,
      });
    });
    for (const [i, dest] of estate.outside.push.entries())
      day.every((120 + 60 * i) * SECOND, 0.05, open, (at) =>
        day.say({
          at,
          src: gateway,
          dest,
          destPort: 5223,
          lastsMs: SECOND,
          bytesOut: random.around(400, 0.2),
          bytesIn: random.around(300, 0.2),
        }),
      );
  },
};
