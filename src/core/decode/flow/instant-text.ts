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
  const plain = parsePlain(text);
  if (!Number.isNaN(plain)) return plain;
  const match = RFC_3339.exec(text);
  if (!match) return Number.NaN;
  const [, day, clock, fraction = '', zone = 'Z'] = match;
  // Date.parse takes 30 February for 2 March.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day)
    return Number.NaN;
  const offset = /^[+-]\d{4}$/.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3)}`
    : zone.toUpperCase();
  const seconds = Date.parse(`${day}T${clock}${offset}`) / 1000;
  return believed(seconds * 1e6 + Number(fraction.slice(0, 6).padEnd(6, '0')));
}

/** The spelling that clouds write, `2026-03-04T10:00:01[.123456789]Z`, several times faster; NaN for all others. */
function parsePlain(text: string): number {
  if (text.length < 20 || text.charCodeAt(text.length - 1) !== 0x5a || text[10] !== 'T')
    return Number.NaN;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return Number.NaN;
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const isInside = month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59;
  if (!isInside || !(second <= 59)) return Number.NaN;
  let micros = Date.UTC(digits(text, 0, 4), month - 1, day, hour, minute, second) * 1000;
  if (text.length > 20) {
    const count = text.length - 21;
    if (text[19] !== '.' || count < 1 || count > 9) return Number.NaN;
    micros += Math.floor(digits(text, 20, 20 + count) * 10 ** (6 - count));
  }
  return believed(micros);
}

/** The decimal number in text[from, to); NaN when it is none. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function believed(micros: number): number {
  return micros >= EARLIEST && micros < LATEST ? micros : Number.NaN;
}
