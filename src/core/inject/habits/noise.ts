import { DAY, MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

const WANTED = [22, 23, 80, 445, 1433, 3389, 5900, 6379, 8080, 9200] as const;

export const noise: Habit = {
  name: 'noise',
  says: 'The internet tries what faces it, all day, and is denied: single ports from many, many ports from a few.',
  isHard: true,
  happen(day) {
    const facing = [...day.estate.of('web'), day.estate.the('mail')];
    const when = () => day.start + Math.floor(day.random.next() * (DAY - 10 * MINUTE));
    for (let i = 0; i < 80; i++) {
      const src = day.estate.passer(day.random);
      const destPort = day.random.pick(WANTED);
      const at = when();
      for (const { ip } of facing)
        for (let n = day.random.between(1, 3); n > 0; n--)
          day.say({
            at: at + day.random.between(0, MINUTE),
            src,
            dest: ip,
            destPort,
            isDenied: true,
          });
    }
    for (let i = 0; i < 3; i++) {
      const src = day.estate.passer(day.random);
      const dest = day.random.pick(facing).ip;
      const at = when();
      for (let n = 0; n < 350; n++)
        day.say({
          at: at + n * 200,
          src,
          dest,
          destPort: 1 + ((n * 131) % 65_000),
          isDenied: true,
        });
    }
  },
};
