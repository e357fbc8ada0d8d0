import { refuse } from '../refusal.ts';
import { parseDatetime, parseTimespan } from '../runtime/datetime.ts';
import { dynamicToJson } from '../runtime/dynamic-literal.ts';
import type { LiteralExpr, Span } from './expr.ts';

const UNIT_TICKS: Readonly<Record<string, number>> = {
  d: 864e9,
  day: 864e9,
  days: 864e9,
  h: 36e9,
  hr: 36e9,
  hrs: 36e9,
  hour: 36e9,
  hours: 36e9,
  m: 6e8,
  min: 6e8,
  minute: 6e8,
  minutes: 6e8,
  s: 1e7,
  sec: 1e7,
  second: 1e7,
  seconds: 1e7,
  ms: 1e4,
  milli: 1e4,
  millis: 1e4,
  millisec: 1e4,
  millisecond: 1e4,
  milliseconds: 1e4,
  micro: 10,
  micros: 10,
  microsec: 10,
  microsecond: 10,
  microseconds: 10,
  nano: 0.01,
  nanosecond: 0.01,
  tick: 1,
  ticks: 1,
};

/** What stands in the parentheses of `datetime(…)`, or the text itself. */
function inner(source: string): string {
  const open = source.indexOf('(');
  const text = open >= 0 && source.endsWith(')') ? source.slice(open + 1, -1) : source;
  return text.trim().replace(/^(["'])(.*)\1$/s, '$2');
}

function timespanTicks(value: string | null, source: string): string | null {
  const text = inner(source);
  const match = /^(-?[\d.]+(?:e[+-]?\d+)?)\s*([a-z]+)$/i.exec(text);
  const unit = match ? UNIT_TICKS[match[2]!.toLowerCase()] : undefined;
  if (match && unit) return String(BigInt(Math.round(Number(match[1]) * unit)));
  const ticks = parseTimespan(text);
  if (ticks !== null) return String(ticks);
  return value !== null && /^-?\d+$/.test(value) ? value : null;
}

/** `datetime(2025, 6, 14)`. */
function datetimeTicks(text: string): bigint | null {
  const parts = /^\d{4}(\s*,\s*\d+)+$/.test(text)
    ? text.split(',').map((p) => p.trim().padStart(2, '0'))
    : null;
  if (!parts) return parseDatetime(text);
  const [y, mo = '01', d = '01', h = '00', mi = '00', s = '00'] = parts;
  return parseDatetime(`${y}-${mo}-${d} ${h}:${mi}:${s}`);
}

function wholeNumber(value: string | null, source: string): string | null {
  const text = inner(source);
  if (/^0x[0-9a-f]+$/i.test(text)) return String(BigInt.asIntN(64, BigInt(text)));
  return /^-?\d+$/.test(text) ? String(BigInt(text)) : value;
}

function realValue(source: string): number | 'nan' | 'inf' | '-inf' {
  const text = inner(source).toLowerCase();
  if (text === 'nan') return 'nan';
  if (text === '+inf' || text === 'inf') return 'inf';
  if (text === '-inf') return '-inf';
  const number = Number(text);
  return number === Infinity ? 'inf' : number === -Infinity ? '-inf' : number;
}

/** A literal as data. `value` is what the language service says of it, `text` gives its text in the query. */
export function literalOf(
  typeName: string,
  value: string | null,
  text: () => string,
  at: Span,
): LiteralExpr {
  if (typeName === 'string') return make('string', value ?? '', at);
  const source = text();
  const isNull = /\(\s*null\s*\)$/.test(source);
  if (isNull && typeName !== 'string' && typeName !== 'dynamic') return make(typeName, null, at);
  switch (typeName) {
    case 'bool':
      return make('bool', value === null ? null : value.toLowerCase() === 'true', at);
    case 'real':
    case 'decimal':
      return make(typeName, realValue(source), at);
    case 'datetime': {
      const ticks = datetimeTicks(inner(source));
      return make('datetime', ticks === null ? null : String(ticks), at);
    }
    case 'timespan':
      return make('timespan', timespanTicks(value, source), at);
    case 'dynamic':
      return make('dynamic', dynamicText(value, source, at), at);
    case 'guid':
      return make('guid', value === null ? null : value.toLowerCase(), at);
    case 'int':
    case 'long':
      return make(typeName, wholeNumber(value, source), at);
    default:
      return make('string', value ?? '', at);
  }
}

function dynamicText(value: string | null, source: string, at: Span): string | null {
  const text = (value ?? inner(source)).trim();
  if (text === '' || text === 'null') return null;
  const json = dynamicToJson(text);
  if (json === null && /^[[{\d+-]/.test(text))
    refuse('this dynamic literal', at, 'is not a value: it is not JSON, or a number is too large');
  return json ?? JSON.stringify(text);
}

function make(type: string, value: LiteralExpr['value'], at: Span): LiteralExpr {
  const known =
    type === 'bool' ||
    type === 'real' ||
    type === 'decimal' ||
    type === 'datetime' ||
    type === 'timespan' ||
    type === 'dynamic' ||
    type === 'guid' ||
    type === 'int' ||
    type === 'long'
      ? type
      : 'string';
  return { kind: 'literal', type: known, value, at };
}
