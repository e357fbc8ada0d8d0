import { type AttackKind, beginOf, numberOf, serverOf } from '../attack.ts';
import { CLOSED, tryEach } from './trying.ts';

export const portScan: AttackKind = {
  name: 'port-scan',
  technique: 'T1046',
  says: 'A client tries many ports of one server.',
  grid: CLOSED.flatMap((closed) => [
    { ports: 1000, perMinute: 600, open: 0.01, closed },
    { ports: 100, perMinute: 60, open: 0.05, closed },
    { ports: 30, perMinute: 5, open: 0.1, closed },
    { ports: 40, perMinute: 0.2, open: 0.05, closed },
  ]),
  happen(day, shape, victim) {
    const dest = serverOf(day, shape).ip;
    const first = day.random.between(1, 60);
    const ports = Array.from({ length: numberOf(shape, 'ports') }, (_, i) => first + i * 7);
    const from = beginOf(day, shape, 7, 15);
    tryEach(
      day,
      shape,
      victim,
      from,
      ports.map((port) => [dest, port]),
    );
    return { actor: victim.ip, targets: [dest] };
  },
};
