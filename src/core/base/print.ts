import type { Micros } from './instant.ts';
import { printInstant } from './instant.ts';

/** `1.2 GB`, `340 kB`: three digits at most. */
export function printBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const number = value >= 100 || unit === 0 ? Math.round(value) : Number(value.toPrecision(2));
  return `${number} ${number === 1 && unit === 0 ? 'byte' : units[unit]}`;
}

/** `45 s`, `12 min`, `3.5 h`, `2 days`. */
export function printSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Number((seconds / 3600).toPrecision(2))} h`;
  return `${Number((seconds / 86_400).toPrecision(2))} days`;
}

export const printCount = (n: number): string => Math.round(n).toLocaleString('en-US');

/** `1 connection`, `2 connections`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${printCount(n)} ${Math.round(n) === 1 ? one : many}`;

/** `2026-03-04 05:06:07 UTC`: an instant within a sentence. */
export const printMoment = (at: Micros): string =>
  `${printInstant(Math.floor(at / 1e6) * 1e6)
    .slice(0, 19)
    .replace('T', ' ')} UTC`;
