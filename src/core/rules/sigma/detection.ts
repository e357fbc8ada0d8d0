import { didYouMean } from '#core/base/index.ts';
import { isMap } from '../fields.ts';
import { type Condition, ConditionError, readCondition } from './condition.ts';
import {
  type Item,
  type ModifierContext,
  ModifierError,
  modifiersByName,
  type Value,
} from './modifiers/index.ts';
import { plainPattern, readPattern } from './pattern.ts';
import { type Search, SearchError, type Test } from './search.ts';

type Path = readonly PropertyKey[];

/**
 * The searches of a `detection` (or a `filter`) joined by its condition. Lists of conditions mean any of them. Throws
 * SearchError with the path of what is wrong.
 */
export function readDetection(
  detection: Readonly<Record<string, unknown>>,
  context: ModifierContext,
  at: Path,
  reserved: readonly string[] = [],
): Search {
  const names = Object.keys(detection).filter(
    (n) => !['condition', 'timeframe', ...reserved].includes(n),
  );
  if (names.length === 0)
    throw new SearchError(
      at,
      'the detection has no search',
      'Add selection: with fields and values.',
    );
  if (detection['timeframe'] !== undefined)
    throw new SearchError(
      [...at, 'timeframe'],
      'timeframe is not part of Sigma any more',
      'Write a correlation with a timespan.',
    );
  const given = detection['condition'];
  const conditions = Array.isArray(given) ? given : [given];
  const searches = new Map<string, Search>();
  const search = (name: string): Search => {
    const known = searches.get(name) ?? readSearch(detection[name], context, [...at, name]);
    searches.set(name, known);
    return known;
  };
  const parts = conditions.map((text) => {
    if (typeof text !== 'string')
      throw new SearchError(
        [...at, 'condition'],
        'the condition is missing',
        'Add condition: selection.',
      );
    try {
      return resolve(readCondition(text, names), search);
    } catch (error) {
      if (error instanceof ConditionError)
        throw new SearchError([...at, 'condition'], error.message, error.advice);
      throw error;
    }
  });
  return parts.length === 1 ? parts[0]! : { op: 'or', parts };
}

function resolve(condition: Condition, search: (name: string) => Search): Search {
  if (condition.op === 'name') return search(condition.name);
  if (condition.op === 'not') return { op: 'not', part: resolve(condition.part, search) };
  return { op: condition.op, parts: condition.parts.map((part) => resolve(part, search)) };
}

/** A mapping is AND of its fields; a list of mappings OR; a list of texts keywords. */
function readSearch(value: unknown, context: ModifierContext, at: Path): Search {
  if (isMap(value)) {
    const keys = Object.keys(value);
    if (keys.length === 0)
      throw new SearchError(at, 'the search is empty', 'Add a field with a value.');
    const parts = keys.map((key) => readItem(key, value[key], context, [...at, key]));
    return parts.length === 1 ? parts[0]! : { op: 'and', parts };
  }
  if (Array.isArray(value)) {
    if (value.length === 0) throw new SearchError(at, 'the list is empty', 'Add a value.');
    if (value.every((v) => !isMap(v) && !Array.isArray(v))) return keywords(value, false, at);
    const parts = value.map((v, i) =>
      isMap(v) || Array.isArray(v) ? readSearch(v, context, [...at, i]) : keywords([v], false, at),
    );
    return parts.length === 1 ? parts[0]! : { op: 'or', parts };
  }
  return keywords([value], false, at);
}

function keywords(values: readonly unknown[], isAll: boolean, at: Path): Search {
  const patterns = values.map((value) => {
    if (typeof value === 'string') return readPattern(value);
    if (typeof value === 'number' || typeof value === 'boolean') return plainPattern(String(value));
    throw new SearchError(at, 'a keyword is no text', 'Write texts to look for.');
  });
  return { op: 'keywords', patterns, regexes: [], isAll };
}

/** `field|modifier|modifier: value`. Without a field it searches the whole message. */
function readItem(key: string, given: unknown, context: ModifierContext, at: Path): Search {
  const [field = '', ...names] = key.split('|');
  const written = Array.isArray(given) ? given : [given];
  if (written.length === 0) throw new SearchError(at, `${field} has an empty list`, 'Add a value.');
  if (Array.isArray(given) && given.length > 1 && given.includes(null))
    throw new SearchError(at, 'null stands in a list', 'Write a search of its own for null.');
  let item: Item = {
    values: written.map((value) => readValue(value, names, at)),
    how: 'match',
    isAll: false,
    isCased: false,
    isNegated: false,
    compare: '==',
    place: 'equals',
    flags: '',
    written: written.length,
  };
  for (const name of names) {
    const modifier = modifiersByName.get(name);
    if (!modifier)
      throw new SearchError(
        at,
        `there is no modifier ${name}`,
        didYouMean(name, [...modifiersByName.keys()]) || 'See the modifiers of Sigma 2.1.',
      );
    try {
      item = modifier.apply(item, context);
    } catch (error) {
      if (error instanceof ModifierError)
        throw new SearchError(at, `${field || 'a keyword'}: ${error.message}`, error.advice);
      throw error;
    }
  }
  const search = toSearch(field, item, at);
  return item.isNegated ? { op: 'not', part: search } : search;
}

function readValue(value: unknown, modifiers: readonly string[], at: Path): Value {
  if (value === null || value === undefined) return { kind: 'null' };
  if (typeof value === 'number') return { kind: 'number', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value !== 'string')
    throw new SearchError(
      at,
      'a value is neither text nor number',
      'Write a text, a number, true, false or null.',
    );
  const isLiteral =
    modifiers.includes('re') || modifiers.includes('cidr') || modifiers.includes('fieldref');
  return {
    kind: 'text',
    raw: value,
    pattern: isLiteral ? plainPattern(value) : readPattern(value),
  };
}

function toSearch(field: string, item: Item, at: Path): Search {
  const { isAll } = item;
  if (field === '') {
    if (item.how === 'regex')
      return {
        op: 'keywords',
        patterns: [],
        regexes: item.values.map((v) => flagged(item, v)),
        isAll,
      };
    const patterns = item.values.map((value) => {
      if (value.kind === 'text') return value.pattern;
      if (value.kind === 'number' || value.kind === 'boolean')
        return plainPattern(String(value.value));
      throw new SearchError(at, 'a keyword is no text', 'Write texts to look for.');
    });
    return { op: 'keywords', patterns, regexes: [], isAll };
  }
  return { op: 'field', field, tests: item.values.map((value) => toTest(item, value)), isAll };
}

const rawOf = (value: Value) =>
  value.kind === 'text' ? value.raw : 'value' in value ? String(value.value) : '';
const flagged = (item: Item, value: Value) => (item.flags ? `(?${item.flags})` : '') + rawOf(value);

function toTest(item: Item, value: Value): Test {
  const { isCased } = item;
  if (item.how === 'regex') return { kind: 'regex', source: rawOf(value), flags: item.flags };
  if (item.how === 'cidr') return { kind: 'cidr', range: rawOf(value) };
  if (item.how === 'field') return { kind: 'field', other: rawOf(value), isCased, how: item.place };
  if (item.how === 'exists')
    return { kind: 'exists', isThere: value.kind === 'boolean' && value.value };
  if (value.kind === 'null') return { kind: 'null' };
  if (value.kind === 'boolean') return { kind: 'boolean', value: value.value };
  if (value.kind === 'number')
    return {
      kind: 'number',
      compare: item.compare,
      value: value.value,
      ...(item.part ? { part: item.part } : {}),
    };
  if (value.kind === 'bytes')
    return {
      kind: 'pattern',
      pattern: plainPattern(String.fromCharCode(...value.bytes)),
      isCased: true,
    };
  return { kind: 'pattern', pattern: value.pattern, isCased };
}
