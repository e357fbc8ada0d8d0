/** One object of a JSON feed. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonRecord {
  /** Counted from 1: a line of NDJSON, else an element. */
  readonly at: number;
  /** Undefined where a line is no JSON. */
  readonly value: JsonObject | undefined;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field of an object as it is; never one of the prototype's. */
export const at = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** A field as text: numbers and booleans are printed; '' for null, objects and what is not there. */
export function textAt(object: JsonObject, ...names: readonly string[]): string {
  for (const name of names) {
    const value = at(object, name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return '';
}

export function objectAt(object: JsonObject, name: string): JsonObject {
  const value = at(object, name);
  return isObject(value) ? value : {};
}

/** The elements of a list, or the one value that stands in its place; empty when there is none. */
export function listAt(object: JsonObject, name: string): readonly unknown[] {
  const value = at(object, name);
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

export const objectsAt = (object: JsonObject, name: string): readonly JsonObject[] =>
  listAt(object, name).flatMap((item) => (isObject(item) ? [item] : []));

/** Texts of a list, or of one text that separates them by commas. */
export function textsAt(object: JsonObject, name: string): readonly string[] {
  const value = at(object, name);
  if (typeof value === 'string')
    return value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return listAt(object, name).filter((item): item is string => typeof item === 'string');
}

/** Names under which APIs hand over a list of entries. */
const WRAPPERS = ['data', 'results', 'urls', 'indicators', 'entries', 'items', 'iocs'] as const;

/**
 * The entries of a JSON document or of NDJSON: elements of an array, of an API's wrapper, or of an object that is keyed by
 * id. Undefined when the text is neither.
 */
export function jsonRecords(text: string): readonly JsonRecord[] | undefined {
  const start = text.search(/\S/);
  if (start < 0 || (text[start] !== '{' && text[start] !== '[')) return undefined;
  const whole = parse(text);
  if (whole !== undefined) return unwrap(whole).map((value, i) => ({ at: i + 1, value }));
  const lines = text.split('\n');
  const first = lines.find((line) => line.trim() !== '');
  if (first === undefined || !isObject(parse(first))) return undefined;
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const value = parse(line);
    return [{ at: i + 1, value: isObject(value) ? value : undefined }];
  });
}

function unwrap(value: unknown): readonly (JsonObject | undefined)[] {
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? item : undefined));
  if (!isObject(value)) return [undefined];
  for (const name of WRAPPERS) {
    const inner = at(value, name);
    if (Array.isArray(inner)) return unwrap(inner);
  }
  const entries = Object.entries(value);
  const isKeyedById =
    entries.length > 0 &&
    entries.every(
      ([key, list]) => /^\d+$/.test(key) && Array.isArray(list) && list.every(isObject),
    );
  if (!isKeyedById) return [value];
  return entries.flatMap(([id, list]) =>
    Array.isArray(list) ? list.filter(isObject).map((item) => ({ id, ...item })) : [],
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: the caller tries the next form.
    return undefined;
  }
}
