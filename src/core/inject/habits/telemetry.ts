import { MINUTE, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

export const telemetry: Habit = {
  name: 'telemetry',
  says: 'Agents report every five minutes, those of servers every minute, and a chat program asks every minute on a third of the clients.',
  isHard: true,
  happen(day) {
    const { telemetry: collectors, software } = day.estate.outside;
    for (const host of day.estate.hosts) {
      const isClient = host.role === 'workstation';
      const tell = (dest: string | undefined, bytesOut: number) => (at: number) =>
        day.say({
          at,
          src: host.ip,
          dest: dest ?? '',
          destPort: 443,
          lastsMs: day.random.around(SECOND, 0.3),
          bytesOut: bytesOut + day.random.between(0, 60),
          bytesIn: 400 + day.random.between(0, 30),
        });
      const collector = collectors[isClient ? 1 + (host.number % (collectors.length - 1)) : 0];
      day.every(
        isClient ? 5 * MINUTE : MINUTE,
        isClient ? 0.04 : 0.01,
        day.awake(host),
        tell(collector, 900),
      );
      if (isClient && host.number % 3 === 0)
        day.every(MINUTE, 0.03, day.awake(host), tell(software[host.number % 12], 600));
    }
  },
};
