import type { Interval } from './range.ts';

/** A KQL string literal. Escapes what would end it or hide in it. */
export function kqlString(text: string): string {
  const body = text.replace(/[\\"\p{Cc}]/gu, (c) => {
    if (c === '\\' || c === '"') return `\\${c}`;
    if (c === '\n') return '\\n';
    if (c === '\r') return '\\r';
    if (c === '\t') return '\\t';
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${body}"`;
}

/** A KQL datetime literal of milliseconds since 1970; seconds and their fraction only where there are any. */
export function kqlTime(at: number): string {
  const iso = new Date(at).toISOString();
  const short = iso.endsWith(':00.000Z')
    ? `${iso.slice(0, 16)}Z`
    : iso.endsWith('.000Z')
      ? `${iso.slice(0, 19)}Z`
      : iso;
  return `datetime(${short})`;
}

/** A KQL timespan literal: `10m`, `1h`, `1d`. */
export function kqlSpan(ms: number): string {
  if (ms % 86_400_000 === 0) return `${ms / 86_400_000}d`;
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** A filter on a half-open interval of a datetime column. */
export const kqlWithin = (column: string, { from, to }: Interval): string =>
  `${column} >= ${kqlTime(from)} and ${column} < ${kqlTime(to)}`;

/** A name as KQL writes it: bare when it can be, bracketed otherwise. */
export const kqlName = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `[${kqlString(name)}]`;
