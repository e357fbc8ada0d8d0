/** After `free` failures each further one locks its key for `firstMs`, doubling up to `maxMs`; `forgetMs` of peace clears it. */
export interface ThrottleRule {
  readonly free: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly forgetMs: number;
}

export const ACCOUNT_RULE: ThrottleRule = {
  free: 5,
  firstMs: 30_000,
  maxMs: 15 * 60_000,
  forgetMs: 60 * 60_000,
};
export const ADDRESS_RULE: ThrottleRule = { ...ACCOUNT_RULE, free: 20 };

const KEYS = 10_000;

export interface Throttle {
  /**
   * Counts an attempt as failed in advance, so that attempts in parallel do not slip through together.
   * Returns 0, or the milliseconds to wait; then nothing was counted.
   */
  begin(key: string): number;
  /** The attempt was right: its failure is taken back, and with `isOwner` all before it. */
  succeed(key: string, isOwner: boolean): void;
}

/** Counts failed attempts by key, in memory, for at most ten thousand keys; the longest untouched goes first. */
export function createThrottle(rule: ThrottleRule, now: () => number): Throttle {
  const byKey = new Map<string, { failures: number; last: number; lockedUntil: number }>();
  return {
    begin(key) {
      const at = now();
      const found = byKey.get(key);
      const entry =
        found && at - found.last < rule.forgetMs
          ? found
          : { failures: 0, last: at, lockedUntil: 0 };
      if (entry.lockedUntil > at) return entry.lockedUntil - at;
      entry.failures++;
      entry.last = at;
      const over = entry.failures - rule.free;
      if (over >= 0)
        entry.lockedUntil = at + Math.min(rule.maxMs, rule.firstMs * 2 ** Math.min(over, 30));
      byKey.delete(key);
      byKey.set(key, entry);
      if (byKey.size > KEYS)
        for (const oldest of byKey.keys()) {
          byKey.delete(oldest);
          break;
        }
      return 0;
    },
    succeed(key, isOwner) {
      const entry = byKey.get(key);
      if (!entry) return;
      entry.failures--;
      entry.lockedUntil = 0;
      if (isOwner || entry.failures <= 0) byKey.delete(key);
    },
  };
}

/** What one caller can hardly change at will: the IPv4 address, or the /64 of an IPv6 address. */
export function throttleAddress(address: string): string {
  const folded = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!folded.includes(':')) return folded;
  const [head = '', tail] = folded.split('::');
  const front = head.split(':').filter((group) => group !== '');
  if (tail === undefined) return front.slice(0, 4).join(':');
  const back = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
