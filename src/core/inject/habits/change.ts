import { HOUR, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const change: Habit = {
  name: 'change',
  says: 'On the last day a database fails over, a client gets another address, and the month is closed with sixty gigabytes.',
  isHard: true,
  happen(day) {
    if (!day.isLast) return;
    const { estate, random } = day;
    const [, standby] = estate.of('database');
    const ledger = estate.of('application')[1];
    const moved = estate.of('workstation').at(-1);
    if (!standby || !ledger || !moved) return;
    day.now(900, [day.start + 11 * HOUR, day.start + 12 * HOUR], (at) =>
      day.say({
        at,
        src: random.pick(estate.of('web')).ip,
        dest: standby.ip,
        destPort: 5432,
        lastsMs: 2 * SECOND,
        bytesOut: 2000,
        bytesIn: 9000,
      }),
    );
    day.say({
      at: day.start + 13 * HOUR,
      src: ledger.ip,
      dest: standby.ip,
      destPort: 1521,
      lastsMs: 3 * HOUR,
      bytesOut: 60_000_000_000,
      bytesIn: 2_000_000_000,
    });
    // The address is new, what it does is not.
    const renumbered = moved.ip.replace(/\d+$/, '251');
    day.now(40, [day.start + 9 * HOUR, day.start + 17 * HOUR], (at) =>
      day.say({
        at,
        src: renumbered,
        dest: random.pick([
          estate.the('files').ip,
          estate.the('directory').ip,
          estate.the('mail').ip,
        ]),
        destPort: random.pick([445, 389, 993]),
        lastsMs: 9 * SECOND,
        bytesOut: 2500,
        bytesIn: random.around(50_000),
      }),
    );
  },
};
