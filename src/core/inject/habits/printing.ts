import { MINUTE, SECOND } from '../day.ts';
import type { Habit } from '../habit.ts';

const UDP = 17;

export const printing: Habit = {
  name: 'printing',
  says: 'Clients look for printers by multicast, print to them, and ask them by SNMP how they are, every few minutes.',
  isHard: true,
  happen(day) {
    const { estate, random } = day;
    const printers = estate.of('printer');
    for (const host of estate.of('workstation')) {
      const awake = day.awake(host);
      for (const [dest, destPort] of [
        ['224.0.0.251', 5353],
        ['239.255.255.250', 3702],
        ['239.255.255.250', 1900],
      ] as const)
        day.now(1.5, awake, (at) =>
          day.say({
            at,
            src: host.ip,
            dest,
            destPort,
            protocol: UDP,
            lastsMs: 3 * SECOND,
            bytesOut: random.between(120, 900),
            isUnanswered: true,
          }),
        );
      const printer = printers[host.number % printers.length];
      if (!printer) continue;
      day.now(0.5 * host.zeal, awake, (at) =>
        day.say({
          at,
          src: host.ip,
          dest: printer.ip,
          destPort: 9100,
          lastsMs: 20 * SECOND,
          bytesOut: random.around(2_000_000, 1.2),
          bytesIn: 4000,
        }),
      );
      if (host.number % 4 === 0)
        day.every(10 * MINUTE, 0.02, awake, (at) =>
          day.say({
            at,
            src: host.ip,
            dest: printer.ip,
            destPort: 161,
            protocol: UDP,
            lastsMs: 60,
            bytesOut: 190,
            bytesIn: 230,
          }),
        );
    }
  },
};
