import { type Json, jsonText } from './value.ts';

const RANK: Readonly<Record<string, number>> = {
  boolean: 0,
  number: 1,
  bigint: 1,
  string: 2,
  object: 3,
};

/** Orders dynamic values: numbers by size, texts by code point, others by their text; kinds apart. */
export function compareJson(a: Json, b: Json): number {
  const isNumber = (x: Json): x is number | bigint =>
    typeof x === 'number' || typeof x === 'bigint';
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a !== typeof b) return (RANK[typeof a] ?? 9) - (RANK[typeof b] ?? 9);
  const [x, y] =
    typeof a === 'string' && typeof b === 'string'
      ? [a, b]
      : [a === null ? '' : jsonText(a), b === null ? '' : jsonText(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function sameJson(a: Json, b: Json): boolean {
  if (typeof a === 'number' || typeof a === 'bigint')
    return (typeof b === 'number' || typeof b === 'bigint') && Number(a) === Number(b);
  return a === null || b === null ? a === b : typeof a === typeof b && jsonText(a) === jsonText(b);
}
