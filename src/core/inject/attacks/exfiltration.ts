import { type AttackKind, beginOf, numberOf } from '../attack.ts';
import { MINUTE, SECOND } from '../day.ts';

const UDP = 17;
const shape = (megabytes: number, flows: number, everySeconds: number, port: number) => ({
  megabytes,
  flows,
  everySeconds,
  port,
});

export const exfiltration: AttackKind = {
  name: 'exfiltration',
  technique: 'T1048',
  says: 'A client sends what it gathered to an address of the attacker, openly or inside names.',
  grid: [
    shape(4000, 20, 180, 443),
    shape(20_000, 1, 60, 22),
    shape(2000, 400, 20, 443),
    shape(1500, 12, 900, 8443),
    shape(900, 6, 1800, 21),
    shape(600, 60, 180, 443),
    shape(40, 8000, 2, 53),
    shape(12, 3000, 4, 53),
    shape(5, 2500, 8, 53),
    shape(250, 100, 240, 443),
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const dest = day.estate.stranger(random);
    const port = numberOf(shape, 'port');
    const flows = numberOf(shape, 'flows');
    const each = (numberOf(shape, 'megabytes') * 1e6) / flows;
    const from = beginOf(day, shape, 7, 13);
    const step = numberOf(shape, 'everySeconds') * SECOND;
    const isNames = port === 53;
    for (let i = 0; i < flows; i++)
      day.say({
        at: Math.round(from + (i + random.next()) * step),
        src: victim.ip,
        dest,
        destPort: port,
        lastsMs: isNames ? random.around(300, 0.5) : Math.round(Math.max(step * 0.6, MINUTE / 6)),
        ...(isNames ? { protocol: UDP, packetsOut: Math.ceil(each / 1000) } : {}),
        bytesOut: Math.round(each * (0.8 + 0.4 * random.next())),
        bytesIn: Math.round(each * 0.02),
      });
    return { actor: victim.ip, targets: [dest] };
  },
};
