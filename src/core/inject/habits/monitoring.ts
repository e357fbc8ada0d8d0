import { MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

const CHECKED = [22, 443, 5666, 9100] as const;

export const monitoring: Habit = {
  name: 'monitoring',
  says: 'One host looks after all servers: four ports of each, every five minutes, day and night.',
  isHard: true,
  happen(day) {
    const monitor = day.estate.the('monitor');
    for (const host of day.estate.hosts) {
      if (host.role === 'workstation' || host === monitor) continue;
      for (const destPort of CHECKED)
        day.every(5 * MINUTE, 0.002, day.awake(monitor), (at) =>
          day.say({
            at,
            src: monitor.ip,
            dest: host.ip,
            destPort,
            lastsMs: 200,
            bytesOut: 420,
            bytesIn: 510,
          }),
        );
    }
  },
};
