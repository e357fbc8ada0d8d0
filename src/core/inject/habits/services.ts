import { SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const services: Habit = {
  name: 'services',
  says: 'Customers use the web servers, these the applications, these the databases; mail comes and goes.',
  isHard: false,
  happen(day) {
    const { estate, random } = day;
    const tier = (role: 'web' | 'application' | 'database') => random.pick(estate.of(role)).ip;
    const call = (
      at: number,
      src: string,
      dest: string,
      destPort: number,
      out: number,
      back: number,
    ) =>
      day.say({
        at,
        src,
        dest,
        destPort,
        lastsMs: random.around(4 * SECOND, 0.7),
        bytesOut: random.around(out),
        bytesIn: random.around(back, 1),
      });
    const always = [day.start, day.start + 24 * 3600 * SECOND] as const;
    day.now(250, always, (at) => {
      const web = tier('web');
      call(at, estate.passer(random), web, 443, 3000, 50_000);
      if (random.next() < 0.6) call(at + 20, web, tier('application'), 8080, 2500, 20_000);
    });
    day.now(300, always, (at) => call(at, tier('application'), tier('database'), 5432, 2000, 9000));
    const mail = estate.the('mail').ip;
    day.now(25, always, (at) =>
      call(at, mail, day.favourite(estate.outside.sites), 25, 40_000, 2000),
    );
    day.now(35, always, (at) =>
      call(at, day.favourite(estate.outside.sites), mail, 25, 40_000, 2000),
    );
  },
};
