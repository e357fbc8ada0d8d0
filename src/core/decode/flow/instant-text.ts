/** 1990-01-01 and 2255-01-01 in microseconds: instants are believed between them. */
export const EARLIEST = 631_152_000_000_000;
export const LATEST = 8_993_721_600_000_000;

const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d\d:?\d\d)?$/;

/**
 * RFC 3339 text as microseconds; digits below are cut off, no zone is UTC. NaN when it is no time or is outside the years
 * 1990 to 2255.
 */
export function parseInstant(text: string): number {
  if (text.length > 48) return Number.NaN;
  const match = RFC_3339.exec(text);
  if (!match) return Number.NaN;
  const [, day, clock, fraction = '', zone = 'Z'] = match;
  const offset = /^[+-]\d{4}$/.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3)}`
    : zone.toUpperCase();
  const seconds = Date.parse(`${day}T${clock}${offset}`) / 1000;
  const micros = seconds * 1e6 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  return micros >= EARLIEST && micros < LATEST ? micros : Number.NaN;
}
