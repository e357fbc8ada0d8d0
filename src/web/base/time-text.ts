import type { Interval } from './range.ts';

const two = (value: number): string => String(value).padStart(2, '0');

const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** `14:05` or, with seconds, `14:05:09`, local time. */
export function formatClock(at: number, hasSeconds = false): string {
  const date = new Date(at);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return hasSeconds ? `${clock}:${two(date.getSeconds())}` : clock;
}

/** `3 Mar`, with the year when it is not the year of `now`, local time. */
export function formatDate(at: number, now = Date.now()): string {
  const date = new Date(at);
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return date.getFullYear() === new Date(now).getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** `3 Mar 10:40`, local time. */
export const formatMoment = (at: number, now = Date.now()): string =>
  `${formatDate(at, now)} ${formatClock(at)}`;

/** `2026-03-03 10:40:00.123 UTC`: what hovering shows. */
export const formatUtc = (at: number): string =>
  `${new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '')
    .replace(/\.000$/, '')} UTC`;

/** `3 Mar 10:40 – 12:10`, the day once when it is the same. */
export function formatInterval(interval: Interval, now = Date.now()): string {
  const start = formatMoment(interval.from, now);
  const sameDay = formatDate(interval.from, now) === formatDate(interval.to, now);
  return `${start} – ${sameDay ? formatClock(interval.to) : formatMoment(interval.to, now)}`;
}
