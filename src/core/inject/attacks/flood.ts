import { type AttackKind, beginOf, numberOf } from '../attack.ts';
import { MINUTE } from '../day.ts';

const UDP = 17;

/** What one flow of a flood is: towards the server, or an answer that it never asked for. */
interface Form {
  readonly protocol: number;
  readonly bytes: number;
  readonly packets: number;
  /** A reflector's own port. */
  readonly srcPort?: number;
}

const FORMS: Readonly<Record<string, Form>> = {
  syn: { protocol: 6, bytes: 60, packets: 1 },
  udp: { protocol: UDP, bytes: 48_000, packets: 40 },
  dns: { protocol: UDP, bytes: 90_000, packets: 64, srcPort: 53 },
  ntp: { protocol: UDP, bytes: 46_000, packets: 98, srcPort: 123 },
  cldap: { protocol: UDP, bytes: 60_000, packets: 44, srcPort: 389 },
  memcached: { protocol: UDP, bytes: 1_400_000, packets: 1000, srcPort: 11_211 },
};

const shape = (form: string, sources: number, perMinute: number, minutes: number) => ({
  form,
  sources,
  perMinute,
  minutes,
});

export const flood: AttackKind = {
  name: 'flood',
  technique: 'T1498',
  says: 'Sources outside, a few or very many, send more to one server than it can take, itself or by reflectors, and it hardly answers.',
  grid: [
    shape('syn', 300, 4000, 5),
    shape('syn', 60, 800, 5),
    shape('syn', 5, 1500, 10),
    shape('syn', 2000, 1200, 30),
    shape('syn', 120, 2500, 2),
    shape('udp', 200, 600, 5),
    shape('udp', 20, 1500, 12),
    shape('udp', 1500, 900, 20),
    shape('dns', 250, 500, 6),
    shape('dns', 40, 300, 15),
    shape('ntp', 400, 800, 4),
    shape('cldap', 150, 400, 10),
    shape('memcached', 12, 120, 8),
    shape('memcached', 60, 300, 3),
  ],
  happen(day, shape, victim) {
    const { random, estate } = day;
    const facing = [
      ...estate.of('web'),
      estate.the('mail'),
      estate.the('jump'),
      estate.the('vpn'),
      ...estate.of('resolver'),
    ];
    // The host that nobody else uses only decides where.
    const server = (facing[victim.number % facing.length] ?? estate.the('web')).ip;
    const form = FORMS[String(shape['form'])];
    if (!form) throw new Error(`there is no flood of the form ${String(shape['form'])}`);
    const sources = Array.from({ length: numberOf(shape, 'sources') }, () =>
      estate.stranger(random),
    );
    const perMinute = numberOf(shape, 'perMinute');
    const destPort = form.protocol === UDP ? random.pick([443, 8801, 27_015]) : 443;
    const from = beginOf(day, shape, 1, 22);
    for (let i = 0; i < perMinute * numberOf(shape, 'minutes'); i++)
      day.say({
        at: Math.round(from + ((i + random.next()) / perMinute) * MINUTE),
        src: random.pick(sources),
        dest: server,
        ...(form.srcPort === undefined
          ? { destPort }
          : { srcPort: form.srcPort, destPort: random.between(1024, 65_535) }),
        protocol: form.protocol,
        bytesOut: form.packets === 1 ? form.bytes : random.around(form.bytes, 0.3),
        packetsOut: form.packets,
        isUnanswered: true,
      });
    return { actor: server, targets: [server], alsoActs: sources, victims: [server] };
  },
};
