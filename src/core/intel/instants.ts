import type { Micros } from '#core/base/index.ts';

const FIRST = Date.UTC(1990, 0, 1) * 1000;
const LAST = Date.UTC(2200, 0, 1) * 1000;

/**
 * The instant that a feed writes as ISO 8601, `2022-08-05 11:40:15 UTC`, `2022-08-05 11:40`, `05-08-2022`, or as seconds,
 * milliseconds or microseconds since 1970. What names no zone is UTC. Null when it is none, or not between 1990 and 2200.
 */
export function readInstant(text: string): Micros | null {
  const plain = text.trim();
  if (/^\d{9,17}(\.\d+)?$/.test(plain)) return inRange(fromNumber(Number(plain)));
  const found =
    /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i.exec(
      plain,
    );
  if (!found) return dayFirst(plain);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = ''] =
    found;
  const millis = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second);
  const date = new Date(Date.UTC(+year!, +month! - 1, +day!));
  if (date.getUTCDate() !== +day! || date.getUTCMonth() !== +month! - 1) return null;
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  const [, sign = '+', zoneHour = '0', zoneMinute = '0'] =
    /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  const east = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1);
  return inRange(millis * 1000 + micros - east * 60_000_000);
}

function dayFirst(text: string): Micros | null {
  const [, day, month, year] = /^(\d\d)[-./](\d\d)[-./](\d{4})$/.exec(text) ?? [];
  return year === undefined ? null : readInstant(`${year}-${month}-${day}`);
}

const fromNumber = (value: number): number =>
  value < 1e11 ? value * 1e6 : value < 1e14 ? value * 1000 : value;

const inRange = (at: number): Micros | null => (at >= FIRST && at < LAST ? Math.round(at) : null);
