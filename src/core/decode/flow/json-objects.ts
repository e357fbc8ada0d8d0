import { decodeUtf8 } from '#core/base/index.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import { enterRecords, isSpace, type RecordShape, skipSpace } from './json-records.ts';
import { nextLineObject, RecordStarts } from './record-starts.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 64;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a parsed object, never one that it inherits; undefined when there is none. */
export function member(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A member that is text, or a number as text; '' otherwise. */
export function textMember(value: unknown, key: string): string {
  const found = member(value, key);
  if (typeof found === 'string') return found;
  return typeof found === 'number' ? String(found) : '';
}

/**
 * The index after the object that opens at `at`; when it is damaged, -1 - the index where that shows. An object that does
 * not end shows its damage at the end of the bytes.
 */
function endOfObject(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === QUOTE) {
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) {
        if (bytes[i] === BACKSLASH) i++;
        else if (bytes[i]! < 0x20) return -1 - i;
      }
      const after = skipSpace(bytes, i + 1);
      if (after >= bytes.length) return -1 - bytes.length;
      const next = bytes[after];
      if (next !== 0x2c && next !== 0x3a && next !== 0x7d && next !== 0x5d) return -1 - after;
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_DEPTH) return -1 - i;
    } else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i + 1;
  }
  return -1 - bytes.length;
}

/**
 * Where the last whole object at or after `from` ends, whatever its keys; `from` when there is none. A damaged one ends
 * where the next line opens an object, as in `readObjects`.
 */
export function cutObjects(bytes: Uint8Array, from: number): number {
  let whole = from;
  let i = from;
  while (i >= 0 && i < bytes.length) {
    if (bytes[i] === 0x7b) {
      const end = endOfObject(bytes, i);
      i = end >= 0 ? end : nextLineObject(bytes, -1 - end);
      if (i >= 0) whole = i;
    } else {
      const width = widthBetweenObjects(bytes, i);
      i = width > 0 ? i + width : nextLineObject(bytes, i);
    }
  }
  return whole;
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    // The caller counts it as a problem, with its bytes.
    return undefined;
  }
}

/**
 * Calls `each` with every whole object of a unit, whether they stand in an array, in `{"records":[…]}`, or one after the
 * other, and with its index in the unit. What is damaged or is no object is one problem each.
 */
export function readObjects(
  unit: Uint8Array,
  origin: Origin,
  shape: RecordShape,
  sink: DecodeSink,
  each: (object: JsonObject, at: number, end: number) => void,
): void {
  const starts = new RecordStarts(unit, shape);
  let i = 0;
  while (i < unit.length) {
    const c = unit[i]!;
    if (c === 0x7b) {
      const inside = enterRecords(unit, i);
      if (inside >= 0) {
        i = inside;
        continue;
      }
      // An object never reaches into the next one, however it is damaged.
      const next = starts.after(i);
      const limit = next < 0 ? unit.length : next;
      const end = endOfObject(unit.subarray(0, limit), i);
      const object = end >= 0 ? parseObject(unit.subarray(i, end)) : undefined;
      if (object) {
        each(object, i, end);
        i = end;
        continue;
      }
      const brokenAt = end >= 0 ? end : -1 - end;
      const resumed = starts.resume(i, brokenAt);
      const stop = resumed < 0 ? unit.length : resumed;
      const code: ProblemCode = resumed < 0 && brokenAt >= limit ? 'truncated' : 'not-json';
      const detail = `the JSON breaks near byte ${origin.offset + brokenAt}`;
      sink.problem(code, origin.offset + i, detail, unit.subarray(i, stop));
      i = stop;
    } else if (widthBetweenObjects(unit, i) > 0) {
      i += widthBetweenObjects(unit, i);
    } else {
      const next = starts.resume(i, i);
      const end = next < 0 ? unit.length : next;
      sink.problem('not-json', origin.offset + i, 'text between records', unit.subarray(i, end));
      i = end;
    }
  }
}

/** How many bytes at `at` may stand between objects: a bracket, a comma, white space or a byte order mark; 0 for others. */
function widthBetweenObjects(bytes: Uint8Array, at: number): number {
  const c = bytes[at];
  if (c === 0x2c || c === 0x5b || c === 0x5d || c === 0x7d || isSpace(c)) return 1;
  return c === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
}
