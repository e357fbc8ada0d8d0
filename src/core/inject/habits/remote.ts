import { HOUR, MINUTE } from '../day.ts';
import type { Habit } from '../habit.ts';

const UDP = 17;

export const remote: Habit = {
  name: 'remote',
  says: 'People work from home: tunnels of hours to the VPN concentrator, which then speaks for all of them inside.',
  isHard: true,
  happen(day) {
    const { estate, random } = day;
    const vpn = estate.the('vpn').ip;
    const [from, to] = [day.start + 6 * HOUR, day.start + 19 * HOUR] as const;
    const inside = [
      [estate.the('files').ip, 445],
      [estate.the('mail').ip, 993],
      [estate.the('directory').ip, 389],
      [estate.the('directory').ip, 88],
      [estate.the('jump').ip, 3389],
      ...estate.of('web').map(({ ip }) => [ip, 443] as const),
      ...estate.of('application').map(({ ip }) => [ip, 22] as const),
    ] as const;
    day.now(4, [from, to], (at) =>
      day.say({
        at,
        src: estate.passer(random),
        srcPort: 4500,
        dest: vpn,
        destPort: 4500,
        protocol: UDP,
        lastsMs: Math.min(6 * HOUR, random.around(2 * HOUR, 0.7)),
        bytesOut: random.around(60_000_000, 1),
        bytesIn: random.around(300_000_000, 1),
      }),
    );
    day.now(300, [from, to], (at) => {
      const [dest, destPort] = random.pick(inside);
      day.say({
        at,
        src: vpn,
        dest,
        destPort,
        lastsMs: random.around(MINUTE, 1),
        bytesOut: random.around(8000, 1),
        bytesIn: random.around(60_000, 1.2),
      });
    });
  },
};
