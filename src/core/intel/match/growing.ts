/** Typed arrays that grow: what a builder collects in, at the cost of the numbers alone. */

type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** A growing list of numbers of one width. Amortised; twice the numbers at most while it grows. */
export class Growing<T extends Numbers> {
  #values: T;
  readonly #make: (length: number) => T;
  length = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow(this.length + 1);
    this.#values[this.length++] = value;
  }

  append(values: ArrayLike<number>): void {
    if (this.length + values.length > this.#values.length) this.#grow(this.length + values.length);
    this.#values.set(values, this.length);
    this.length += values.length;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** The numbers so far, without a copy; valid until the next push. */
  view(): T {
    return this.#values.subarray(0, this.length) as T;
  }

  #grow(needed: number): void {
    const wider = this.#make(Math.max(needed, Math.ceil(this.#values.length * 1.5)));
    wider.set(this.#values);
    this.#values = wider;
  }
}

export const growing32 = (): Growing<Uint32Array> => new Growing((n) => new Uint32Array(n));
export const growing16 = (): Growing<Uint16Array> => new Growing((n) => new Uint16Array(n));
export const growing8 = (): Growing<Uint8Array> => new Growing((n) => new Uint8Array(n));
