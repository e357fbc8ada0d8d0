import type { ExtraTables } from '#server/kql/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { openReader } from '#server/store/index.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Answerer } from './answerer.ts';

/**
 * Answers from the data folder, read beside whoever writes it. Without one there are no rows, unless a person named
 * it: then openReader says that it is not there.
 */
export function createLocalAnswerer(
  folder: DataFolder,
  further: ExtraTables | undefined,
  limits: { readonly timeoutMs: number; readonly maxRows: number },
): Answerer & { readonly service: ReturnType<typeof createQueryService> } {
  const store =
    folder.exists || folder.from !== 'default' ? openReader({ folder: folder.path }) : undefined;
  const service = createQueryService({
    store,
    catalog: further === undefined ? {} : { extra: further },
    clock: () => Date.now() * 1000,
    limits,
  });
  return {
    service,
    answer: (request) => service.query(request),
    async stop() {
      await service.stop();
      await store?.close();
    },
  };
}
