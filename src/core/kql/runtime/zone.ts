import { dayTicks, TICKS_PER_SECOND } from './calendar.ts';
import { EPOCH_TICKS } from './datetime.ts';

/** Time zones by IANA name, through Intl; an unknown name gives null. */

const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
        era: 'short',
      });
    } catch {
      // Intl throws for a name it does not know, which is an answer here.
      format = null;
    }
    if (formats.size < 1000) formats.set(zone, format);
  }
  return format;
}

/** How far local time is ahead of UTC at an instant, in ticks. */
function offsetAt(ticks: bigint, zone: string): bigint | null {
  const format = formatOf(zone);
  if (!format) return null;
  const ms = Number((ticks - EPOCH_TICKS) / 10_000n);
  const parts = new Map(format.formatToParts(new Date(ms)).map((p) => [p.type, p.value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const local =
    dayTicks(part('year'), part('month'), part('day')) +
    BigInt(part('hour') * 3600 + part('minute') * 60 + part('second')) * TICKS_PER_SECOND;
  const whole = ticks - (ticks % TICKS_PER_SECOND);
  return local - whole;
}

export function toLocal(ticks: bigint, zone: string): bigint | null {
  const offset = offsetAt(ticks, zone);
  return offset === null ? null : ticks + offset;
}

export function toUtc(ticks: bigint, zone: string): bigint | null {
  const first = offsetAt(ticks, zone);
  if (first === null) return null;
  const second = offsetAt(ticks - first, zone);
  if (second === null) return null;
  // A local time that the clock skips is read with the offset after the jump.
  const back = offsetAt(ticks - second, zone);
  const isSkipped = back !== null && back !== second;
  return isSkipped && first > second ? ticks - first : ticks - second;
}
