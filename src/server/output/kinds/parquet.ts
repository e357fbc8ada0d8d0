import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import {
  formatNamed,
  type JsonObject,
  type Message,
  messageId,
  messageTime,
} from '#core/output/index.ts';
import { type KqlType, tablesByName } from '#core/schema/index.ts';
import { openLake } from '../lake/lake.ts';
import { defineKind } from '../receiver.ts';

interface Row {
  readonly id: string;
  readonly table: string;
  readonly day: string;
  readonly values: JsonObject;
}

/** The type of a column that no table declares, from what is in it. */
function inferType(values: readonly unknown[]): KqlType {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return 'string';
  if (known.every((value) => typeof value === 'boolean')) return 'bool';
  if (known.every((value) => Number.isSafeInteger(value))) return 'long';
  if (known.every((value) => typeof value === 'number')) return 'real';
  return known.some((value) => typeof value === 'object') ? 'dynamic' : 'string';
}

/** Columns in the order of the table that declares them; others as they first appear. */
function columnsOf(table: string, rows: readonly Row[]) {
  const declared = tablesByName.get(table)?.columns ?? [];
  const names = new Set(rows.flatMap((row) => Object.keys(row.values)));
  const known = declared.filter((column) => names.has(column.name));
  const others = [...names].filter((name) => !known.some((column) => column.name === name));
  return [
    ...known.map(({ name, type, unit }) => ({ name, type, unit })),
    ...others.map((name) => ({
      name,
      type: inferType(rows.map((row) => row.values[name])),
      unit: 'none' as const,
    })),
  ];
}

/** Rows of a file at most, and how long they are gathered for it: flows come every few seconds. */
const MOST_ROWS = 50_000;
const GATHER_MS = 5 * 60_000;

/**
 * Parquet files by table and day, `TABLE/day=YYYY-MM-DD/ID.parquet`, in a folder or a container: each of one batch, which for
 * flows is 50,000 rows or those of five minutes. A batch that is written again has the same name. A reader sees a file whole.
 */
export const parquet = defineKind({
  kind: 'parquet',
  format: 'columns',
  formats: ['columns'],
  batch: MOST_ROWS,
  gatherMs: GATHER_MS,
  proves: 'it is there, whole, under its name: on disk, or committed as a blob.',
  isFile: true,
  open(settings, deps) {
    const format = formatNamed('columns');
    const lake = openLake(settings, deps);
    const rowOf = (message: Message): Row => {
      const values = format.print(message, deps.context);
      const at = messageTime(message) ?? deps.now();
      return {
        id: messageId(message),
        table: message.kind === 'row' ? message.table : `${message.kind}s`,
        day: new Date(at).toISOString().slice(0, 10),
        values: typeof values === 'string' ? { text: values } : values,
      };
    };

    async function write(
      rows: readonly Row[],
      { table, day }: Row,
      signal: AbortSignal,
    ): Promise<void> {
      const columns = columnsOf(table, rows);
      const made = await deps.writeParquet({
        columns,
        rows: rows.map((row) => columns.map(({ name }) => row.values[name] ?? null)),
      });
      const digest = createHash('sha256');
      for (const row of rows) digest.update(`${row.id}\n`);
      const name = `${digest.digest('hex').slice(0, 32)}.parquet`;
      try {
        await lake.put(`${table}/day=${day}/${name}`, await readFile(made), signal);
      } finally {
        await rm(made, { force: true });
      }
    }

    return {
      async send(messages, signal) {
        const groups = Map.groupBy(messages.map(rowOf), ({ table, day }) => `${table} ${day}`);
        for (const rows of groups.values()) {
          signal.throwIfAborted();
          const [first] = rows;
          if (first) await write(rows, first, signal);
        }
        return { rejected: [] };
      },
    };
  },
});
