import type { HostFunction } from '../dialect/dialect.ts';
import { EPOCH_TICKS, parseDatetime, parseTimespan, printTimespan } from '../runtime/datetime.ts';
import { hasTerm, type TermEdge } from '../runtime/terms.ts';
import {
  asText,
  isBag,
  isJson,
  type Json,
  jsonText,
  numberOf,
  parseJson,
  parseLong,
  parseReal,
  printJson,
  printReal,
  textOf,
} from '../runtime/value.ts';

/** Functions that printers call; KQL does not name them. */

/** Reals past the ends of an int stop there; whole numbers wrap around. */
function intOf(value: Json): bigint | null {
  const long = longOf(value);
  if (long === null || typeof value !== 'number' || Number.isSafeInteger(value))
    return long === null ? null : BigInt.asIntN(32, long);
  return long > 2_147_483_647n ? 2_147_483_647n : long < -2_147_483_648n ? -2_147_483_648n : long;
}

/** Reals past the ends of a long stop there. */
function longOf(value: Json): bigint | null {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : null;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    if (Math.abs(value) < 9.2e18) return BigInt(Math.trunc(value));
    return value > 0 ? 9_223_372_036_854_775_807n : -9_223_372_036_854_775_808n;
  }
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'string' ? parseLong(value) : null;
}

function boolOf(text: string): boolean | null {
  const lower = text.trim().toLowerCase();
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  const number = parseLong(lower);
  return number === null ? null : number !== 0n;
}

const GUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

function guidOf(text: string): string | null {
  const m = GUID.exec(text.trim());
  return m ? m.slice(1).join('-').toLowerCase() : null;
}

/** parse_json(): text that is not JSON is a text value; '' and null are null. */
export function parseJsonText(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (!isJson(trimmed)) return JSON.stringify(text);
  return printJson(parseJson(trimmed));
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'long';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'long' : 'double';
    case 'string':
      return 'string';
    default:
      return 'dictionary';
  }
}

/** The elements of an array, one JSON text each; a bag gives single-property bags. */
function elements(value: Json, asPairs: boolean): string | null {
  if (value === null) return null;
  if (Array.isArray(value)) return jsonText(value);
  if (isBag(value))
    return jsonText(Object.entries(value).map(([k, v]): Json => (asPairs ? [k, v] : { [k]: v })));
  return jsonText([value]);
}

function listOf(text: unknown): string[] {
  const value = parseJson(typeof text === 'string' ? text : null);
  const flat = (v: Json): string[] =>
    Array.isArray(v) ? v.flatMap(flat) : isBag(v) ? Object.values(v).flatMap(flat) : [textOf(v)];
  return value === null ? [] : flat(value);
}

/** buildschema(): the least schema that admits every value. */
function schemaOf(values: readonly Json[]): Json {
  const kinds = new Set<string>();
  const bags: { [key: string]: Json }[] = [];
  const items: Json[] = [];
  for (const v of values) {
    if (Array.isArray(v)) items.push(...v);
    else if (isBag(v)) bags.push(v);
    else if (v !== null) kinds.add(typeName(v));
  }
  const out: Json[] = [...kinds];
  const keys = new Set(bags.flatMap((b) => Object.keys(b)));
  if (bags.length > 0)
    out.push(
      Object.fromEntries(
        [...keys].map((k) => [
          k,
          schemaOf(bags.flatMap((b) => (Object.hasOwn(b, k) ? [b[k] ?? null] : []))),
        ]),
      ),
    );
  if (items.length > 0) out.push({ '`indexer`': schemaOf(items) });
  return out.length === 1 ? out[0]! : out;
}

function edgeOf(value: unknown): TermEdge {
  return value === 'start' || value === 'end' ? value : 'both';
}

function makeBag(lines: string): string {
  const out: { [key: string]: Json } = {};
  for (const line of lines === '' ? [] : lines.split('\n')) {
    const bag = parseJson(line);
    if (isBag(bag))
      for (const [k, v] of Object.entries(bag)) if (!Object.hasOwn(out, k)) out[k] = v;
  }
  return jsonText(out);
}

let sessionsOf: { readonly key: string; readonly starts: readonly bigint[] } = {
  key: '',
  starts: [],
};

/** The start of the session that a row is in; a session ends after too long a time, or too long a pause. */
function sessionStart(times: string, row: number, longest: bigint, gap: bigint): bigint | null {
  const key = `${longest}/${gap}/${times}`;
  if (sessionsOf.key !== key) {
    const starts: bigint[] = [];
    let [first, last] = [0n, 0n];
    times.split(',').forEach((text, i) => {
      const at = BigInt(text || 0);
      if (i === 0 || at - first > longest || at - last > gap) first = at;
      last = at;
      starts.push(first);
    });
    sessionsOf = { key, starts };
  }
  return sessionsOf.starts[row - 1] ?? null;
}

/** make_list() and make_set() put the elements of arrays, not arrays, into their list. */
function inside(value: Json): string {
  return Array.isArray(value)
    ? value.length === 0
      ? ''
      : value.map(jsonText).join(',')
    : value === null
      ? 'null'
      : jsonText(value);
}

export const INTERNAL: readonly HostFunction[] = [
  {
    // Decimals are doubles here: what binary fractions leave behind the 15th digit goes.
    name: 'weir_decimal',
    args: ['real'],
    returns: 'real',
    call: (v) =>
      typeof v === 'number' && Number.isFinite(v) && !Number.isInteger(v)
        ? Number(v.toPrecision(15))
        : (v ?? null),
  },
  {
    name: 'weir_decimal_text',
    args: ['real'],
    returns: 'text',
    call: (v) => (typeof v === 'number' ? String(v) : null),
  },
  {
    name: 'weir_unique',
    args: ['text', 'long'],
    returns: 'text',
    call: (v, n) => {
      const items = parseJson(v);
      const seen = new Set<string>();
      if (Array.isArray(items))
        for (const item of items)
          if (item !== null && seen.size < Number(n)) seen.add(jsonText(item));
      return `[${[...seen].join(',')}]`;
    },
  },
  { name: 'weir_inside', args: ['text'], returns: 'text', call: (v) => inside(parseJson(v)) },
  {
    name: 'weir_session',
    args: ['text', 'long', 'long', 'long'],
    returns: 'long',
    call: (times, row, longest, gap) =>
      sessionStart(asText(times), Number(row), BigInt(asText(longest)), BigInt(asText(gap))),
  },
  { name: 'weir_make_bag', args: ['text'], returns: 'text', call: (v) => makeBag(asText(v)) },
  {
    name: 'weir_buildschema',
    args: ['text'],
    returns: 'text',
    call: (v) => {
      const values = asText(v)
        .split('\n')
        .filter((x) => x !== '');
      return values.length === 0 ? null : jsonText(schemaOf(values.map((x) => parseJson(x))));
    },
  },
  {
    name: 'weir_real_text',
    args: ['real'],
    returns: 'text',
    call: (v) => (typeof v === 'number' ? printReal(v) : null),
  },
  {
    name: 'weir_real_json',
    args: ['real'],
    returns: 'text',
    call: (v) =>
      typeof v === 'number'
        ? Number.isFinite(v)
          ? printReal(v)
          : JSON.stringify(printReal(v))
        : null,
  },
  {
    name: 'weir_timespan_text',
    args: ['long'],
    returns: 'text',
    call: (v) => (v === null ? null : printTimespan(BigInt(asText(v)))),
  },
  {
    name: 'weir_dynamic_text',
    args: ['text'],
    returns: 'text',
    call: (v) => (typeof v === 'string' ? (isJson(v) ? textOf(parseJson(v)) : v) : null),
  },
  {
    name: 'weir_dynamic_json',
    args: ['text'],
    returns: 'text',
    call: (v) => (typeof v === 'string' ? jsonText(parseJson(v)) : null),
  },
  { name: 'weir_dynamic_long', args: ['text'], returns: 'long', call: (v) => longOf(parseJson(v)) },
  { name: 'weir_dynamic_int', args: ['text'], returns: 'long', call: (v) => intOf(parseJson(v)) },
  {
    name: 'weir_dynamic_real',
    args: ['text'],
    returns: 'real',
    call: (v) => numberOf(parseJson(v)),
  },
  {
    name: 'weir_dynamic_bool',
    args: ['text'],
    returns: 'bool',
    call: (v) => {
      const value = parseJson(v);
      return typeof value === 'boolean'
        ? value
        : typeof value === 'number'
          ? value !== 0
          : typeof value === 'string'
            ? boolOf(value)
            : null;
    },
  },
  {
    name: 'weir_dynamic_type',
    args: ['text'],
    returns: 'text',
    call: (v) => typeName(parseJson(v)),
  },
  { name: 'weir_text_long', args: ['text'], returns: 'long', call: (v) => parseLong(asText(v)) },
  { name: 'weir_text_real', args: ['text'], returns: 'real', call: (v) => parseReal(asText(v)) },
  { name: 'weir_text_bool', args: ['text'], returns: 'bool', call: (v) => boolOf(asText(v)) },
  {
    name: 'weir_text_datetime',
    args: ['text'],
    returns: 'long',
    call: (v) => {
      const ticks = parseDatetime(asText(v));
      return ticks === null
        ? null
        : (ticks - EPOCH_TICKS) / 10n - ((ticks - EPOCH_TICKS) % 10n < 0n ? 1n : 0n);
    },
  },
  {
    name: 'weir_text_timespan',
    args: ['text'],
    returns: 'long',
    call: (v) => parseTimespan(asText(v)),
  },
  { name: 'weir_text_guid', args: ['text'], returns: 'text', call: (v) => guidOf(asText(v)) },
  {
    name: 'weir_parse_json',
    args: ['text'],
    returns: 'text',
    call: (v) => parseJsonText(asText(v)),
  },
  {
    name: 'weir_elements',
    args: ['text'],
    returns: 'text',
    call: (v) => elements(parseJson(v), false),
  },
  {
    name: 'weir_pairs',
    args: ['text'],
    returns: 'text',
    call: (v) => elements(parseJson(v), true),
  },
  {
    name: 'weir_texts',
    args: [],
    rest: 'text',
    returns: 'text',
    call: (...v) => jsonText(v.flatMap((x) => listOf(x))),
  },
  {
    name: 'weir_has',
    args: ['text', 'text', 'bool', 'text'],
    returns: 'bool',
    call: (t, term, isCased, edge) =>
      hasTerm(asText(t), asText(term), isCased === true, edgeOf(edge)),
  },
  {
    name: 'weir_has_any',
    args: ['text', 'text'],
    returns: 'bool',
    call: (t, list) => listOf(list).some((term) => hasTerm(asText(t), term, false, 'both')),
  },
  {
    name: 'weir_has_all',
    args: ['text', 'text'],
    returns: 'bool',
    call: (t, list) => listOf(list).every((term) => hasTerm(asText(t), term, false, 'both')),
  },
  {
    name: 'weir_in_dynamic',
    args: ['text', 'text'],
    returns: 'bool',
    call: (t, list) => listOf(list).includes(asText(t)),
  },
];
