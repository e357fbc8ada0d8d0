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

export async function openLocalWork(): Promise<LocalWork> {
  const engine: Duckdb = await openDuckdb({ memoryLimitBytes: ENGINE_BYTES, threads: 1 });
  return {
    ask(request) {
      if (request.kind === 'parse') return parse(request.job, engine);
      if (request.kind === 'compile') return compile(request.job, engine);
      return contacts(request.job, engine);
    },
    close: () => engine.close(),
  };
}
