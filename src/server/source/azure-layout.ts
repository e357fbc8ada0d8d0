/**
 * Names that Azure's diagnostic logs have: `ROOT/y=2026/m=03/d=04/h=10/m=00/macAddress=…/PT1H.json`, hours in UTC.
 * Source: Microsoft, "Virtual network flow logs" and "NSG flow logs", log location.
 */
const HOUR_PATH = /^(.*\/)y=(\d{4})\/m=(\d\d)\/d=(\d\d)\/h=(\d\d)\//s;
const YEAR_FOLDER = /^(.*\/)y=\d{4}\/$/s;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What stands before `y=`, and the hour, ms; null for names that are laid out otherwise. */
export function parseHourPath(
  name: string,
): { readonly root: string; readonly hour: number } | null {
  const [, root, year, month, day, hour] = HOUR_PATH.exec(name) ?? [];
  if (root === undefined) return null;
  return { root, hour: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)) };
}

/** The root that a folder of a year belongs to; null for other folders. */
export const rootOfYear = (folder: string): string | null => YEAR_FOLDER.exec(folder)?.[1] ?? null;

const two = (n: number): string => String(n).padStart(2, '0');

const dayPath = (at: Date): string =>
  `y=${at.getUTCFullYear()}/m=${two(at.getUTCMonth() + 1)}/d=${two(at.getUTCDate())}/`;

/** The hours that blocks may come to now: this one and the one before, and the next when clocks may differ. Prefixes. */
export function currentHours(root: string, nowMs: number): string[] {
  const hours = [nowMs - HOUR_MS, nowMs, nowMs + 5 * 60_000].map((ms) => new Date(ms));
  return [...new Set(hours.map((at) => `${root}${dayPath(at)}h=${two(at.getUTCHours())}/`))];
}

/** The days that the last 24 hours lie in: where late blocks are looked for now and then. Prefixes. */
export function recentDays(root: string, nowMs: number): string[] {
  const days = [nowMs - DAY_MS, nowMs].map((ms) => new Date(ms));
  return [...new Set(days.map((at) => `${root}${dayPath(at)}`))];
}
