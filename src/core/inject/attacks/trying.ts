import { numberOf, type Shape } from '../attack.ts';
import { type Day, MINUTE } from '../day.ts';
import type { Host } from '../estate.ts';

/** What a service that is not there does when it is tried. */
export const CLOSED = ['reset', 'silent', 'denied'] as const;

/** Tries one address and port after the other, `perMinute` of the shape, of which the share `open` answers. */
export function tryEach(
  day: Day,
  shape: Shape,
  src: Host,
  from: number,
  tries: readonly (readonly [dest: string, port: number])[],
): void {
  const step = MINUTE / numberOf(shape, 'perMinute');
  const open = numberOf(shape, 'open');
  for (const [i, [dest, destPort]] of tries.entries()) {
    const isOpen = day.random.next() < open;
    day.say({
      at: Math.round(from + (i + day.random.next()) * step),
      src: src.ip,
      dest,
      destPort,
      lastsMs: isOpen ? 900 : 20,
      bytesOut: isOpen ? 900 : 60,
      packetsOut: isOpen ? 6 : 1,
      ...(isOpen
        ? { bytesIn: 1800, packetsIn: 5 }
        : shape['closed'] === 'reset'
          ? { bytesIn: 40, packetsIn: 1 }
          : { isUnanswered: true }),
      ...(shape['closed'] === 'denied' && !isOpen ? { isDenied: true } : {}),
    });
  }
}
