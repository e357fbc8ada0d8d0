const FIRST_MS = 1000;
const LONGEST_MS = 15 * 60_000;

/**
 * How long to wait after so many failures in a row (from 1): anything up to a bound that doubles from 1 s to 15 min, and not
 * less than the receiver asked for. Full jitter: Marc Brooker, "Exponential Backoff And Jitter", AWS 2015.
 */
export function backoffMs(failures: number, random: () => number, askedMs = 0): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(Math.min(askedMs, LONGEST_MS), Math.round(random() * bound));
}
