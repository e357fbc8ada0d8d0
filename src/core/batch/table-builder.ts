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

  take(rows: number): Vector {
    const dictionary = this.#dictionary;
    const codes = this.codes;
    const first = codes[0]!;
    let isConstant = true;
    for (let i = 1; i < rows; i++)
      if (codes[i] !== first) {
        isConstant = false;
        break;
      }
    const vector: Vector = isConstant
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
    let count = 0;
    for (let i = 0; i < rows; i++) count += present[i]!;
    if (count === 0) return { kind: 'constant', value: null };
    const first = values[0]!;
    let isConstant = count === rows;
    for (let i = 1; isConstant && i < rows; i++) isConstant = values[i] === first;
    let nulls: Uint8Array | null = null;
    if (count < rows) {
      nulls = new Uint8Array(rows);
      for (let i = 0; i < rows; i++) nulls[i] = present[i]! ^ 1;
    }
    present.fill(0, 0, rows);
    if (isConstant) return { kind: 'constant', value: first };
    return { kind: 'number', values: values.slice(0, rows), nulls };
  }
}

/** A true-or-false column being filled. Rows are null until they are set. */
export class BoolColumn {
  readonly #inner: NumberColumn;

  constructor(capacity: number) {
    this.#inner = new NumberColumn(capacity);
  }

  set(row: number, value: boolean): void {
    this.#inner.set(row, value ? 1 : 0);
  }

  take(rows: number): Vector {
    const vector = this.#inner.take(rows);
    if (vector.kind === 'constant') return vector.value === null ? vector : { kind: 'constant', value: vector.value === 1 };
    if (vector.kind !== 'number') return vector;
    return { kind: 'bool', values: Uint8Array.from(vector.values), nulls: vector.nulls };
  }
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

  /** Called before each batch is handed over: decoders that cache codes forget them here. */
  onTake(forget: () => void): void {
    this.#beforeTake.push(forget);
  }

  /** The index of a fresh row, every column empty. */
  begin(): number {
    if (this.rows === this.capacity) this.flush();
    return this.rows++;
  }


  /** Hands over what has been collected, if anything. */
  flush(): void {
    if (this.rows === 0) return;
    for (const forget of this.#beforeTake) forget();
    const rows = this.rows;
    const columns = new Map<string, Vector>();
    for (const [name, column] of this.#texts) columns.set(name, column.take(rows));
    for (const [name, column] of this.#numbers) columns.set(name, column.take(rows));
    for (const [name, column] of this.#bools) columns.set(name, column.take(rows));
    this.rows = 0;
    this.#onFull({ table: this.table.name, rows, columns });
  }

  #find<C>(columns: Map<string, C>, name: string): C {
    const column = columns.get(name);
    if (!column) throw new Error(`${this.table.name} has no such column to fill: ${name}`);
    return column;
  }
}
