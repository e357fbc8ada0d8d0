import { type AttackKind, beginOf, numberOf } from '../attack.ts';
import { CLOSED, tryEach } from './trying.ts';

export const hostScan: AttackKind = {
  name: 'host-scan',
  technique: 'T1046',
  says: 'A client tries one service on every address of a network, few of which exist.',
  grid: CLOSED.flatMap((closed) => [
    { hosts: 250, port: 445, perMinute: 250, open: 0.05, closed },
    { hosts: 80, port: 22, perMinute: 20, open: 0.1, closed },
    { hosts: 30, port: 5985, perMinute: 3, open: 0.1, closed },
    { hosts: 40, port: 3389, perMinute: 0.2, open: 0.1, closed },
  ]),
  happen(day, shape, victim) {
    const port = numberOf(shape, 'port');
    const net = day.random.between(60, 200);
    const dests = Array.from(
      { length: numberOf(shape, 'hosts') },
      (_, i) => `10.60.${net}.${1 + i}`,
    );
    const from = beginOf(day, shape, 7, 15);
    tryEach(
      day,
      shape,
      victim,
      from,
      dests.map((dest) => [dest, port]),
    );
    return { actor: victim.ip, targets: dests };
  },
};
