import type { Habit } from '../habit.ts';

export const names: Habit = {
  name: 'names',
  says: 'Every host asks the resolvers for names.',
  isHard: false,
  happen(day) {
    const [first, second = first] = day.estate.of('resolver');
    if (!first || !second) return;
    for (const host of day.estate.hosts) {
      if (host.role === 'resolver') continue;
      day.now(18 * host.zeal, day.awake(host), (at) =>
        day.say({
          at,
          src: host.ip,
          dest: day.random.next() < 0.9 ? first.ip : second.ip,
          destPort: 53,
          protocol: 17,
          lastsMs: 20,
          bytesOut: day.random.between(60, 90),
          bytesIn: day.random.between(90, 320),
        }),
      );
    }
    for (const resolver of day.estate.of('resolver'))
      day.now(200, day.awake(resolver), (at) =>
        day.say({
          at,
          src: resolver.ip,
          dest: day.favourite(day.estate.outside.sites),
          destPort: 53,
          protocol: 17,
          lastsMs: 40,
          bytesOut: day.random.between(60, 90),
          bytesIn: day.random.between(90, 400),
        }),
      );
  },
};
