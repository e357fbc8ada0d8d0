import { type Behind, type OutputStatus, ROUTES, type StatusAnswer } from '#core/contract/index.ts';
import { findServer, type ServerAddress } from '#server/store/index.ts';
import { CommandError, type Run, type Surroundings } from '../command.ts';
import { loadConfig } from '../config/index.ts';
import { needDataFolder } from '../data-folder.ts';
import { openDataReader } from '../data-store.ts';
import { printColumns, printCount, printSize } from '../format.ts';
import { callServer } from '../server-call.ts';
import { readStatus, type StoredStatus, stoppedSources } from '../status.ts';
import { readVersion } from '../version.ts';

/** `weir status`: what is stored, what was lost and why; as JSON when piped. */
export const run: Run = async (invocation, around) => {
  const folder = needDataFolder(invocation, around);
  const { config } = loadConfig(undefined, folder.path);
  const store = openDataReader(folder.path);
  try {
    const now = Date.now() * 1000;
    const status = await readStatus(store, {
      version: readVersion(),
      now,
      from: 0,
      to: now,
      budgetBytes: config.retention.budget ?? null,
      minFreeBytes: config.retention.minFree,
    });
    const found = findServer(folder.path);
    const server = found?.page ?? null;
    const outputs = await askOutputs(found);
    const { sources, behind, duplicates } = await askStatus(found);
    const followed = new Set(sources.map(({ name }) => name));
    const full = {
      data: folder.path,
      server,
      ...status,
      sources: [...sources, ...stoppedSources(status).filter(({ name }) => !followed.has(name))],
      outputs,
      ...(found ? { behind, duplicates } : {}),
    };
    if (invocation.isSet('json') || !around.isTerminal.stdout)
      around.stdout.write(`${JSON.stringify(full)}\n`);
    else {
      printStatus(around, folder.path, server, status);
      for (const { sentence } of duplicates) around.stdout.write(`\n${sentence}\n`);
      printBehind(around, behind);
      printOutputs(around, outputs);
    }
    return 0;
  } finally {
    await store.close();
  }
};

/** Only a running server sends anything. */
const askOutputs = (server: ServerAddress | undefined): Promise<readonly OutputStatus[]> =>
  ask(server, async (at) => (await callServer(at, ROUTES.outputs, {})).outputs, []);

/** What is told by whoever runs: which sources it follows, how far it is behind, and what it has seen logged twice. */
type Running = Pick<StatusAnswer, 'sources' | 'behind' | 'duplicates'>;

const askStatus = (server: ServerAddress | undefined): Promise<Running> =>
  ask<Running>(server, (at) => callServer(at, ROUTES.status, {}), {
    sources: [],
    behind: [],
    duplicates: [],
  });

/** One that does not answer is for its own log to explain. */
async function ask<T>(
  server: ServerAddress | undefined,
  question: (server: ServerAddress) => Promise<T>,
  otherwise: T,
): Promise<T> {
  if (!server) return otherwise;
  try {
    return await question(server);
  } catch (error) {
    if (error instanceof CommandError) return otherwise;
    throw error;
  }
}

function printBehind(around: Surroundings, behind: readonly Behind[]): void {
  if (behind.length === 0) return;
  const rows = behind.map((b) => [
    b.stage,
    b.lagSeconds === 0 ? 'not' : `${printCount(b.lagSeconds)} s`,
    b.says,
  ]);
  around.stdout.write(`\n${printColumns(['stage', 'behind', 'why'], rows, [1])}`);
}

function printOutputs(around: Surroundings, outputs: readonly OutputStatus[]): void {
  if (outputs.length === 0) return;
  const rows = outputs.map((o) => [
    o.name,
    o.what,
    o.state,
    ...[o.sent, o.waiting ?? 0, o.rejected + o.lost].map(printCount),
    o.lastError === null ? '' : `${o.lastError.message}. ${o.lastError.hint}`,
  ]);
  const heads = ['output', 'sends', 'state', 'sent', 'waiting', 'not sent', 'why'];
  around.stdout.write(`\n${printColumns(heads, rows, [3, 4, 5])}`);
}

function printStatus(
  around: Surroundings,
  folder: string,
  server: string | null,
  status: StoredStatus,
): void {
  const { disk, tables, completeness, quarantine } = status;
  const say = (text: string) => around.stdout.write(text);
  const day = (instant: string | null) => instant?.slice(0, 19).replace('T', ' ') ?? '';
  say(`data    ${folder}\n`);
  say(`server  ${server ?? 'not running'}\n`);
  const budget = disk.budgetBytes === null ? '' : ` of ${printSize(disk.budgetBytes)}`;
  say(
    `disk    ${printSize(disk.usedBytes)}${budget} used, ${printSize(disk.freeBytes)} free${disk.state === 'fine' ? '' : `: ${disk.state}. ${disk.sentence ?? ''}`}\n\n`,
  );
  say(
    printColumns(
      ['table', 'rows', 'size', 'segments', 'oldest', 'newest'],
      tables.map((t) => [
        t.name,
        printCount(t.rows),
        printSize(t.sizeBytes),
        printCount(t.segments),
        day(t.oldest),
        day(t.newest),
      ]),
      [1, 2, 3],
    ),
  );
  if (completeness.length === 0) {
    say('\nNothing has been read yet: `weir ingest PATH` or `weir serve` reads.\n');
    return;
  }
  say('\n');
  say(
    printColumns(
      ['source', 'received', 'stored', 'known', 'not stored'],
      completeness.map((c) => [
        c.source,
        ...[c.received, c.stored, c.known, c.received - c.stored - c.known].map(printCount),
      ]),
      [1, 2, 3, 4],
    ),
  );
  if (quarantine.length === 0) return;
  say('\n');
  say(
    printColumns(
      ['source', 'not stored', 'why'],
      quarantine.map((q) => [q.source, printCount(q.records), `${q.code}: ${q.meaning}`]),
      [1],
    ),
  );
}
