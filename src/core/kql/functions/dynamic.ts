import type { Arg, FunctionGroup } from '../dialect/dialect.ts';
import { quoteText, toDynamic } from '../dialect/duckdb.ts';
import { asText, isBag, type Json, parseJson, printJson } from '../runtime/value.ts';
import { hosts } from './host.ts';

function element(value: Json, key: string | number): Json {
  if (Array.isArray(value)) {
    const index = Number(key);
    return Number.isInteger(index)
      ? (value[index < 0 ? value.length + index : index] ?? null)
      : null;
  }
  return isBag(value) && Object.hasOwn(value, String(key)) ? (value[String(key)] ?? null) : null;
}

function pathStep(object: Arg, key: Arg): string {
  const constant = key.literal;
  const value = toDynamic(object);
  if (constant?.type === 'string' && !/["\\*?]/.test(String(constant.value)))
    return `weir_member(${value}, ${quoteText(String(constant.value))})`;
  return `weir_member(${value}, ${key.type === 'string' ? key.sql : `(${key.type === 'dynamic' ? `weir_dynamic_text(${key.sql})` : key.sql})::VARCHAR`})`;
}

export const dynamicFunctions: FunctionGroup = {
  '[]': { returns: 'dynamic', duckdb: ([object, key]) => pathStep(object!, key!) },
  $elements: { returns: 'dynamic', duckdb: ([a]) => `weir_elements(${toDynamic(a!)})` },
  $pairs: { returns: 'dynamic', duckdb: ([a]) => `weir_pairs(${toDynamic(a!)})` },
  ...hosts([
    {
      name: 'member',
      takes: ['dynamic', 'string'],
      gives: 'dynamic',
      call: (object, key) => printJson(element(parseJson(object), asText(key))),
    },
    {
      name: 'pack_array',
      takes: [],
      rest: 'dynamic',
      gives: 'dynamic',
      call: (...items) => `[${items.map((i) => i ?? 'null').join(',')}]`,
    },
    {
      name: 'array_length',
      takes: ['dynamic'],
      gives: 'long',
      call: (a) => {
        const value = parseJson(a);
        return Array.isArray(value) ? value.length : null;
      },
    },
  ]),
};
