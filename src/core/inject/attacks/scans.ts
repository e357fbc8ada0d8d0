import { type AttackKind, numberOf, type Shape } from '../attack.ts';
import { type Day, HOUR, MINUTE } from '../day.ts';
import type { Host } from '../estate.ts';

/** How many milliseconds one try takes at so many a minute; the whole must end within the day. */
const stepOf = (shape: Shape): number => MINUTE / numberOf(shape, 'perMinute');

function tryEach(
  day: Day,
  shape: Shape,
  src: Host,
  tries: readonly (readonly [dest: string, port: number])[],
) {
  const step = stepOf(shape);
  const from = day.start + 9 * HOUR + day.random.next() * HOUR;
  const open = numberOf(shape, 'open');
  const times = tries.map(([dest, destPort], i) => {
    const at = Math.round(from + (i + day.random.next()) * step);
    const isOpen = day.random.next() < open;
    const isReset = shape['closed'] === 'reset';
    day.say({
      at,
      src: src.ip,
      dest,
      destPort,
      lastsMs: isOpen ? 900 : 20,
      bytesOut: isOpen ? 900 : 60,
      packetsOut: isOpen ? 6 : 1,
      ...(isOpen
        ? { bytesIn: 1800, packetsIn: 5 }
        : isReset
          ? { bytesIn: 40, packetsIn: 1 }
          : { isUnanswered: true }),
      ...(shape['closed'] === 'denied' && !isOpen ? { isDenied: true } : {}),
    });
    return at;
  });
  return { events: tries.length, first: Math.min(...times), last: Math.max(...times) };
}

const CLOSED = ['reset', 'silent', 'denied'] as const;

export const portScan: AttackKind = {
  name: 'port-scan',
  technique: 'T1046',
  says: 'A client tries many ports of one server.',
  grid: CLOSED.flatMap((closed) => [
    { ports: 1000, perMinute: 600, open: 0.01, closed },
    { ports: 100, perMinute: 60, open: 0.05, closed },
    { ports: 40, perMinute: 0.2, open: 0.05, closed },
  ]),
  happen(day, shape, victim) {
    const dest = day.random.pick(day.estate.hosts.filter((h) => h.role !== 'workstation')).ip;
    const ports = Array.from({ length: numberOf(shape, 'ports') }, (_, i) => 1 + i * 7);
    return {
      actor: victim.ip,
      targets: [dest],
      ...tryEach(
        day,
        shape,
        victim,
        ports.map((port) => [dest, port]),
      ),
    };
  },
};

export const hostScan: AttackKind = {
  name: 'host-scan',
  technique: 'T1046',
  says: 'A client tries one service on every address of a network, few of which exist.',
  grid: CLOSED.flatMap((closed) => [
    { hosts: 250, port: 445, perMinute: 250, open: 0.05, closed },
    { hosts: 80, port: 22, perMinute: 20, open: 0.1, closed },
    { hosts: 40, port: 3389, perMinute: 0.2, open: 0.1, closed },
  ]),
  happen(day, shape, victim) {
    const port = numberOf(shape, 'port');
    const dests = Array.from({ length: numberOf(shape, 'hosts') }, (_, i) => `10.60.77.${1 + i}`);
    return {
      actor: victim.ip,
      targets: dests,
      ...tryEach(
        day,
        shape,
        victim,
        dests.map((dest) => [dest, port]),
      ),
    };
  },
};
