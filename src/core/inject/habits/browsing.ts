import { MINUTE, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const browsing: Habit = {
  name: 'browsing',
  says: 'People read web pages: bursts of requests to favourite sites and to networks that deliver content.',
  isHard: false,
  happen(day) {
    const { sites, cdn } = day.estate.outside;
    for (const host of day.estate.of('workstation'))
      day.now(5 * host.zeal, day.awake(host), (at) => {
        const site = day.favourite(sites);
        let t = at;
        for (let left = day.random.between(2, 12); left > 0; left--) {
          t += day.random.around(3 * SECOND, 1);
          day.say({
            at: t,
            src: host.ip,
            dest: day.random.next() < 0.4 ? day.random.pick(cdn) : site,
            destPort: 443,
            lastsMs: Math.min(5 * MINUTE, day.random.around(12 * SECOND, 1)),
            bytesOut: day.random.around(2500, 0.9),
            bytesIn: day.random.around(40_000, 1.4),
          });
        }
      });
  },
};
