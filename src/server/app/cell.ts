import { printInstant } from '#core/base/index.ts';
import type { KqlType } from '#core/schema/index.ts';

/** A stored value as JSON shows it: datetime (µs) and timespan (100 ns) as text, dynamic as the JSON it holds. */
export function cellOf(value: string | number | boolean | null, type: KqlType): unknown {
  if (value === null) return null;
  if (type === 'datetime' && typeof value === 'number') return printInstant(value);
  if (type === 'timespan' && typeof value === 'number') return printTimespan(value);
  if (type === 'dynamic' && typeof value === 'string') return parseDynamic(value);
  return value;
}

/** `[-][d.]hh:mm:ss[.fffffff]` of a count of 100 ns. */
export function printTimespan(ticks: number): string {
  const size = Math.abs(ticks);
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const seconds = Math.floor(size / 1e7);
  const days = Math.floor(seconds / 86_400);
  const fraction = size % 1e7;
  return [
    ticks < 0 ? '-' : '',
    days > 0 ? `${days}.` : '',
    `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`,
    fraction > 0 ? `.${String(fraction).padStart(7, '0')}` : '',
  ].join('');
}

function parseDynamic(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // A dynamic value that is not JSON is a string, as in KQL.
    return text;
  }
}
