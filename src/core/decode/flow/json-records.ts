/**
 * Finding records in the JSON that clouds write: `{"records":[ RECORD, RECORD … ]}`, the same nested or concatenated,
 * bare arrays, or one record after the other.
 *
 * Records are found by structure. Inside the arrays of tuples, which are most of the bytes and hold plain strings, the
 * scan jumps from bracket to bracket. Where the structure breaks, the scan looks for the text of a next record's
 * beginning, so that a damaged record never takes its neighbours with it.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;

export function isSpace(c: number | undefined): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}

export function skipSpace(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && isSpace(bytes[at])) at++;
  return at;
}

/** The index after the string whose opening quote is at `at`; -1 when it does not end. */
export function endOfString(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const c = bytes[i];
    if (c === QUOTE) return i + 1;
    if (c === BACKSLASH) i++;
  }
  return -1;
}

/** True when `text` (ASCII) stands at `at`. */
export function hasTextAt(bytes: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** What a format says of its records. */
export interface RecordShape {
  /** Keys of which one is the first in every record, and in no object inside a record. */
  readonly firstKeys: readonly string[];
  /** The key of arrays that hold only plain strings; '' when there are none. */
  readonly tuplesKey: string;
}

/** True when an object that opens at `at` has one of the keys first; undefined when the bytes end too early to tell. */
function opensWith(bytes: Uint8Array, at: number, keys: readonly string[]): boolean | undefined {
  const quote = skipSpace(bytes, at + 1);
  if (quote >= bytes.length) return undefined;
  if (bytes[quote] !== QUOTE) return false;
  let isCut = false;
  for (const key of keys) {
    const end = quote + 1 + key.length;
    if (end < bytes.length) {
      if (bytes[end] === QUOTE && hasTextAt(bytes, quote + 1, key)) return true;
    } else isCut = true;
  }
  return isCut ? undefined : false;
}

/** Where the text of a next record, or of a `{"records":[`, begins at or after `from`; -1 when there is none. */
export function nextRecord(bytes: Uint8Array, from: number, shape: RecordShape): number {
  for (let i = bytes.indexOf(OPEN_BRACE, from); i >= 0; i = bytes.indexOf(OPEN_BRACE, i + 1))
    if (opensWith(bytes, i, shape.firstKeys) || opensWith(bytes, i, WRAPPER)) return i;
  return -1;
}
const WRAPPER = ['records'];

/**
 * The index after the `[` of a `{"records":[` that opens at `at`; -1 when something else opens there, -2 when the
 * bytes end too early to tell.
 */
export function enterRecords(bytes: Uint8Array, at: number): number {
  const opens = opensWith(bytes, at, WRAPPER);
  if (opens === undefined) return -2;
  if (!opens) return -1;
  let i = skipSpace(bytes, at + 1) + WRAPPER[0]!.length + 2;
  i = skipSpace(bytes, i);
  if (i >= bytes.length) return -2;
  if (bytes[i] !== COLON) return -1;
  i = skipSpace(bytes, i + 1);
  if (i >= bytes.length) return -2;
  return bytes[i] === OPEN_BRACKET ? i + 1 : -1;
}

/**
 * The index after the record that opens at `at`, or where the next record begins when this one is damaged; -1 when
 * the bytes end before either.
 */
function endOfRecord(bytes: Uint8Array, at: number, shape: RecordShape): number {
  const { tuplesKey } = shape;
  let depth = 0;
  let i = at;
  while (i < bytes.length) {
    const c = bytes[i]!;
    if (c === QUOTE) {
      const end = endOfString(bytes, i);
      if (end < 0) break;
      if (
        tuplesKey !== '' &&
        end - i === tuplesKey.length + 2 &&
        hasTextAt(bytes, i + 1, tuplesKey)
      ) {
        const open = skipSpace(bytes, skipSpace(bytes, end) + 1);
        if (bytes[open] === OPEN_BRACKET) {
          const close = bytes.indexOf(CLOSE_BRACKET, open);
          if (close < 0) break;
          i = close + 1;
          continue;
        }
      }
      i = end;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (c === OPEN_BRACE && i > at && opensWith(bytes, i, shape.firstKeys)) return i;
      depth++;
      i++;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      i++;
      if (--depth === 0) return i;
    } else if (c === COMMA || c === COLON || isSpace(c) || isLiteral(c)) i++;
    else return nextRecord(bytes, at + 1, shape);
  }
  return nextRecord(bytes, at + 1, shape);
}

/** Characters of numbers and of true, false, null. */
function isLiteral(c: number): boolean {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === 0x2d ||
    c === 0x2b ||
    c === 0x2e ||
    c === 0x45
  );
}

/**
 * How many bytes from the start hold whole records: see Format.cut. Closing brackets after the last record are not
 * counted, because a growing object overwrites them.
 *
 * Where a record begins, all before it have ended (or are damaged), so only the last one is walked through. The text of a
 * record's beginning cannot stand inside a JSON string, because it holds quotes.
 */
export function cutRecords(bytes: Uint8Array, shape: RecordShape): number {
  for (
    let i = bytes.lastIndexOf(OPEN_BRACE);
    i >= 0;
    i = i === 0 ? -1 : bytes.lastIndexOf(OPEN_BRACE, i - 1)
  ) {
    if (opensWith(bytes, i, shape.firstKeys)) {
      const end = endOfRecord(bytes, i, shape);
      return end < 0 ? i : end;
    }
    if (opensWith(bytes, i, WRAPPER)) return i;
  }
  return 0;
}

/** True when nothing but the closing brackets of finished arrays and objects, commas and white space is left. */
export function isTrailer(bytes: Uint8Array): boolean {
  return bytes.every((c) => c === CLOSE_BRACE || c === CLOSE_BRACKET || c === COMMA || isSpace(c));
}
