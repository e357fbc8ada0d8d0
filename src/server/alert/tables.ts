import { zstdCompressSync } from 'node:zlib';
import { alertRow, incidentRow, type LogEntry, type StateRow } from '#core/alert/index.ts';
import { printDay } from '#core/base/index.ts';
import { encodeRows } from '#core/parquet/index.ts';
import { securityAlert, securityIncident, type Table } from '#core/schema/index.ts';
import type { SegmentDraft, Store } from '#server/store/index.ts';
import type { AlertStore } from './alert-store.ts';
import type { Journal } from './journal.ts';

/** Of the checkpoint that says how far the log is in the tables. */
export const TABLES_IDENTITY = 'weir:alert-tables';
const ENTRIES_AT_ONCE = 500;

/** Writes the log as rows of SecurityAlert and SecurityIncident, each entry once, whenever it ends. */
export interface AlertTables {
  /** Resolves when all that was told before is in the tables. */
  follow(): Promise<void>;
  /** The number of the last entry in the tables. */
  position(): number;
}

/** `baseUrl` is what addresses of pages begin with; '' leaves them relative. */
export function createAlertTables(
  store: Store,
  journal: Journal,
  alerts: AlertStore,
  baseUrl: string,
): AlertTables {
  const position = () => store.checkpoint(TABLES_IDENTITY)?.position ?? 0;

  /** True when there may be more. */
  async function followOnce(): Promise<boolean> {
    const from = position();
    const entries = journal.read(from, ENTRIES_AT_ONCE);
    const last = entries.at(-1);
    if (!last) return false;
    await store.commit({
      segments: draftsOf(entries, alerts, baseUrl),
      checkpoints: [
        {
          identity: TABLES_IDENTITY,
          source: TABLES_IDENTITY,
          object: 'log of alerts',
          position: last.number,
          from,
          state: {},
        },
      ],
    });
    return entries.length === ENTRIES_AT_ONCE;
  }

  let running: Promise<void> | undefined;
  async function run(): Promise<void> {
    while (await followOnce());
  }
  return {
    position,
    async follow() {
      // What is under way may have read the log before the caller wrote to it.
      await running;
      running ??= run().finally(() => {
        running = undefined;
      });
      await running;
    },
  };
}

function draftsOf(
  entries: readonly LogEntry[],
  alerts: AlertStore,
  baseUrl: string,
): readonly SegmentDraft[] {
  const rows = entries.map((entry) => ({
    table: entry.kind === 'alert' ? securityAlert : securityIncident,
    day: printDay(entry.at),
    row:
      entry.kind === 'alert'
        ? alertRow(entry.alert, entry.at, baseUrl)
        : {
            ...incidentRow(entry.incident, findersOf(entry.incident.alerts, alerts), baseUrl),
            TimeGenerated: entry.at,
          },
    id: `${entry.kind} ${entry.number}`,
  }));
  return [...Map.groupBy(rows, ({ table, day }) => `${table.name} ${day}`).values()].map(
    (group) => {
      const { table, day } = group[0]!;
      return encode(
        table,
        day,
        group.map(({ row, id }) => ({ ...row, _ItemId: id })),
      );
    },
  );
}

const findersOf = (ids: readonly string[], alerts: AlertStore): readonly string[] => [
  ...new Set(alerts.alerts(ids).map((a) => a.finder.id)),
];

/** Rows of one table and day as a segment. */
function encode(table: Table, day: string, rows: readonly StateRow[]): SegmentDraft {
  const compress = (bytes: Uint8Array) => zstdCompressSync(bytes);
  const { bytes, rows: count, ranges } = encodeRows(table, rows, { compress });
  return { table: table.name, day, rows: count, ranges, isSorted: true, content: { bytes } };
}
