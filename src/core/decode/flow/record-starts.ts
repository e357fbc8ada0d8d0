import { nextRecord, type RecordShape } from './json-records.ts';

const NEWLINE = 0x0a;
const OPEN_BRACE = 0x7b;

/**
 * The beginnings of records in one unit, asked for in rising order. Remembers the last one found, so that a unit is
 * searched once, however many objects it holds and whether they are records or not.
 */
export class RecordStarts {
  readonly #unit: Uint8Array;
  readonly #shape: RecordShape;
  #next = 0;

  constructor(unit: Uint8Array, shape: RecordShape) {
    this.#unit = unit;
    this.#shape = shape;
  }

  /** Where the first record behind `at` begins; -1 when there is none. */
  after(at: number): number {
    if (this.#next >= 0 && this.#next <= at)
      this.#next = nextRecord(this.#unit, at + 1, this.#shape);
    return this.#next;
  }

  /** Where to go on when the object at `at` broke at `brokenAt`: the next record, or the next line that opens an object. */
  resume(at: number, brokenAt: number): number {
    const next = this.after(at);
    return next >= 0 ? next : nextLineObject(this.#unit, brokenAt);
  }
}

/** Where the first line after the one of `from` begins that opens an object; -1 when there is none. */
export function nextLineObject(bytes: Uint8Array, from: number): number {
  for (let i = bytes.indexOf(NEWLINE, from); i >= 0; i = bytes.indexOf(NEWLINE, i + 1))
    if (bytes[i + 1] === OPEN_BRACE) return i + 1;
  return -1;
}
