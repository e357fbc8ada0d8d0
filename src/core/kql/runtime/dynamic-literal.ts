import { parseDatetime, parseTimespan, printDatetimeTicks, printTimespan } from './datetime.ts';

/**
 * The text of a `dynamic(…)` literal as JSON: single quotes, and literals such as `datetime(…)` and `1d` inside, are
 * allowed there. Null where it cannot be read.
 */
export function dynamicToJson(source: string): string | null {
  const reader = { text: source, at: 0 };
  const value = readValue(reader, 0);
  skip(reader);
  return value !== null && reader.at === source.length ? value : null;
}

interface Reader {
  readonly text: string;
  at: number;
}

const MAX_DEPTH = 200;

function skip(r: Reader): void {
  for (;;) {
    const m = /^(?:\s+|\/\/[^\n]*)/.exec(r.text.slice(r.at, r.at + 4096));
    if (!m) return;
    r.at += m[0].length;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  a: '\x07',
  v: '\v',
};

function readText(r: Reader): string | null {
  const isVerbatim = r.text[r.at] === '@';
  if (isVerbatim) r.at++;
  const quote = r.text[r.at++];
  let out = '';
  while (r.at < r.text.length) {
    const c = r.text[r.at++]!;
    if (c === quote) {
      if (isVerbatim && r.text[r.at] === quote) {
        out += quote;
        r.at++;
      } else return out;
    } else if (c === '\\' && !isVerbatim) {
      const e = r.text[r.at++] ?? '';
      const hex = e === 'u' ? /^[0-9a-fA-F]{4}/.exec(r.text.slice(r.at, r.at + 4)) : null;
      if (hex) {
        out += String.fromCharCode(Number.parseInt(hex[0], 16));
        r.at += 4;
      } else out += ESCAPES[e] ?? e;
    } else out += c;
  }
  return null;
}

function readList(
  r: Reader,
  depth: number,
  close: string,
  item: () => string | null,
): string[] | null {
  const out: string[] = [];
  r.at++;
  for (skip(r); r.text[r.at] !== close; skip(r)) {
    if (r.at >= r.text.length || depth > MAX_DEPTH) return null;
    const value = item();
    if (value === null) return null;
    out.push(value);
    skip(r);
    if (r.text[r.at] === ',') r.at++;
    else if (r.text[r.at] !== close) return null;
  }
  r.at++;
  return out;
}

function isQuote(r: Reader): boolean {
  const c = r.text[r.at];
  return (
    c === '"' || c === "'" || (c === '@' && (r.text[r.at + 1] === '"' || r.text[r.at + 1] === "'"))
  );
}

function readValue(r: Reader, depth: number): string | null {
  skip(r);
  const c = r.text[r.at];
  if (/^h@?["']/i.test(r.text.slice(r.at, r.at + 3))) r.at++;
  if (isQuote(r)) {
    const text = readText(r);
    return text === null ? null : JSON.stringify(text);
  }
  if (c === '[') {
    const items = readList(r, depth, ']', () => readValue(r, depth + 1));
    return items ? `[${items.join(',')}]` : null;
  }
  if (c === '{') {
    const items = readList(r, depth, '}', () => {
      const key = isQuote(r) ? readText(r) : readBareKey(r);
      skip(r);
      if (key === null || r.text[r.at++] !== ':') return null;
      const value = readValue(r, depth + 1);
      return value === null ? null : `${JSON.stringify(key)}:${value}`;
    });
    return items ? `{${items.join(',')}}` : null;
  }
  return readScalar(r);
}

function readBareKey(r: Reader): string | null {
  const m = /^[A-Za-z_]\w*/.exec(r.text.slice(r.at, r.at + 256));
  if (!m) return null;
  r.at += m[0].length;
  return m[0];
}

function readScalar(r: Reader): string | null {
  const rest = r.text.slice(r.at);
  const typed = /^([a-z]+)\(([^)]*)\)/i.exec(rest);
  if (typed) {
    r.at += typed[0].length;
    return typedValue(typed[1]!.toLowerCase(), typed[2]!.trim().replace(/^(["'])(.*)\1$/, '$2'));
  }
  const m = /^[-+\w.]+/.exec(rest);
  if (!m) return null;
  r.at += m[0].length;
  const word = m[0];
  if (/^(true|false|null)$/i.test(word)) return word.toLowerCase();
  if (/^-?\d+$/.test(word)) return String(BigInt(word));
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) && Number.isFinite(Number(word)))
    return /^-?(0|[1-9]\d*)(\.\d+)?(e[-+]?\d+)?$/i.test(word) ? word : String(Number(word));
  const span = parseTimespan(word);
  return span === null ? null : JSON.stringify(printTimespan(span));
}

function typedValue(type: string, text: string): string | null {
  if (text === 'null') return 'null';
  if (type === 'datetime' || type === 'date') {
    const ticks = parseDatetime(text);
    return ticks === null ? 'null' : JSON.stringify(printDatetimeTicks(ticks));
  }
  if (type === 'timespan' || type === 'time') {
    const span = parseTimespan(text);
    return span === null ? 'null' : JSON.stringify(printTimespan(span));
  }
  if (type === 'guid') return JSON.stringify(text);
  if (type === 'bool' || type === 'boolean') return text.toLowerCase();
  return /^-?[\d.]+(e[-+]?\d+)?$/i.test(text) ? text : null;
}
