import type { HostValue } from '../dialect/dialect.ts';

/** A dynamic value, opened. Whole numbers past 2^53 are bigints; property order is kept. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonBag;
export interface JsonBag {
  [key: string]: Json;
}

/** A number with a fraction point that is whole (`1.0`), so that it prints as a real again. */
const BIG_DIGITS = /-?\d{16,}/;

const cache = new Map<string, Json>();
const CACHE_SIZE = 64;

/** Opens JSON text; null when it is none. The last few texts are remembered, since constants come once per row. Do not change what it gives. */
export function parseJson(text: HostValue): Json {
  if (typeof text !== 'string') return text ?? null;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parseFresh(text);
  if (text.length < 4096) {
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(text, parsed);
  }
  return parsed;
}

interface ReviverContext {
  readonly source?: string;
}

function revive(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (
    typeof value === 'number' &&
    context?.source &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(context.source)
  )
    return BigInt(context.source);
  return value;
}

function parseFresh(text: string): Json {
  try {
    const parsed: Json = BIG_DIGITS.test(text) ? JSON.parse(text, revive) : JSON.parse(text);
    return parsed;
  } catch {
    return null;
  }
}

/** True where the text is JSON, whatever it says. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text of a dynamic value; null for null. */
export function printJson(value: Json | undefined): string | null {
  if (value === null || value === undefined) return null;
  return jsonText(value);
}

export function jsonText(value: Json): string {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      return Number.isFinite(value)
        ? realJson(value)
        : `"${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}"`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
      return `{${Object.entries(value)
        .map(([k, v]) => `${JSON.stringify(k)}:${jsonText(v)}`)
        .join(',')}}`;
    default:
      return JSON.stringify(value);
  }
}

function realJson(value: number): string {
  return String(value);
}

/** A real as KQL prints it: `1.0`, `0.1`, `1E+20`, `NaN`, `Infinity`. */
export function printReal(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const size = Math.abs(value);
  if (size >= 1e15 || (size < 1e-4 && size > 0)) {
    const [digits, exponent] = value.toExponential().split('e');
    return `${digits}E${exponent![0]}${exponent!.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A dynamic value as tostring() shows it: texts bare, the rest as JSON. */
export function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return jsonText(value);
}

export function isBag(value: Json | undefined): value is JsonBag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number from a dynamic value, texts read as numbers; null when it is none. */
export function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') return parseReal(value);
  return null;
}

const REAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text as toreal() reads it. */
export function parseReal(source: string): number | null {
  const text = source.trim();
  if (REAL.test(text)) return Number(text);
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return null;
}

/** Text as tolong() reads it: decimal or hexadecimal digits. */
export function parseLong(source: string): bigint | null {
  const text = source.trim();
  if (/^[+-]?\d+$/.test(text)) return inRange(BigInt(text));
  if (/^0x[0-9a-f]+$/i.test(text)) return inRange(BigInt.asIntN(64, BigInt(text)));
  return null;
}

function inRange(value: bigint): bigint | null {
  return BigInt.asIntN(64, value) === value ? value : null;
}

export function asText(value: HostValue | undefined): string {
  return typeof value === 'string'
    ? value
    : value === null || value === undefined
      ? ''
      : String(value);
}

export function asNumber(value: HostValue | undefined): number | null {
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null;
}
