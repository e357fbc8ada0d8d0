import { existsSync } from 'node:fs';
import { AzureError } from '#server/azure/index.ts';
import { type DecodePool, Ingester, ingestPaths } from '#server/pipeline/index.ts';
import {
  createRecogniser,
  openPlace,
  PlaceError,
  type Source,
  SourceError,
} from '#server/source/index.ts';
import type { Store } from '#server/store/index.ts';
import { CommandError } from '../command.ts';

export interface Totals {
  /** Objects that were read (or known); not those that are in `refused` or `failed`. */
  readonly objects: number;
  readonly records: number;
  readonly stored: number;
  readonly known: number;
  readonly quarantined: number;
  /** Objects that are no logs, or broken from their beginning on. */
  readonly refused: number;
  /** Objects that could not be read or stored. */
  readonly failed: number;
  /** Uncompressed bytes read. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface IngestWork {
  /** Files, folders, - for standard input, `az://` containers. */
  readonly paths: readonly string[];
  /** Where the login of a container is looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly format: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (totals: Totals) => void;
  /** Told, as a sentence, of each object that could not be read as it should. */
  readonly say: (text: string) => void;
}

/** Loads into a store that this process has opened. Resolves when all of it is committed. */
export async function ingestHere(
  store: Store,
  pool: DecodePool,
  work: IngestWork,
): Promise<Totals> {
  const sources = work.paths.map((place) => openSource(place, work.env));
  const ingester = new Ingester({
    store,
    recogniser: createRecogniser(store),
    clock: () => Date.now() * 1000,
    pool,
  });
  try {
    const totals = await ingestPaths(sources, ingester, {
      signal: work.signal,
      ...(work.format === undefined ? {} : { format: work.format }),
      onProgress: (now) => work.onProgress(readTotals(now)),
      onObject({ object, refused, readProblem }) {
        if (refused !== null) work.say(`${object}: ${refused}`);
        if (readProblem !== null) work.say(`${object}: ${readProblem}`);
      },
      onFailure: (object, error) =>
        work.say(`${object.name}: ${error instanceof Error ? error.message : String(error)}`),
    });
    return readTotals(totals);
  } catch (error) {
    if (error instanceof SourceError || error instanceof AzureError)
      throw new CommandError(error.message, '', error);
    throw error;
  } finally {
    await ingester.close();
  }
}

function readTotals(totals: Awaited<ReturnType<typeof ingestPaths>>): Totals {
  const { records, stored, known, quarantined, refused, failed, bytes, seconds } = totals;
  return {
    objects: totals.objects - refused,
    records,
    stored,
    known,
    quarantined,
    refused,
    failed,
    bytes,
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

/** Fails before anything is read when a place cannot be. */
function openSource(place: string, env: IngestWork['env']): Source {
  try {
    const isLocal = place !== '-' && !/^[a-z][a-z0-9+.-]+:\/\//i.test(place);
    if (isLocal && !existsSync(place))
      throw new CommandError(`${place} does not exist`, 'Check the path.');
    return openPlace(place, env);
  } catch (error) {
    if (error instanceof PlaceError) throw new CommandError(error.message, error.hint, error);
    throw error;
  }
}
