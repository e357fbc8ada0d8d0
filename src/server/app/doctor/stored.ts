import { printInstant } from '#core/base/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { verifyAudit } from '#server/auth/index.ts';
import { createQueryService } from '#server/query/index.ts';
import {
  findServer,
  isLocked,
  openReader,
  StoreMissing,
  type StoreReader,
} from '#server/store/index.ts';
import { printCount } from '../format.ts';
import { type Check, type CheckContext, type Finding, fail, ok, warn } from './check.ts';

const HOUR = 3_600_000_000;
/** Faults that are listed one by one; the rest is counted. */
const MAX_LISTED = 10;

/** Runs a look over the store when there is one. */
async function withStore(
  { folder }: CheckContext,
  look: (store: StoreReader) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  if (!folder.exists) return [ok('no data yet')];
  let store: StoreReader;
  try {
    store = openReader({ folder: folder.path });
  } catch (error) {
    if (error instanceof StoreMissing) return [ok('no data yet')];
    throw error;
  }
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

export const server: Check = {
  name: 'server',
  async look({ folder }) {
    if (!folder.exists || !isLocked(folder.path))
      return [ok('no process is writing to the data folder')];
    const found = findServer(folder.path);
    if (!found) return [ok('a process is writing to the data folder (no server)')];
    try {
      const response = await fetch(new URL('/healthz', found.url), {
        signal: AbortSignal.timeout(3000),
      });
      if (response.ok) return [ok(`a server runs at ${found.url} (process ${found.pid})`)];
      return [
        fail(`the server at ${found.url} answers with status ${response.status}`, 'See its log.'),
      ];
    } catch {
      return [
        fail(
          `the server at ${found.url} (process ${found.pid}) does not answer`,
          'See its log; restart it.',
        ),
      ];
    }
  },
};

export const manifest: Check = {
  name: 'manifest',
  look: (context) =>
    withStore(context, async (store) => {
      const faults = await store.check({ isDeep: context.isDeep });
      const listed = faults.slice(0, MAX_LISTED).map((f) => fail(f.message, ''));
      if (faults.length > MAX_LISTED)
        listed.push(fail(`and ${faults.length - MAX_LISTED} more`, ''));
      return listed.length > 0 ? listed : [ok('weir.db and the files it names agree')];
    }),
};

export const audit: Check = {
  name: 'audit',
  look: (context) =>
    withStore(context, async (store) => {
      const verdict = verifyAudit(store.state);
      if (!verdict.ok)
        return [
          fail(
            verdict.problem,
            'Somebody, or a damaged disk, changed it: compare weir.db with a backup before trusting what it says.',
          ),
        ];
      const head = verdict.head === '' ? '' : `, the last of which is ${verdict.head.slice(0, 16)}`;
      return [ok(`the audit log is whole, ${printCount(verdict.entries)} long${head}`)];
    }),
};

export const segments: Check = {
  name: 'segments',
  look: (context) =>
    withStore(context, async (store) => {
      const paths = TABLES.flatMap((t) =>
        t.kind === 'stored' ? store.segments({ table: t.name }) : [],
      ).map((s) => s.path);
      const service = createQueryService({ store, clock: () => context.now });
      try {
        const unreadable = [...(await service.inspect(paths))];
        if (unreadable.length === 0)
          return [ok(`the engine reads all ${printCount(paths.length)} segments`)];
        return unreadable
          .slice(0, MAX_LISTED)
          .map(([path, why]) =>
            fail(`${path}: ${why}`, 'Restore it from a backup; queries go on without its rows.'),
          );
      } finally {
        await service.stop();
      }
    }),
};

export const times: Check = {
  name: 'times',
  look: (context) =>
    withStore(context, async (store) => {
      const ahead = (await store.summary()).tables.filter(
        (t) => (t.newest ?? 0) > context.now + HOUR,
      );
      if (ahead.length === 0) return [ok('no stored time lies in the future')];
      return ahead.map((t) =>
        warn(
          `${t.table} has rows of ${printInstant(t.newest ?? 0)}, which is in the future`,
          "Check this machine's clock and those of the sources.",
        ),
      );
    }),
};

export const engine: Check = {
  name: 'query',
  async look({ now }) {
    const service = createQueryService({ store: undefined, clock: () => now });
    try {
      const started = performance.now();
      const { rows } = await service.query({
        text: 'range x from 1 to 3 step 1 | summarize sum(x)',
      });
      if (rows[0]?.[0] !== 6)
        return [
          fail(`the engine adds 1, 2 and 3 to ${JSON.stringify(rows)}`, 'Install Weir anew.'),
        ];
      return [
        ok(
          `parser and engine answer, from a cold start in ${Math.round(performance.now() - started)} ms`,
        ),
      ];
    } finally {
      await service.stop();
    }
  },
};
