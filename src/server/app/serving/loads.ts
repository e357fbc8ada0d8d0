import { statSync } from 'node:fs';
import type { Ingest, IngestProgress } from '#server/http/index.ts';
import {
  type Ingester,
  ingestPaths,
  type LoadTotals,
  type ObjectTotals,
  whyUnread,
} from '#server/pipeline/index.ts';
import { createFileObject, createFileSource } from '#server/source/index.ts';
import { CommandError } from '../command.ts';

/** Loads that pages and `weir ingest` ask the server for. */
export function createLoads(ingester: Ingester): Ingest {
  return async ({ paths, name, format }, onProgress, signal) => {
    const asked = format === undefined ? {} : { format };
    const [path = ''] = paths;
    if (name === undefined) return loadPaths(ingester, paths, asked, onProgress, signal);
    const stats = statSync(path);
    const object = { ...createFileObject('upload', path, stats, true), name };
    const tell = (totals: ObjectTotals) => tellObject(totals, stats.size);
    const totals = await ingester.ingest(object, signal, {
      ...asked,
      isLoad: true,
      onProgress: (now) => onProgress(tell(now)),
    });
    if (totals.refused !== null)
      throw new CommandError(`${name} is not a log that Weir reads.`, totals.refused);
    const why = whyUnread(totals);
    if (why !== null) throw new CommandError(`${name} cannot be read.`, why);
    return tell(totals);
  };
}

async function loadPaths(
  ingester: Ingester,
  paths: readonly string[],
  asked: { readonly format?: string },
  onProgress: (progress: IngestProgress) => void,
  signal: AbortSignal,
): Promise<IngestProgress> {
  const problems: string[] = [];
  const totals = await ingestPaths(
    paths.map((path) => createFileSource({ path })),
    ingester,
    {
      ...asked,
      signal,
      onProgress: (now) => onProgress(tellLoad(now)),
      onObject: (one) => {
        const why = whyUnread(one);
        if (why !== null) problems.push(`${one.object}: ${why}`);
      },
      // First: refusals are counted and listed elsewhere too.
      onFailure: (object, error) =>
        problems.unshift(
          `${object.name}: ${error instanceof Error ? error.message : String(error)}`,
        ),
    },
  );
  const why = problems.slice(0, 5).join(' ');
  if (totals.failed > 0 && totals.objects > 0)
    throw new CommandError(
      `${totals.failed} of ${totals.objects + totals.failed} files could not be read; what was read of the others is stored.`,
      `Load them again: what is stored is known. ${why}`,
    );
  if (totals.objects - totals.refused > 0) return tellLoad(totals);
  if (problems.length === 0)
    throw new CommandError(
      'Nothing was found to read.',
      'Check the paths: they hold no files, or only hidden or empty ones.',
    );
  throw new CommandError('Nothing could be read.', why);
}

function tellObject(totals: ObjectTotals, sizeBytes: number): IngestProgress {
  const { format, bytes, records, stored, known, quarantined } = totals;
  return {
    format: format || null,
    bytesTotal: sizeBytes,
    bytesDone: Math.min(bytes, sizeBytes),
    records,
    stored,
    known,
    quarantined,
  };
}

function tellLoad({ bytes, records, stored, known, quarantined }: LoadTotals): IngestProgress {
  return { format: null, bytesTotal: null, bytesDone: bytes, records, stored, known, quarantined };
}
