/** Least important first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** One entry a call. Fields are plain JSON; an Error becomes its message, stack and causes. Secrets are taken out. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

export interface LogOptions {
  readonly level: LogLevel;
  /** `json`: one object a line. `text`: for a person at a terminal. */
  readonly form: 'json' | 'text';
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Gets whole lines. */
  readonly write: (line: string) => void;
}

/** Writes entries of at least `level`. Never throws for what it is given. */
export function createLog({ level, form, now, write }: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(level);
  const entry =
    (of: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(of) < least) return;
      const at = new Date(now()).toISOString();
      const said = redactText(message);
      const clean = redact(fields, 0);
      if (form === 'json') {
        const rest = typeof clean === 'object' && clean !== null ? clean : {};
        write(`${JSON.stringify({ at, level: of, message: said, ...rest })}\n`);
      } else write(`${at.slice(11, 23)} ${of.padEnd(5)} ${printable(said)}${printFields(clean)}\n`);
    };
  return { debug: entry('debug'), info: entry('info'), warn: entry('warn'), error: entry('error') };
}

const SECRET_NAME =
  /pass(word|wd|phrase)|secret|token|authorization|cookie|credential|api[-_]?key|account[-_]?key|connection[-_]?string|^sas$|^sig$/i;
const REDACTED = '[redacted]';
const DEPTH = 5;
const ITEMS = 50;
const TEXT = 4000;

/** Secrets that stand inside a text: our tokens, bearer headers, signatures and keys of cloud storage, user:password@. */
export function redactText(text: string): string {
  return text
    .slice(0, TEXT)
    .replace(/\bweir_[\w-]{20,}/g, REDACTED)
    .replace(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`)
    .replace(
      /([#?&;]?\b(?:token|sig|signature|accountkey|sharedaccesssignature|password|pwd)=)[^&;\s"']+/gi,
      `$1${REDACTED}`,
    )
    .replace(/(\/\/[^/\s:@]+:)[^/\s@]+@/g, `$1${REDACTED}@`);
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return '…';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Set || value instanceof Map) return redact([...value], depth);
  if (Array.isArray(value)) return value.slice(0, ITEMS).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, ITEMS)
      .map(([name, inner]) => [name, SECRET_NAME.test(name) ? REDACTED : redact(inner, depth + 1)]),
  );
}

function redactError(error: Error, depth: number): unknown {
  const { cause } = error;
  return {
    name: error.name,
    message: redactText(error.message),
    ...('code' in error ? { code: redact(error.code, depth + 1) } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}

function printFields(fields: unknown): string {
  if (typeof fields !== 'object' || fields === null) return '';
  return Object.entries(fields)
    .map(([name, value]) => {
      if (isRecord(value) && typeof value['stack'] === 'string')
        return ` ${name}:\n${value['stack'].split('\n').map(printable).join('\n')}`;
      return ` ${name}=${typeof value === 'string' && /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value)}`;
    })
    .join('');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Control characters from hostile input must not reach a terminal, nor begin a line of their own. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (c) => `\\u${c.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
}
