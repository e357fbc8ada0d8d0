import type { Micros } from '#core/base/index.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1e6,
  m: 60e6,
  h: 3600e6,
  d: 86_400e6,
  w: 604_800e6,
};

const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Microseconds of `90s`, `5m`, `1h`, `14d`, `PT5H` (ISO 8601), `1.02:00:00`; undefined when it is none of these. */
export function readDuration(text: string): Micros | undefined {
  const short = /^\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*$/i.exec(text);
  if (short) return Math.round(Number(short[1]) * UNITS[short[2]!.toLowerCase()]!);
  const iso = ISO.exec(text.trim());
  if (iso && /\d/.test(text)) {
    const [weeks, days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0));
    return (
      weeks! * UNITS['w']! +
      days! * UNITS['d']! +
      hours! * 3600e6 +
      minutes! * 60e6 +
      seconds! * 1e6
    );
  }
  const clock = /^(?:(\d+)\.)?(\d{1,2}):(\d\d):(\d\d)$/.exec(text.trim());
  if (!clock) return undefined;
  const [days, hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0));
  return days! * UNITS['d']! + hours! * 3600e6 + minutes! * 60e6 + seconds! * 1e6;
}

/** `90s`, `5m`, `1h`, `14d`: the largest unit that divides it, as KQL writes timespans. */
export function printDuration(micros: Micros): string {
  for (const unit of ['d', 'h', 'm', 's'])
    if (micros % UNITS[unit]! === 0) return `${micros / UNITS[unit]!}${unit}`;
  return `${Math.round(micros / 1000)}ms`;
}
