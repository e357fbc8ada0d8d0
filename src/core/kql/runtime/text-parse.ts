import { compileRegex } from './regex.ts';
import { type Json, type JsonBag, parseJson } from './value.ts';

/** Whether a captured text is a value of a type, as parse in simple mode demands of every column. */
function fits(text: string, type: string): boolean {
  switch (type) {
    case 'long':
    case 'int':
      return /^\s*[-+]?\d+\s*$/.test(text);
    case 'real':
    case 'decimal':
      return text.trim() !== '' && !Number.isNaN(Number(text));
    default:
      return true;
  }
}

/** The captures of a parse pattern; null when the text does not match as a whole. */
export function parsePattern(
  text: string,
  regex: string,
  flags: string,
  mode: string,
  types: string,
): Json {
  const m = compileRegex(regex, flags.replace('U', '')).exec(text);
  if (!m) return null;
  const list = types === '' ? [] : types.split(',');
  const named = m.slice(1);
  const captures = list.map((_, i) => named[i] ?? '');
  if (mode === 'simple' && captures.some((c, i) => !fits(c, list[i] ?? 'string'))) return null;
  return captures;
}

interface KvOptions {
  readonly pair_delimiter?: string;
  readonly kv_delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly greedy?: string;
  readonly regex?: string;
}

function isOptions(value: unknown): value is KvOptions {
  return typeof value === 'object' && value !== null;
}

/** Skips a quoted text; gives it without quotes, and where it ends. */
function quotedAt(
  text: string,
  at: number,
  open: string,
  close: string,
  escapeMark: string,
): { value: string; end: number } | null {
  let value = '';
  for (let i = at + open.length; i < text.length; ) {
    if (escapeMark && text.startsWith(escapeMark, i) && i + escapeMark.length < text.length) {
      value += text[i + escapeMark.length];
      i += escapeMark.length + 1;
    } else if (text.startsWith(close, i)) return { value, end: i + close.length };
    else value += text[i++];
  }
  return null;
}

function byRegex(text: string, regex: string): JsonBag {
  const out: JsonBag = {};
  for (const m of text.matchAll(compileRegex(regex, 'g')))
    if (m[1] !== undefined && m[2] !== undefined && !Object.hasOwn(out, m[1])) out[m[1]] = m[2];
  return out;
}

/** parse-kv: the pairs of a text by delimiters, by quotes, or by a regular expression. The first of a key counts. */
export function parseKv(text: string, optionsJson: string, keysJson: string): JsonBag {
  const options: unknown = JSON.parse(optionsJson);
  const keys = parseJson(keysJson);
  if (!isOptions(options)) return {};
  if (options.regex) return byRegex(text, options.regex);
  const quotes = [...(options.quote ?? '')];
  const [open, close] =
    quotes.length >= 2 ? [quotes[0]!, quotes[1]!] : [quotes[0] ?? '', quotes[0] ?? ''];
  const kv = options.kv_delimiter ?? '=';
  const pair = options.pair_delimiter ?? '';
  const isGreedy = options.greedy === 'true';
  const escapeMark = options.escape ?? '';
  const wanted = Array.isArray(keys) ? keys.map(String) : [];
  if (!options.kv_delimiter && !options.pair_delimiter)
    return loosePairs(text, wanted, open, close, escapeMark);
  return isGreedy
    ? greedyPairs(text, kv, pair, wanted)
    : scanPairs(text, { kv, pair, open, close, escape: escapeMark });
}

interface Marks {
  readonly kv: string;
  readonly pair: string;
  readonly open: string;
  readonly close: string;
  readonly escape: string;
}

function readWord(
  text: string,
  at: number,
  marks: Marks,
  stops: readonly string[],
): { value: string; end: number } {
  if (marks.open && text.startsWith(marks.open, at)) {
    const quoted = quotedAt(text, at, marks.open, marks.close, marks.escape);
    if (quoted) return quoted;
  }
  let end = at;
  while (end < text.length && !stops.some((s) => s !== '' && text.startsWith(s, end))) end++;
  return { value: text.slice(at, end), end };
}

/** Where pairs are set apart by blanks, blanks beside the mark between key and value set nothing apart. */
function afterSpace(text: string, from: number, marks: Marks): number {
  let at = from;
  if (marks.pair.trim() === '' && marks.pair !== '')
    while (text.startsWith(marks.pair, at)) at += marks.pair.length;
  return at;
}

function scanPairs(text: string, marks: Marks): JsonBag {
  const out: JsonBag = {};
  for (let at = 0; at < text.length; ) {
    if (marks.pair && text.startsWith(marks.pair, at)) {
      at += marks.pair.length;
      continue;
    }
    const key = readWord(text, at, marks, [marks.kv, marks.pair]);
    const kvAt = afterSpace(text, key.end, marks);
    if (!text.startsWith(marks.kv, kvAt)) {
      at = Math.max(key.end, at + 1);
      continue;
    }
    const value = readWord(text, afterSpace(text, kvAt + marks.kv.length, marks), marks, [
      marks.pair,
    ]);
    const name = key.value.trim();
    if (!Object.hasOwn(out, name)) out[name] = value.value;
    at = Math.max(value.end, at + 1);
  }
  return out;
}

/** Values run on until the next key that the query names. */
function greedyPairs(text: string, kv: string, pair: string, keys: readonly string[]): JsonBag {
  const out: JsonBag = {};
  const found: { key: string; start: number; value: number }[] = [];
  let from = 0;
  for (let at = text.indexOf(kv, from); at >= 0; at = text.indexOf(kv, from)) {
    const before = text.slice(0, at);
    const start = pair ? before.lastIndexOf(pair) + (before.includes(pair) ? pair.length : 1) : 0;
    const key = before.slice(Math.max(0, start)).trim();
    if (keys.length === 0 || key !== '')
      found.push({ key, start: Math.max(0, start), value: at + kv.length });
    from = at + kv.length;
  }
  found.forEach((f, i) => {
    const end = found[i + 1]?.start ?? text.length;
    const value = text.slice(f.value, Math.max(f.value, end));
    if (!Object.hasOwn(out, f.key))
      out[f.key] = pair && value.endsWith(pair) ? value.slice(0, -pair.length) : value;
  });
  return out;
}

/** Without delimiters: after each wanted key, whatever is no letter or digit is skipped, and a word or a quoted text is its value. */
function loosePairs(
  text: string,
  keys: readonly string[],
  open: string,
  close: string,
  escapeMark: string,
): JsonBag {
  const out: JsonBag = {};
  for (const key of keys) {
    const pattern = new RegExp(
      `(?<![\\p{L}\\p{N}])${key.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
      'u',
    );
    const m = pattern.exec(text);
    if (!m) continue;
    let at = m.index + key.length;
    while (
      at < text.length &&
      !/[\p{L}\p{N}]/u.test(text[at]!) &&
      !(open && text.startsWith(open, at))
    )
      at++;
    const quoted =
      open && text.startsWith(open, at) ? quotedAt(text, at, open, close, escapeMark) : null;
    out[key] = quoted ? quoted.value : (/^[\p{L}\p{N}]+/u.exec(text.slice(at))?.[0] ?? '');
  }
  return out;
}
