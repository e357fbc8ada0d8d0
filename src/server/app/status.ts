import { printInstant } from '#core/base/index.ts';
import type { Completeness, SourceStatus, StatusAnswer } from '#core/contract/index.ts';
import { PROBLEMS, type ProblemCode } from '#core/decode/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { EXPIRY_REASONS, type StoreReader, type Tally } from '#server/store/index.ts';

export interface StatusOptions {
  readonly version: string;
  /** µs. */
  readonly now: number;
  /** Of event counting by minute of ingestion, µs. */
  readonly from: number;
  readonly to: number;
  readonly budgetBytes: number | null;
  /** Bytes of the disk that are to stay free. */
  readonly minFreeBytes: number;
}

/** Entries of the retention log that a status shows. */
const RETENTION_ENTRIES = 100;

/** What can be told of a data folder from the folder itself, with or without a server. */
export type StoredStatus = Pick<
  StatusAnswer,
  'version' | 'now' | 'tables' | 'completeness' | 'disk' | 'retention' | 'quarantine'
>;

/** Reads tables, completeness, disk, retention and quarantine off the store. */
export async function readStatus(
  store: StoreReader,
  options: StatusOptions,
): Promise<StoredStatus> {
  const summary = await store.summary();
  const tallies = store.tallies(options.from, options.to);
  const stored = new Map(summary.tables.map((t) => [t.table, t]));
  return {
    version: options.version,
    now: printInstant(options.now),
    tables: TABLES.filter((t) => t.kind === 'stored').map(({ name }) => {
      const found = stored.get(name);
      return {
        name,
        rows: found?.rows ?? 0,
        sizeBytes: found?.sizeBytes ?? 0,
        segments: found?.segments ?? 0,
        oldest: found?.oldest === undefined ? null : printInstant(found.oldest),
        newest: found?.newest === undefined ? null : printInstant(found.newest),
      };
    }),
    completeness: sumBySource(tallies, options),
    disk: describeDisk(summary.usage.totalBytes, summary.freeBytes, options),
    retention: store.retentionLog(RETENTION_ENTRIES).map((entry) => ({
      at: printInstant(entry.at),
      table: entry.table,
      segments: entry.segments,
      rows: entry.rows,
      sizeBytes: entry.sizeBytes,
      sentence: `${entry.table} of ${entry.day}: ${EXPIRY_REASONS[entry.reason]}`,
    })),
    quarantine: sumByReason(tallies),
  };
}

function sumBySource(tallies: readonly Tally[], { from, to }: StatusOptions): Completeness[] {
  const bySource = Map.groupBy(tallies, (t) => t.source);
  return [...bySource].sort(byName).map(([source, list]) => ({
    source,
    from: printInstant(Math.max(from, Math.min(...list.map((t) => t.minute)))),
    to: printInstant(to),
    received: sum(list, (t) => t.received),
    stored: sum(list, (t) => t.stored),
    known: sum(list, (t) => t.known),
    losses: losses(list),
  }));
}

function sumByReason(tallies: readonly Tally[]): StatusAnswer['quarantine'] {
  const bySource = Map.groupBy(tallies, (t) => t.source);
  return [...bySource]
    .sort(byName)
    .flatMap(([source, list]) => losses(list).map((l) => ({ source, ...l })));
}

function losses(tallies: readonly Tally[]): Completeness['losses'] {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  return codes
    .map((code) => ({
      code,
      meaning: PROBLEMS[code],
      records: sum(tallies, (t) => t.problems[code] ?? 0),
    }))
    .filter((loss) => loss.records > 0);
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) =>
  a[0] < b[0] ? -1 : 1;
const sum = <T>(list: readonly T[], of: (one: T) => number) =>
  list.reduce((total, one) => total + of(one), 0);

/** `short`: data is being given up for room, or soon will be. `full`: half of what should stay free is gone as well. */
function describeDisk(
  usedBytes: number,
  freeBytes: number,
  options: StatusOptions,
): StatusAnswer['disk'] {
  const { budgetBytes, minFreeBytes } = options;
  const isShort = freeBytes <= minFreeBytes || (budgetBytes !== null && usedBytes > budgetBytes);
  const state = freeBytes <= minFreeBytes / 2 ? 'full' : isShort ? 'short' : 'fine';
  const sentence =
    'The oldest data is deleted first, or keep less: see retention in the configuration.';
  return { usedBytes, freeBytes, budgetBytes, state, ...(isShort ? { sentence } : {}) };
}

/** The sources whose records were counted, and which nobody reads now. */
export function stoppedSources({
  completeness,
}: Pick<StoredStatus, 'completeness'>): SourceStatus[] {
  return completeness.map(({ source: name }) => ({
    name,
    kind: name.startsWith('az:') ? 'azure-blob' : 'file',
    state: 'stopped',
    says: '',
    lastSuccess: null,
    lastError: null,
    newest: null,
    freshnessSeconds: null,
  }));
}
