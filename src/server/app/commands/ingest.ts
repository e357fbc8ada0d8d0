import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DecodePool } from '#server/pipeline/index.ts';
import { findServer } from '#server/store/index.ts';
import type { Run } from '../command.ts';
import { findDataFolder } from '../data-folder.ts';
import { asCommandError, openDataStore } from '../data-store.ts';
import { findFormat } from '../find-format.ts';
import { printCount, printSize } from '../format.ts';
import { ingestHere, type Totals } from '../ingesting/here.ts';
import { failureOf } from '../ingesting/outcome.ts';
import { createProgressBar } from '../ingesting/progress-bar.ts';

/** `weir ingest`: loads what is given, here or on the server that holds the data folder; ends with the totals. */
export const run: Run = async (invocation, around) => {
  const folder = findDataFolder(invocation, around);
  const format = findFormat(invocation.value('format'))?.name;
  await checkConfig(invocation.value('config'), folder.path);
  const bar = createProgressBar(around.stderr, around.isTerminal.stderr);
  const work = {
    paths: invocation.arguments,
    env: around.env,
    format,
    signal: around.signal,
    onProgress: bar.show,
    say: (text: string) => bar.say(`weir: ${text}\n`),
  };
  let totals: Totals;
  try {
    const server = folder.exists ? findServer(folder.path) : undefined;
    if (server) {
      const { ingestOnServer } = await import('../ingesting/on-server.ts');
      totals = await ingestOnServer(server, work);
    } else {
      const pool = new DecodePool();
      if (areLarge(work.paths)) pool.warm();
      const store = await openDataStore(folder.path);
      try {
        totals = await ingestHere(store, pool, work);
      } finally {
        await store.close();
      }
    }
  } catch (error) {
    throw asCommandError(error);
  } finally {
    bar.end();
  }
  const { objects, records, stored, known, quarantined, seconds } = totals;
  const isJson = invocation.isSet('json') || !around.isTerminal.stdout;
  around.stdout.write(
    isJson
      ? `${JSON.stringify({ objects, records, stored, known, quarantined, seconds })}\n`
      : printTotals(totals),
  );
  const failure = failureOf(totals);
  if (failure) throw failure;
  return 0;
};

/** True when the files named are worth starting every thread at once; folders show their size later. */
function areLarge(paths: readonly string[]): boolean {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return paths.reduce((sum, path) => sum + sizeOf(path), 0) >= 16 * 1024 * 1024;
}

/** A load starts in a tenth of a second without reading a configuration that is not there. */
async function checkConfig(file: string | undefined, folder: string): Promise<void> {
  if (file === undefined && !existsSync(join(folder, 'weir.yaml'))) return;
  const { loadConfig } = await import('../config/index.ts');
  loadConfig(file, folder);
}

function printTotals({
  objects,
  records,
  stored,
  known,
  quarantined,
  seconds,
  bytes,
}: Totals): string {
  const rate = seconds > 0.05 ? `, ${printCount(records / seconds)} records/s` : '';
  return (
    `${printCount(objects)} objects (${printSize(bytes)}), ${printCount(records)} records: ${printCount(stored)} stored, ` +
    `${printCount(known)} known, ${printCount(quarantined)} quarantined in ${seconds.toFixed(1)} s${rate}\n`
  );
}
