import type { ExtraTables } from '#server/kql/index.ts';
import { createQueryService, type EngineName, type QueryService } from '#server/query/index.ts';
import { openReader, StoreMissing, type StoreReader } from '#server/store/index.ts';
import type { BesideStore } from '../beside-store.ts';
import type { DataFolder } from '../data-folder.ts';
import { asCommandError } from '../data-store.ts';
import type { Answerer } from './answerer.ts';
import { readsBesideStore, readsReduced } from './names.ts';
import { writeRows } from './write-rows.ts';

export interface LocalOptions {
  readonly folder: DataFolder;
  readonly engine?: EngineName | undefined;
  /** Tables that are declared beside Weir's own, without rows. */
  readonly further: ExtraTables | undefined;
  readonly limits: { readonly timeoutMs: number; readonly maxRows: number };
  readonly signal: AbortSignal;
  /** Told what a reader of the answers should know. */
  readonly note: (text: string) => void;
}

/** How long a person waits without being told for what. */
const PATIENCE_MS = 1500;

/** Answers from the data folder, read beside whoever writes it. */
export function createLocalAnswerer(
  options: LocalOptions,
): Answerer & Pick<QueryService, 'explain'> {
  const store = openFolder(options.folder);
  /** Known from the first query on that may need it: most do not, and should start fast. */
  let beside: BesideStore | undefined;
  const service = createQueryService({
    store,
    watchlists: {
      readable: () => beside?.watchlists.readable() ?? [],
      writeItems: (alias, file) => beside?.watchlists.writeItems(alias, file),
    },
    external: {
      get hosts() {
        return beside?.external.hosts ?? [];
      },
      write: (data, file, signal) => {
        if (!beside) throw new Error('a host was allowed that no configuration names');
        return beside.external.write(data, file, signal);
      },
    },
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    catalog: options.further === undefined ? {} : { extra: options.further },
    clock: () => Date.now() * 1000,
    limits: options.limits,
  });
  let caughtUp: Promise<void> | undefined;

  async function catchUpAloud(data: string): Promise<void> {
    const patience = setTimeout(
      () => options.note('bringing the reduced tables up to date first …'),
      PATIENCE_MS,
    );
    const { catchUp } = await import('./catch-up.ts');
    const missing = await catchUp(data, options.signal);
    clearTimeout(patience);
    if (missing !== undefined) options.note(missing);
  }

  async function prepare(text: string): Promise<void> {
    if (!store) return;
    if (readsBesideStore(text))
      beside ??= (await import('../beside-store.ts')).openBesideStore(store.folder);
    if (!readsReduced(text)) return;
    caughtUp ??= catchUpAloud(store.folder);
    await caughtUp;
  }

  return {
    async explain(request) {
      await prepare(request.text);
      return service.explain(request);
    },
    async answer(request) {
      await prepare(request.text);
      return service.query(request);
    },
    async write(request, form) {
      await prepare(request.text);
      // Only DuckDB writes Parquet.
      if (form === 'parquet' && options.engine === 'clickhouse')
        return writeRows(await service.query(request), form);
      const { body, ...facts } = await service.answer(request, form);
      return { ...facts, bytes: () => body.stream() };
    },
    async stop() {
      await service.stop();
      await store?.close();
    },
  };
}

/** Undefined when there is no data and nobody said that there is: then every table is empty. */
function openFolder(folder: DataFolder): StoreReader | undefined {
  try {
    return openReader({ folder: folder.path });
  } catch (error) {
    if (error instanceof StoreMissing && folder.from === 'default') return undefined;
    throw asCommandError(error);
  }
}
