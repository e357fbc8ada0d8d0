import type { Unit } from '#core/schema/index.ts';

/** A number as people read it, and the exact one for hover and copying. */
export interface Shown {
  readonly text: string;
  readonly exact: string;
}

const THIN = '\u202f';
const MINUS = '\u2212';
const COUNT_STEPS = ['', 'k', 'M', 'G', 'T', 'P'] as const;
const BYTE_STEPS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Three significant digits, trailing zeros kept so that columns of numbers line up: 6.31, 48.2, 412. */
function threeDigits(value: number): string {
  const abs = Math.abs(value);
  return value.toFixed(abs < 9.995 ? 2 : abs < 99.95 ? 1 : 0);
}

function stepped(value: number, steps: readonly string[], isWhole: boolean): string {
  const sign = value < 0 ? MINUS : '';
  let rest = Math.abs(value);
  let step = 0;
  // 999.5 would print as 1000 of the lower step.
  while (rest >= 999.5 && step < steps.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 && isWhole && Number.isInteger(rest) ? String(rest) : threeDigits(rest);
  const unit = steps[step];
  return unit ? `${sign}${digits}${THIN}${unit}` : `${sign}${digits}`;
}

/** Groups of three digits separated by a comma, as many decimals as the number has. */
export function exactNumber(value: number | bigint): string {
  const text = value.toLocaleString('en-US', { maximumFractionDigits: 12 });
  return text.startsWith('-') ? MINUS + text.slice(1) : text;
}

/** 48,201,377 → `48.2 M`. Whole numbers below a thousand stay whole. */
export const formatCount = (value: number): string => stepped(value, COUNT_STEPS, true);

/** 6,310,000,000,000 → `6.31 TB` (powers of ten, as network gear counts). */
export const formatBytes = (value: number): string => stepped(value, BYTE_STEPS, true);

/** 0.039 → `3.9 %`. Shares near 1 keep enough digits to show that they are not whole: 0.99998 → `99.998 %`. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const percent = share * 100;
  const gap = Math.min(Math.abs(percent), Math.abs(100 - percent));
  if (percent === 0 || percent === 100) return `${percent}${THIN}%`;
  const digits = gap >= 10 ? 0 : gap >= 0.1 ? 1 : Math.min(6, Math.ceil(-Math.log10(gap) - 1e-9));
  let text = percent.toFixed(digits);
  // Never round a loss away.
  if (Number(text) === 100 && percent < 100) text = '99.999999';
  return `${text.replace('-', MINUS)}${THIN}%`;
}

/** `3.6×`, `47×`. */
export const formatTimes = (ratio: number): string =>
  `${ratio >= 10 ? exactNumber(Math.round(ratio)) : ratio.toFixed(1)}×`;

/** Change from one number to another: `+4 %`, `−3 %`, `7×` from a fivefold rise on, `new` from nothing. */
export function formatChange(now: number, before: number): string {
  if (before === 0) return now === 0 ? 'same' : 'new';
  const ratio = now / before;
  if (ratio >= 5) return formatTimes(ratio);
  const percent = (ratio - 1) * 100;
  const rounded = Math.abs(percent) < 10 ? Number(percent.toFixed(1)) : Math.round(percent);
  if (rounded === 0) return 'same';
  return `${rounded > 0 ? '+' : MINUS}${Math.abs(rounded)}${THIN}%`;
}

/** Difference of two shares in percentage points: `+1.6 points`. */
export function formatPoints(now: number, before: number): string {
  const points = Number(((now - before) * 100).toFixed(1));
  if (points === 0) return 'same';
  return `${points > 0 ? '+' : MINUS}${Math.abs(points)} points`;
}

const SPANS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A length of time in its largest unit: `4 s`, `12 min`, `3 h`, `250 ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return `${ms <= 0 ? 0 : ms.toFixed(1)}${THIN}ms`;
  if (ms < 1000) return `${Math.round(ms)}${THIN}ms`;
  for (const [name, size] of SPANS) {
    if (ms < size) continue;
    const value = ms / size;
    return `${name === 's' && value < 10 ? Number(value.toFixed(1)) : Math.floor(value)}${THIN}${name}`;
  }
  return `${Math.round(ms)}${THIN}ms`;
}

/** `4 s ago`, `in 2 h`; `now` within a second. */
export function formatAgo(at: number, now: number): string {
  const passed = now - at;
  if (Math.abs(passed) < 1000) return 'now';
  const span = formatDuration(Math.floor(Math.abs(passed) / 1000) * 1000);
  return passed > 0 ? `${span} ago` : `in ${span}`;
}

/** One count of a noun: `1 file`, `12 files`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A number by the unit of its column. */
export function formatByUnit(value: number | bigint, unit: Unit): Shown {
  const exact = exactNumber(value);
  const number = Number(value);
  if (!Number.isFinite(number))
    return { text: Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : `${MINUS}∞`, exact };
  if (unit === 'bytes') return { text: formatBytes(number), exact: `${exact} bytes` };
  if (unit === 'packets' || unit === 'flows' || unit === 'records')
    return { text: formatCount(number), exact: `${exact} ${unit}` };
  if (unit === 'milliseconds') return { text: formatDuration(number), exact: `${exact} ms` };
  if (unit === 'ratio') return { text: formatShare(number), exact };
  if (unit === 'port') return { text: String(value), exact: String(value) };
  const isRound = typeof value === 'bigint' || Number.isInteger(number);
  return { text: isRound ? exact : exactNumber(Number(number.toPrecision(6))), exact };
}
