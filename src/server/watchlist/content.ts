import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { parseDelimited } from '#core/base/index.ts';
import { TableBuilder } from '#core/batch/index.ts';
import { ParquetWriter } from '#core/parquet/index.ts';
import { type Column, defineColumns, type Table } from '#core/schema/index.ts';

export const LARGEST_BYTES = 32 * 2 ** 20;
const MOST_COLUMNS = 500;

/** A watchlist that cannot be used, and what to do about it. `code` is one of the contract's errors. */
export class WatchlistRefused extends Error {
  readonly code: 'bad-request' | 'not-found' | 'conflict' | 'too-large';
  readonly advice: string;

  constructor(code: WatchlistRefused['code'], message: string, advice: string) {
    super(message);
    this.name = 'WatchlistRefused';
    this.code = code;
    this.advice = advice;
  }
}

/** Columns that every watchlist has, as Sentinel's `_GetWatchlist` gives them. */
export const ITEM_COLUMNS: readonly Column[] = defineColumns([
  ['_DTItemId', 'string', 'Identity of the item.'],
  ['LastUpdatedTimeUTC', 'datetime', 'When the list was changed.'],
  ['SearchKey', 'string', 'The value to look up and join by.'],
  ['WatchlistItem', 'dynamic', 'All fields of the item by name.'],
]);

export interface WatchlistContent {
  /** Of the CSV, in its order. */
  readonly columns: readonly string[];
  readonly searchKey: string;
  /** As long as `columns` each. */
  readonly items: readonly (readonly string[])[];
}

/** Reads a CSV whose first line names the columns. Throws WatchlistRefused. */
export function parseWatchlist(csv: Uint8Array, searchKey: string | undefined): WatchlistContent {
  if (csv.byteLength > LARGEST_BYTES)
    throw new WatchlistRefused(
      'too-large',
      `A watchlist may have ${LARGEST_BYTES / 2 ** 20} MiB, and this one has more.`,
      'Split it, or load it as a table.',
    );
  const { records, problem } = parseDelimited(decode(csv));
  if (problem) throw wrong(`line ${problem.line}: ${problem.message}`);
  const [header, ...rest] = records;
  if (!header) throw wrong('it is empty');
  const columns = header.fields.map((name) => name.trim());
  checkColumns(columns);
  const items = rest.map(({ line, fields }) => {
    if (fields.length > columns.length)
      throw wrong(
        `line ${line} has ${fields.length} fields where the header names ${columns.length}`,
      );
    return columns.map((_, i) => fields[i] ?? '');
  });
  return { columns, searchKey: findSearchKey(columns, searchKey), items };
}

function wrong(what: string): WatchlistRefused {
  return new WatchlistRefused(
    'bad-request',
    `This is not a CSV that Weir can read: ${what}.`,
    'Write one line with the names of the columns, then one line for each item; put quotes around fields with commas.',
  );
}

function decode(csv: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(csv);
  } catch {
    throw wrong('it is not UTF-8 text');
  }
}

function checkColumns(columns: readonly string[]): void {
  if (columns.length > MOST_COLUMNS) throw wrong(`it has more than ${MOST_COLUMNS} columns`);
  columns.forEach((name, i) => {
    if (name === '') throw wrong(`column ${i + 1} has no name`);
    if (columns.indexOf(name) < i) throw wrong(`two columns are called ${name}`);
  });
}

function findSearchKey(columns: readonly string[], named: string | undefined): string {
  if (named === undefined) return columns.find((c) => c === 'SearchKey') ?? columns[0] ?? '';
  if (columns.includes(named)) return named;
  throw new WatchlistRefused(
    'bad-request',
    `The search key ${named} is not a column of the CSV.`,
    `Choose one of ${columns.slice(0, 20).join(', ')}.`,
  );
}

/** The columns that queries see: the standard ones, then those of the CSV that are called otherwise. */
export function columnsOf({ columns }: Pick<WatchlistContent, 'columns'>): readonly Column[] {
  const standard = new Set(ITEM_COLUMNS.map((c) => c.name));
  const own = columns.filter((name) => !standard.has(name));
  return [...ITEM_COLUMNS, ...defineColumns(own.map((name) => [name, 'string', '']))];
}

/** The items as a Parquet file. `changedAt` is in µs since 1970. */
export function encodeItems(
  alias: string,
  content: WatchlistContent,
  changedAt: number,
): Uint8Array {
  const table: Table = {
    name: alias,
    kind: 'state',
    row: 'one item of a watchlist',
    origin: 'Weir',
    timeColumn: '',
    columns: columnsOf(content),
  };
  const { columns, searchKey, items } = content;
  const writer = new ParquetWriter(table, { compress: (bytes) => zstdCompressSync(bytes) });
  const builder = new TableBuilder(table, (batch) => writer.add(batch), {
    capacity: Math.min(items.length, 65_536) || 1,
  });
  const id = builder.text('_DTItemId');
  const bag = builder.text('WatchlistItem');
  const key = builder.text('SearchKey');
  const changed = builder.number('LastUpdatedTimeUTC');
  const own = table.columns.slice(ITEM_COLUMNS.length).map(({ name }) => builder.text(name));
  const places = table.columns.slice(ITEM_COLUMNS.length).map(({ name }) => columns.indexOf(name));
  const keyPlace = columns.indexOf(searchKey);
  const seen = new Map<string, number>();
  for (const item of items) {
    const json = `{${columns.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(item[i])}`).join(',')}}`;
    const before = seen.get(json) ?? 0;
    seen.set(json, before + 1);
    const row = builder.begin();
    id.set(row, itemId([alias.toLowerCase(), json, before]));
    changed.set(row, changedAt);
    key.set(row, item[keyPlace] ?? '');
    bag.set(row, json);
    own.forEach((column, i) => {
      column.set(row, item[places[i] ?? -1] ?? '');
    });
  }
  builder.flush();
  return writer.finish().bytes;
}

/** The same for the same item each time; `before` tells equal items of a list apart. */
function itemId(parts: readonly [alias: string, json: string, before: number]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
