import { SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const misconfiguration: Habit = {
  name: 'misconfiguration',
  says: 'One client keeps trying a service that a rule denies, every half minute, for ever.',
  isHard: true,
  happen(day) {
    const [host] = day.estate.of('workstation');
    const dest = day.estate.of('application').at(-1);
    if (!host || !dest) return;
    day.every(30 * SECOND, 0.02, [day.start, day.start + 86_400 * SECOND], (at) =>
      day.say({ at, src: host.ip, dest: dest.ip, destPort: 8086, isDenied: true }),
    );
  },
};
