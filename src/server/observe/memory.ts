import type { Duckdb } from '#server/duckdb/index.ts';

/** A limit that is too small for work that cannot leave memory is doubled, twice at most. */
const MOST_DOUBLINGS = 2;

/** Does the work again with more memory where the engine says that it has too little; the limit is restored after. */
export async function withEnoughMemory<T>(
  engine: Duckdb,
  limitBytes: number,
  work: () => Promise<T>,
): Promise<T> {
  const setLimit = (bytes: number) => engine.run(`SET memory_limit = '${bytes}B'`);
  for (let doublings = 0; ; ) {
    try {
      const done = await work();
      if (doublings > 0) await setLimit(limitBytes);
      return done;
    } catch (error) {
      const isShort = error instanceof Error && error.message.startsWith('Out of Memory Error');
      if (!isShort || doublings === MOST_DOUBLINGS) throw error;
      doublings++;
      await setLimit(limitBytes * 2 ** doublings);
    }
  }
}
