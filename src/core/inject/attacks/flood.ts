import { type AttackKind, numberOf } from '../attack.ts';
import { HOUR, MINUTE } from '../day.ts';
import { attackerAddress } from '../estate.ts';

const UDP = 17;

export const flood: AttackKind = {
  name: 'flood',
  technique: 'T1498',
  says: 'Many sources outside send more to one server than it can take, and it hardly answers.',
  grid: [
    { form: 'syn', sources: 300, perMinute: 4000, minutes: 5 },
    { form: 'syn', sources: 60, perMinute: 800, minutes: 5 },
    { form: 'udp', sources: 200, perMinute: 600, minutes: 5 },
  ],
  happen(day, shape, victim) {
    const { random } = day;
    const server = random.pick(day.estate.of('web')).ip;
    const isUdp = shape['form'] === 'udp';
    const sources = Array.from({ length: numberOf(shape, 'sources') }, () =>
      attackerAddress(random),
    );
    const total = numberOf(shape, 'perMinute') * numberOf(shape, 'minutes');
    // The host that nobody else uses only decides when.
    const from = day.start + (6 + (victim.number % 12)) * HOUR;
    for (let i = 0; i < total; i++)
      day.say({
        at: Math.round(from + ((i + random.next()) / numberOf(shape, 'perMinute')) * MINUTE),
        src: random.pick(sources),
        dest: server,
        destPort: isUdp ? random.pick([443, 8801]) : 443,
        ...(isUdp
          ? { protocol: UDP, bytesOut: 48_000, packetsOut: 40 }
          : { bytesOut: 60, packetsOut: 1 }),
        isUnanswered: true,
      });
    return {
      actor: server,
      targets: [server],
      names: [server],
      events: total,
      first: from,
      last: from + numberOf(shape, 'minutes') * MINUTE,
    };
  },
};
