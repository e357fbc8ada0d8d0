import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type ExternalData, externalOf, type Plan } from '#core/kql/index.ts';
import { QueryError } from './errors.ts';
import type { WholeFile } from './scan.ts';

/** What the query service needs of whoever reads files elsewhere. */
export interface ExternalFiles {
  /** Hosts that an administrator allows. */
  readonly hosts: readonly string[];
  /** Writes the rows as a Parquet file of text columns. Errors have `code` and `advice`. */
  write(
    data: ExternalData,
    file: string,
    signal: AbortSignal,
  ): Promise<{ readonly rows: number; readonly sizeBytes: number; readonly version: string }>;
}

/** How long what was read is good for: the panels of one page need not read it each. */
const FRESH_MS = 60_000;
const KEPT = 50;

/** Files that were read lately, by the scan's table. */
export type KeptFiles = Map<string, { readonly file: WholeFile; readonly at: number }>;

/** Texts that may read from elsewhere. */
export const mayReadExternal = (text: string) => /externaldata/i.test(text);

/** Reads what a plan needs of elsewhere. Throws QueryError. */
export async function fetchExternal(
  plan: Plan,
  external: ExternalFiles | undefined,
  folder: () => string,
  kept: KeptFiles,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, WholeFile>> {
  const files = new Map<string, WholeFile>();
  for (const table of new Set(plan.scans.map((scan) => scan.table))) {
    const data = externalOf(table);
    if (!data || !external) continue;
    const known = kept.get(table);
    if (known && performance.now() - known.at < FRESH_MS) {
      files.set(table, known.file);
      continue;
    }
    const path = join(folder(), `external-${randomUUID()}.parquet`);
    const file = { path, ...(await write(external, data, path, signal)) };
    kept.delete(table);
    kept.set(table, { file, at: performance.now() });
    // The files of forgotten ones go with the folder: a query may be reading them.
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    files.set(table, file);
  }
  return files;
}

async function write(
  external: ExternalFiles,
  data: ExternalData,
  path: string,
  signal: AbortSignal,
): ReturnType<ExternalFiles['write']> {
  try {
    return await external.write(data, path, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof Error) || !('code' in error) || !('advice' in error)) throw error;
    throw new QueryError(String(error.code), error.message, { advice: String(error.advice) });
  }
}
