/** A column of numbers as the engine keeps them; 64-bit integers as BigInts, or by their halves through the buffer. */
export type NumberColumn =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

const KINDS = [
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Int32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

export const isNumbers = (value: unknown): value is NumberColumn =>
  KINDS.some((kind) => value instanceof kind);

/**
 * The array inside a vector. The package hands out values one by one only, and keeps the array private; asking for it is 20
 * times faster. Throws where the vector is of a type without one.
 */
export function numbersOf(vector: object): NumberColumn {
  const items: unknown = Reflect.get(vector, 'items');
  if (!isNumbers(items))
    throw new Error(`${vector.constructor.name} holds no numbers: read it as rows`);
  return items;
}

/** Fills `to` with what `column` has from a place on. Throws where their types differ. */
export function copyNumbers(column: NumberColumn, from: number, to: NumberColumn): void {
  if (column.constructor !== to.constructor)
    throw new Error(`a column of ${to.constructor.name} cannot take ${column.constructor.name}`);
  const bytes = to.BYTES_PER_ELEMENT;
  new Uint8Array(to.buffer, to.byteOffset, to.byteLength).set(
    new Uint8Array(column.buffer, column.byteOffset + from * bytes, to.byteLength),
  );
}
