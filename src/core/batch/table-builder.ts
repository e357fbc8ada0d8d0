import type { Kernel } from '../kernel/index.ts';
import type { Table } from '../schema/index.ts';
import { type Batch, isText, type Vector } from './vector.ts';

/** Entries above which a text column starts a new dictionary when its batch is taken; bounds memory. */
const DICTIONARY_LIMIT = 262_144;

/** Characters of all texts of a builder above which its dictionaries start anew when its batch is taken. */
const TEXT_LIMIT = 16 * 1024 * 1024;

/**
 * A text column being filled. Row i holds `codes[i]`; code 0 is ''. The dictionary is kept from batch to batch, so that
 * the texts that come again and again are made once; TableBuilder.onReset tells when codes no longer hold.
 */
export class TextColumn {
  readonly codes: Uint32Array;
  #codeOf = new Map<string, number>([['', 0]]);
  #dictionary: string[] = [''];
  /** Characters in the dictionary. */
  chars = 0;

  readonly #kernel: Kernel | undefined;

  constructor(capacity: number, kernel?: Kernel) {
    this.#kernel = kernel;
    this.codes = kernel?.uint32(capacity) ?? new Uint32Array(capacity);
  }

  /** The code of a text, adding it when it is new. */
  intern(text: string): number {
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.append(text);
      this.#codeOf.set(text, code);
    }
    return code;
  }

  /** Adds a text without looking whether it is there already; for callers that keep their own table of codes. */
  append(text: string): number {
    this.chars += text.length;
    return this.#dictionary.push(text) - 1;
  }

  set(row: number, text: string): void {
    this.codes[row] = this.intern(text);
  }

  /** The text of a code. */
  textOf(code: number): string {
    return this.#dictionary[code]!;
  }

  take(rows: number, isLent: boolean): Vector {
    const { codes } = this;
    const dictionary = this.#dictionary;
    const first = codes[0]!;
    if (isUniform(codes, rows, this.#kernel))
      return { kind: 'constant', value: dictionary[first]! };
    if (isLent) return { kind: 'text', codes: codes.subarray(0, rows), dictionary };
    return { kind: 'text', codes: codes.slice(0, rows), dictionary };
  }

  /**
   * Empties the column; starts a new dictionary when this one is large, or `isHeavy`. Returns true when codes no longer
   * hold.
   */
  settle(rows: number, isHeavy: boolean): boolean {
    this.codes.fill(0, 0, rows);
    if (this.#dictionary.length < DICTIONARY_LIMIT && !isHeavy) return false;
    this.chars = 0;
    this.#dictionary = [''];
    this.#codeOf = new Map([['', 0]]);
    return true;
  }
}

/** A number column being filled. Rows are null until they are set. */
export class NumberColumn {
  readonly values: Float64Array;
  /** 1 where the row has a value: the inverse of a vector's `nulls`. */
  readonly present: Uint8Array;

  readonly #kernel: Kernel | undefined;

  constructor(capacity: number, kernel?: Kernel) {
    this.#kernel = kernel;
    this.values = kernel?.float64(capacity) ?? new Float64Array(capacity);
    this.present = kernel?.uint8(capacity) ?? new Uint8Array(capacity);
  }

  set(row: number, value: number): void {
    this.values[row] = value;
    this.present[row] = 1;
  }

  take(rows: number, isLent: boolean): Vector {
    const { values, present } = this;
    if (hasNo(present, 1, rows)) return { kind: 'constant', value: null };
    const nulls = takeNulls(present, rows);
    if (!nulls && isUniform(values, rows, this.#kernel))
      return { kind: 'constant', value: values[0]! };
    return {
      kind: 'number',
      values: isLent ? values.subarray(0, rows) : values.slice(0, rows),
      nulls,
    };
  }
}

/** A true-or-false column being filled. Rows are null until they are set. */
export class BoolColumn {
  /** 1 or 0. */
  readonly values: Uint8Array;
  readonly present: Uint8Array;

  constructor(capacity: number, kernel?: Kernel) {
    this.values = kernel?.uint8(capacity) ?? new Uint8Array(capacity);
    this.present = kernel?.uint8(capacity) ?? new Uint8Array(capacity);
  }

  set(row: number, value: boolean): void {
    this.values[row] = value ? 1 : 0;
    this.present[row] = 1;
  }

  take(rows: number, isLent: boolean): Vector {
    const { values, present } = this;
    if (hasNo(present, 1, rows)) return { kind: 'constant', value: null };
    const nulls = takeNulls(present, rows);
    if (!nulls && (hasNo(values, 0, rows) || hasNo(values, 1, rows)))
      return { kind: 'constant', value: values[0] === 1 };
    return {
      kind: 'bool',
      values: isLent ? values.subarray(0, rows) : values.slice(0, rows),
      nulls,
    };
  }
}

/** True when the first `rows` values equal the first. */
function isUniform(
  values: Uint32Array | Float64Array,
  rows: number,
  kernel: Kernel | undefined,
): boolean {
  if (kernel) {
    const { call } = kernel;
    const isWide = values.BYTES_PER_ELEMENT === 8;
    return (isWide ? call.isUniform64 : call.isUniform32)(values.byteOffset, rows) === 1;
  }
  const first = values[0];
  for (let i = 1; i < rows; i++) if (values[i] !== first) return false;
  return true;
}

/** True when the first `rows` flags are not `flag`. */
function hasNo(flags: Uint8Array, flag: 0 | 1, rows: number): boolean {
  const at = flags.indexOf(flag);
  return at < 0 || at >= rows;
}

/** The nulls of a column, or null when it has none; all rows are absent again afterwards. */
function takeNulls(present: Uint8Array, rows: number): Uint8Array | null {
  const nulls = hasNo(present, 0, rows) ? null : invert(present, rows);
  present.fill(0, 0, rows);
  return nulls;
}

function invert(flags: Uint8Array, rows: number): Uint8Array {
  const inverse = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) inverse[i] = flags[i]! ^ 1;
  return inverse;
}

/** Rows per batch, which is also rows per Parquet row group: large enough for dictionaries to pay, small enough to hold. */
export const BATCH_ROWS = 262_144;

export interface BuilderOptions {
  readonly capacity?: number;
  /** Batches are lent: their arrays are filled anew once `onFull` has returned. Saves copying them. */
  readonly isLending?: boolean;
  /** In whose memory the columns are to be, as far as there is room. */
  readonly kernel?: Kernel;
}

/**
 * Collects rows of one table, column by column.
 *
 *     const ip = builder.text('SrcIp');     // look columns up once, outside the loop
 *     const row = builder.begin();          // a fresh row; hands a full batch to `onFull` first
 *     ip.set(row, '192.0.2.1');
 */
export class TableBuilder {
  readonly table: Table;
  readonly capacity: number;
  rows = 0;
  readonly #texts = new Map<string, TextColumn>();
  readonly #numbers = new Map<string, NumberColumn>();
  readonly #bools = new Map<string, BoolColumn>();
  readonly #onFull: (batch: Batch) => void;
  readonly #isLending: boolean;
  readonly #onTake: (() => void)[] = [];
  readonly #onReset: (() => void)[] = [];

  constructor(table: Table, onFull: (batch: Batch) => void, options: BuilderOptions = {}) {
    this.table = table;
    this.capacity = options.capacity ?? BATCH_ROWS;
    this.#isLending = options.isLending ?? false;
    this.#onFull = onFull;
    const { capacity } = this;
    for (const { name, type, isComputed } of table.columns) {
      if (isComputed) continue;
      const kernel = options.kernel?.hasRoom(capacity * 9 + 256) ? options.kernel : undefined;
      if (isText(type)) this.#texts.set(name, new TextColumn(capacity, kernel));
      else if (type === 'bool') this.#bools.set(name, new BoolColumn(capacity, kernel));
      else this.#numbers.set(name, new NumberColumn(capacity, kernel));
    }
  }

  text(name: string): TextColumn {
    return this.#find(this.#texts, name);
  }

  number(name: string): NumberColumn {
    return this.#find(this.#numbers, name);
  }

  bool(name: string): BoolColumn {
    return this.#find(this.#bools, name);
  }

  /** Called before each batch is taken: decoders that fill columns by runs finish them here. */
  onTake(finish: () => void): void {
    this.#onTake.push(finish);
  }

  /** Called after a batch was taken and a dictionary was started anew: text codes got before hold no longer. */
  onReset(forget: () => void): void {
    this.#onReset.push(forget);
  }

  /** True when texts take so much memory that the rows had better be flushed, where no codes are held. */
  get isHeavy(): boolean {
    let chars = 0;
    for (const column of this.#texts.values()) chars += column.chars;
    return chars >= TEXT_LIMIT;
  }

  /** The index of a fresh row, every column empty. */
  begin(): number {
    if (this.rows === this.capacity) this.flush();
    return this.rows++;
  }

  /** Hands over what has been collected, if anything. */
  flush(): void {
    const { rows, isHeavy } = this;
    if (rows > 0) this.#take(rows);
    let isReset = false;
    for (const column of this.#texts.values()) isReset = column.settle(rows, isHeavy) || isReset;
    if (isReset) for (const forget of this.#onReset) forget();
  }

  #take(rows: number): void {
    for (const finish of this.#onTake) finish();
    const columns = new Map<string, Vector>();
    for (const family of [this.#texts, this.#numbers, this.#bools])
      for (const [name, column] of family) columns.set(name, column.take(rows, this.#isLending));
    this.rows = 0;
    this.#onFull({ table: this.table.name, rows, columns });
  }

  #find<C>(columns: Map<string, C>, name: string): C {
    const column = columns.get(name);
    if (!column) throw new Error(`${this.table.name} has no such column to fill: ${name}`);
    return column;
  }
}
