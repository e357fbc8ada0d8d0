import { HOUR } from '../day.ts';
import type { Habit } from '../habit.ts';

const TRIED = [
  21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 389, 443, 445, 1433, 1521, 3306, 3389, 5432,
  5900, 5985, 6379, 8080, 8443, 9200, 27_017,
] as const;

export const scanning: Habit = {
  name: 'scanning',
  says: "One's own vulnerability scanner tries every host on every second night; most ports do not answer.",
  isHard: true,
  happen(day) {
    if (day.index % 2 === 1) return;
    const scanner = day.estate.the('scanner');
    const step = (3 * HOUR) / day.estate.hosts.length;
    for (const host of day.estate.hosts) {
      if (host === scanner) continue;
      for (const [i, destPort] of TRIED.entries())
        day.say({
          at: Math.round(day.start + HOUR + host.number * step + (i * step) / TRIED.length),
          src: scanner.ip,
          dest: host.ip,
          destPort,
          lastsMs: 300,
          bytesOut: 120,
          bytesIn: 200,
          isUnanswered: day.random.next() < 0.85,
        });
    }
  },
};
