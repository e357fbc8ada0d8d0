import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { compile } from './compile.ts';
import { contacts } from './contacts.ts';
import type { Request } from './messages.ts';
import { parse } from './parse.ts';

/** Does the work in this process: what the working process runs, and what tests use to save its start. */
export interface LocalWork {
  ask(request: Request): Promise<unknown>;
  close(): void;
}

const ENGINE_BYTES = 512 * 2 ** 20;

/** Without a folder to spill to, what does not fit the memory of the engine fails. */
export async function openLocalWork(spillFolder?: string): Promise<LocalWork> {
  const engine: Duckdb = await openDuckdb({
    memoryLimitBytes: ENGINE_BYTES,
    threads: 1,
    ...(spillFolder === undefined ? {} : { spillFolder }),
  });
  return {
    async ask(request) {
      if (request.kind === 'parse') return parse(request.job, engine);
      if (request.kind === 'compile') return compile(request.job, engine);
      if (request.kind === 'contacts') return contacts(request.job, engine);
      throw new Error(`${request.kind} is nothing to work on`);
    },
    close: () => engine.close(),
  };
}
