import { type AttackKind, beginOf, numberOf } from '../attack.ts';
import { MINUTE } from '../day.ts';
import { failToLogIn } from './log-in.ts';

export const passwordSpraying: AttackKind = {
  name: 'password-spraying',
  technique: 'T1110.003',
  says: 'A client tries a few passwords at every server, or one at many clients.',
  grid: [
    { at: 'servers', port: 22, each: 3, perMinute: 6 },
    { at: 'servers', port: 445, each: 2, perMinute: 20 },
    { at: 'servers', port: 3389, each: 4, perMinute: 10 },
    { at: 'servers', port: 5985, each: 3, perMinute: 30 },
    { at: 'clients', port: 445, each: 2, perMinute: 30 },
    { at: 'clients', port: 3389, each: 2, perMinute: 12 },
    { at: 'servers', port: 1433, each: 3, perMinute: 3 },
    { at: 'clients', port: 22, each: 1, perMinute: 2 },
  ],
  happen(day, shape, victim) {
    const { random, estate } = day;
    const isServers = shape['at'] === 'servers';
    const targets = estate.hosts
      .filter((h) => h !== victim && (h.role === 'workstation') !== isServers)
      .map((h) => h.ip)
      .slice(0, 60);
    let at = beginOf(day, shape, 7, 15);
    for (let round = 0; round < numberOf(shape, 'each'); round++)
      for (const dest of targets) {
        at += (MINUTE / numberOf(shape, 'perMinute')) * (0.7 + 0.6 * random.next());
        failToLogIn(day, at, victim.ip, dest, numberOf(shape, 'port'));
      }
    return { actor: victim.ip, targets };
  },
};
