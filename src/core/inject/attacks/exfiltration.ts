import { type AttackKind, numberOf } from '../attack.ts';
import { HOUR, MINUTE, SECOND } from '../day.ts';
import { attackerAddress } from '../estate.ts';

const UDP = 17;

export const exfiltration: AttackKind = {
  name: 'exfiltration',
  technique: 'T1048',
  says: 'A client sends what it gathered to an address of the attacker, openly or inside names.',
  grid: [
    { megabytes: 4000, flows: 20, port: 443 },
    { megabytes: 600, flows: 60, port: 443 },
    { megabytes: 12, flows: 3000, port: 53 },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const dest = attackerAddress(random);
    const port = numberOf(shape, 'port');
    const flows = numberOf(shape, 'flows');
    const each = (numberOf(shape, 'megabytes') * 1e6) / flows;
    const from = day.start + (10 + 3 * random.next()) * HOUR;
    const step = port === 53 ? 4 * SECOND : 3 * MINUTE;
    for (let i = 0; i < flows; i++)
      day.say({
        at: Math.round(from + (i + random.next()) * step),
        src: victim.ip,
        dest,
        destPort: port,
        lastsMs: port === 53 ? 300 : 2 * MINUTE,
        ...(port === 53 ? { protocol: UDP, packetsOut: Math.ceil(each / 1000) } : {}),
        bytesOut: Math.round(each * (0.8 + 0.4 * random.next())),
        bytesIn: Math.round(each * 0.02),
      });
    return {
      actor: victim.ip,
      targets: [dest],
      events: flows,
      first: Math.round(from),
      last: Math.round(from + flows * step),
    };
  },
};
