import type { Table } from '../schema/index.ts';
import { type Batch, isText, type Vector } from './vector.ts';

/** A text column being filled. Row i holds `codes[i]`; code 0 is ''. */
export class TextColumn {
  readonly codes: Uint32Array;
  #codeOf = new Map<string, number>([['', 0]]);
  #dictionary: string[] = [''];

  constructor(capacity: number) {
    this.codes = new Uint32Array(capacity);
  }

  /** The code of a text, adding it when it is new. Codes hold until the batch is taken. */
  intern(text: string): number {
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.#dictionary.length;
      this.#dictionary.push(text);
      this.#codeOf.set(text, code);
    }
    return code;
  }

  set(row: number, text: string): void {
    this.codes[row] = this.intern(text);
  }

  /** The text of a code. */
  textOf(code: number): string {
    return this.#dictionary[code]!;
  }

  take(rows: number): Vector {
    const dictionary = this.#dictionary;
    const codes = this.codes;
    if (dictionary.length === 1) return { kind: 'constant', value: '' };
    const first = codes[0]!;
    const vector: Vector = isAll(codes, first, rows)
      ? { kind: 'constant', value: dictionary[first]! }
      : { kind: 'text', codes: codes.slice(0, rows), dictionary };
    codes.fill(0, 0, rows);
    this.#dictionary = [''];
    this.#codeOf = new Map([['', 0]]);
    return vector;
  }
}

/** A number column being filled. Rows are null until they are set. */
export class NumberColumn {
  readonly values: Float64Array;
  /** 1 where the row has a value: the inverse of a vector's `nulls`. */
  readonly present: Uint8Array;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
    this.present = new Uint8Array(capacity);
  }

  set(row: number, value: number): void {
    this.values[row] = value;
    this.present[row] = 1;
  }

  take(rows: number): Vector {
    const { values, present } = this;
    if (isAll(present, 0, rows)) return { kind: 'constant', value: null };
    const nulls = takeNulls(present, rows);
    if (!nulls && isAll(values, values[0]!, rows)) return { kind: 'constant', value: values[0]! };
    return { kind: 'number', values: values.slice(0, rows), nulls };
  }
}

/** A true-or-false column being filled. Rows are null until they are set. */
export class BoolColumn {
  /** 1 or 0. */
  readonly values: Uint8Array;
  readonly present: Uint8Array;

  constructor(capacity: number) {
    this.values = new Uint8Array(capacity);
    this.present = new Uint8Array(capacity);
  }

  set(row: number, value: boolean): void {
    this.values[row] = value ? 1 : 0;
    this.present[row] = 1;
  }

  take(rows: number): Vector {
    const { values, present } = this;
    if (isAll(present, 0, rows)) return { kind: 'constant', value: null };
    const nulls = takeNulls(present, rows);
    if (!nulls && isAll(values, values[0]!, rows)) return { kind: 'constant', value: values[0] === 1 };
    return { kind: 'bool', values: values.slice(0, rows), nulls };
  }
}

/** True when the first `rows` values are all `value`. */
function isAll(values: Uint8Array | Uint32Array | Float64Array, value: number, rows: number): boolean {
  for (let i = 0; i < rows; i++) if (values[i] !== value) return false;
  return true;
}

/** The nulls of a column, or null when it has none; all rows are absent again afterwards. */
function takeNulls(present: Uint8Array, rows: number): Uint8Array | null {
  let nulls: Uint8Array | null = null;
  if (!isAll(present, 1, rows)) {
    nulls = new Uint8Array(rows);
    for (let i = 0; i < rows; i++) nulls[i] = present[i]! ^ 1;
  }
  present.fill(0, 0, rows);
  return nulls;
}

/** Rows per batch, which is also rows per Parquet row group: large enough for dictionaries to pay, small enough to hold. */
export const BATCH_ROWS = 131_072;

/**
 * Collects rows of one table, column by column.
 *
 *     const row = builder.begin();          // a fresh row; hands a full batch to `onFull` first
 *     builder.text('SrcIp').set(row, ip);   // look columns up once, outside the loop
 */
export class TableBuilder {
  readonly table: Table;
  readonly capacity: number;
  rows = 0;
  readonly #texts = new Map<string, TextColumn>();
  readonly #numbers = new Map<string, NumberColumn>();
  readonly #bools = new Map<string, BoolColumn>();
  readonly #onFull: (batch: Batch) => void;
  readonly #beforeTake: (() => void)[] = [];
  readonly #afterTake: (() => void)[] = [];

  constructor(table: Table, onFull: (batch: Batch) => void, capacity: number = BATCH_ROWS) {
    this.table = table;
    this.capacity = capacity;
    this.#onFull = onFull;
    for (const column of table.columns) {
      if (column.isComputed) continue;
      if (isText(column.type)) this.#texts.set(column.name, new TextColumn(capacity));
      else if (column.type === 'bool') this.#bools.set(column.name, new BoolColumn(capacity));
      else this.#numbers.set(column.name, new NumberColumn(capacity));
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
    this.#beforeTake.push(finish);
  }

  /** Called after each batch is taken: codes interned before hold no longer. */
  onTaken(forget: () => void): void {
    this.#afterTake.push(forget);
  }

  /** The index of a fresh row, every column empty. */
  begin(): number {
    if (this.rows === this.capacity) this.flush();
    return this.rows++;
  }


  /** Hands over what has been collected, if anything. */
  flush(): void {
    if (this.rows === 0) return;
    for (const finish of this.#beforeTake) finish();
    const rows = this.rows;
    const columns = new Map<string, Vector>();
    for (const [name, column] of this.#texts) columns.set(name, column.take(rows));
    for (const [name, column] of this.#numbers) columns.set(name, column.take(rows));
    for (const [name, column] of this.#bools) columns.set(name, column.take(rows));
    this.rows = 0;
    for (const forget of this.#afterTake) forget();
    this.#onFull({ table: this.table.name, rows, columns });
  }

  #find<C>(columns: Map<string, C>, name: string): C {
    const column = columns.get(name);
    if (!column) throw new Error(`${this.table.name} has no such column to fill: ${name}`);
    return column;
  }
}
