import type { Timespan } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';

const DURATION =
  /^P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const DAY_MS = 86_400_000;
/** Years and months count as 365 and 30 days, as .NET's XmlConvert.ToTimeSpan has it. */
const UNITS_MS = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, 3_600_000, 60_000, 1000] as const;

/** An ISO 8601 duration in milliseconds; undefined for other texts. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  const numbers = match?.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (!numbers?.some((n) => n !== undefined)) return undefined;
  return numbers.reduce<number>((sum, n, i) => sum + (n ?? 0) * (UNITS_MS[i] ?? 0), 0);
}

/**
 * The `timespan` of the Log Analytics API: a duration that ends now, or `start/end`, `start/duration`, `duration/end`.
 * Throws Refused. Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/timeout-and-timespan, ISO 8601.
 */
export function parseTimespan(text: string, nowMs: number): Timespan {
  const [first = '', second, ...more] = text.trim().split('/');
  const bad = () =>
    new Refused('bad-request', `The timespan ${text} is not an ISO 8601 duration or interval.`, {
      hint: 'Examples: PT24H, or 2026-03-01T00:00:00Z/2026-03-02T00:00:00Z.',
    });
  if (more.length > 0) throw bad();
  const firstMs = parseDuration(first);
  if (second === undefined) {
    if (firstMs === undefined) throw bad();
    return between(nowMs - firstMs, nowMs);
  }
  const secondMs = parseDuration(second);
  if (firstMs !== undefined && secondMs !== undefined) throw bad();
  const start =
    firstMs === undefined ? Date.parse(withZone(first)) : Date.parse(withZone(second)) - firstMs;
  const end = secondMs === undefined ? Date.parse(withZone(second)) : start + secondMs;
  if (Number.isNaN(start) || Number.isNaN(end)) throw bad();
  return between(start, end);
}

/** A time without a zone is UTC; JavaScript would take it for local time. */
function withZone(text: string): string {
  return /T.*(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
}

function between(fromMs: number, toMs: number): Timespan {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
