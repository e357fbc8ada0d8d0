import { HOUR, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

const UDP = 17;

export const leases: Habit = {
  name: 'leases',
  says: 'Clients call for an address when they wake, to everybody at once, and renew it every four hours.',
  isHard: true,
  happen(day) {
    const server = day.estate.the('directory').ip;
    for (const host of day.estate.of('workstation')) {
      const [from, to] = day.awake(host);
      const ask = (at: number, dest: string, isUnanswered = false) =>
        day.say({
          at: Math.round(at),
          src: host.ip,
          srcPort: 68,
          dest,
          destPort: 67,
          protocol: UDP,
          lastsMs: 20,
          bytesOut: 340,
          bytesIn: 340,
          isUnanswered,
        });
      ask(from, '255.255.255.255', true);
      ask(from + 2 * SECOND, server);
      for (let at = from + 4 * HOUR; at < to; at += 4 * HOUR) ask(at, server);
    }
  },
};
