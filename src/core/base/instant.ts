/** Microseconds since 1970-01-01 UTC in a plain number: exact until the year 2255. */
export type Micros = number & { readonly __micros?: never };

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400_000_000;

/** `2026-03-04` of an instant; the name of the day a segment belongs to. */
export function printDay(at: Micros): string {
  return new Date(Math.floor(at / 1000)).toISOString().slice(0, 10);
}

/** ISO 8601 UTC with as many fraction digits as the instant has: none, or up to six. */
export function printInstant(at: Micros): string {
  const seconds = Math.floor(at / MICROS_PER_SECOND);
  const micros = at - seconds * MICROS_PER_SECOND;
  const head = new Date(seconds * 1000).toISOString().slice(0, -5);
  return micros === 0
    ? `${head}Z`
    : `${head}.${String(micros).padStart(6, '0').replace(/0+$/, '')}Z`;
}
