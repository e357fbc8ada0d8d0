import type { Day } from '../day.ts';

/** Bytes of a log-in that fails, by port: out and in. */
const TRY: Readonly<Record<number, readonly [number, number]>> = {
  21: [600, 800],
  22: [2000, 2500],
  445: [1200, 1100],
  1433: [900, 700],
  3389: [1500, 1900],
  5900: [500, 400],
  5985: [1800, 1300],
};

/** One log-in that fails. */
export function failToLogIn(day: Day, at: number, src: string, dest: string, port: number): void {
  const { random } = day;
  const [bytesOut, bytesIn] = TRY[port] ?? [900, 1100];
  day.say({
    at: Math.round(at),
    src,
    dest,
    destPort: port,
    lastsMs: random.around(2500, 0.2),
    bytesOut: random.around(bytesOut, 0.05),
    bytesIn: random.around(bytesIn, 0.05),
    packetsOut: 12,
    packetsIn: 11,
  });
}
