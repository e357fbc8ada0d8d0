import { MINUTE, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const office: Habit = {
  name: 'office',
  says: 'Clients log in, open files, read mail; some administer servers by SSH and RDP.',
  isHard: false,
  happen(day) {
    const { estate, random } = day;
    const files = estate.the('files').ip;
    const mail = estate.the('mail').ip;
    const directory = estate.the('directory').ip;
    const jump = estate.the('jump').ip;
    const administered = [
      ...estate.of('web'),
      ...estate.of('application'),
      ...estate.of('database'),
    ];
    for (const host of estate.of('workstation')) {
      const awake = day.awake(host);
      const use = (
        perHour: number,
        dest: () => string,
        destPort: number,
        lasts: number,
        out: number,
        back: number,
      ) =>
        day.now(perHour, awake, (at) =>
          day.say({
            at,
            src: host.ip,
            dest: dest(),
            destPort,
            lastsMs: random.around(lasts, 0.8),
            bytesOut: random.around(out, 1),
            bytesIn: random.around(back, 1.2),
          }),
        );
      use(1.2, () => directory, 88, 60, 1500, 1600);
      use(0.8, () => directory, 389, 4 * SECOND, 3000, 9000);
      use(2 * host.zeal, () => files, 445, 40 * SECOND, 30_000, 100_000);
      use(2, () => mail, 993, 20 * SECOND, 3000, 40_000);
      if (host.number % 9 === 0) use(0.3, () => jump, 3389, 15 * MINUTE, 1_000_000, 20_000_000);
      if (host.number % 11 === 0)
        use(2, () => random.pick(administered).ip, 22, 5 * MINUTE, 30_000, 60_000);
    }
  },
};
