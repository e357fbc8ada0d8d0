/** The child that computes: one in-memory engine, one query at a time. See pool.ts for its life. */
import { setPriority } from 'node:os';
import { RefusalError } from '#core/kql/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { executeStream, printRow, setUpConnection } from '#server/kql/index.ts';
import { answerRequests } from './answer.ts';
import type { Message } from './child.ts';
import { describeFailure } from './engine-failure.ts';
import { createFileFacts, type LearntFacts } from './file-facts.ts';
import { lockDown } from './lockdown.ts';
import { writeParquetFile } from './parquet-file.ts';
import type { Executed, WorkerRequest, WorkerSettings } from './protocol.ts';
import { printRelation } from './relation.ts';
import { cellBytes } from './rows.ts';
import type { ScanSource } from './scan.ts';
import { unitsOf } from './units.ts';

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? '{}');

/** How often a query is started again without files that turned out to be unreadable. */
const MAX_ATTEMPTS = 50;

/** As `nice` counts: less than ordinary, far from idle. */
const NICE = 5;

interface Engine {
  readonly db: Duckdb;
  readonly facts: LearntFacts;
}

// Every core, after those who take data in. Threads of the engine inherit it.
setPriority(NICE);

const engine: Promise<Engine> = open();
// Whoever asks sees the failure.
engine.catch(() => {});

async function open(): Promise<Engine> {
  const db = await openDuckdb({
    memoryLimitBytes: settings.memoryBytes,
    threads: settings.threads,
    spillFolder: settings.spillFolder,
    spillLimitBytes: settings.spillBytes,
  });
  await setUpConnection(db);
  await lockDown(db, [settings.dataFolder, settings.spillFolder]);
  const facts = createFileFacts(async (file) => {
    const { rows } = await db.run(
      'SELECT name FROM parquet_schema($1) WHERE num_children IS NULL',
      [file],
    );
    return rows.map(([name]) => String(name));
  });
  return { db, facts };
}

type Execute = Extract<WorkerRequest, { kind: 'execute' }>;

async function execute(request: Execute): Promise<Executed> {
  const { db, facts } = await engine;
  const files = [
    ...new Set(request.scans.flatMap((s) => [...s.files, ...s.computed.flatMap((c) => c.files)])),
  ];
  for (let attempt = 1; ; attempt++)
    try {
      const executed = await executeOnce(db, facts, request);
      const warnings = files
        .filter((file) => facts.isUnreadable(file))
        .map((file) => ({
          code: 'segment-unreadable',
          message: `The rows of ${file} are missing: ${facts.unreadable.get(file)}`,
        }));
      return { ...executed, warnings };
    } catch (error) {
      const isLearnt =
        error instanceof Error &&
        attempt < MAX_ATTEMPTS &&
        (await facts.learn(error.message, files));
      if (!isLearnt) throw error;
    }
}

/** Takes rows as they are computed, until there are too many. */
async function executeOnce(
  db: Duckdb,
  facts: LearntFacts,
  { plan, now, scans, maxRows, maxBytes }: Execute,
): Promise<Omit<Executed, 'warnings'>> {
  const { columns, chunks } = await executeStream(
    plan,
    db,
    (scan) => `(${printRelation(find(scans, scan.name), facts)})`,
    { now },
  );
  const rows: (readonly unknown[])[] = [];
  let sizeBytes = 0;
  let truncated: Executed['truncated'];
  for await (const chunk of chunks) {
    for (const row of chunk) {
      if (rows.length >= maxRows) truncated = { by: 'rows', limit: maxRows };
      else if (sizeBytes >= maxBytes) truncated = { by: 'bytes', limit: maxBytes };
      if (truncated) break;
      rows.push(printRow(row, columns));
      for (const cell of row) sizeBytes += cellBytes(cell);
    }
    if (truncated) break;
  }
  const units = unitsOf(plan, columns);
  return {
    columns: columns.map((c, i) => ({ name: c.name, type: c.type, unit: units[i] ?? 'none' })),
    rows,
    truncated,
    sizeBytes,
  };
}

function find(scans: readonly ScanSource[], name: string): ScanSource {
  const scan = scans.find((s) => s.name === name);
  if (!scan) throw new Error(`the plan reads ${name}, which was not resolved`);
  return scan;
}

/** Opens each file; resolves with those that cannot be read, and why. */
async function inspect(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { facts } = await engine;
  for (const file of files) await facts.inspect(file);
  return new Map(
    files.flatMap((file) =>
      facts.isUnreadable(file) ? [[file, facts.unreadable.get(file) ?? '']] : [],
    ),
  );
}

async function handle(message: Message): Promise<unknown> {
  // The parent is the only sender, and typed by the same protocol.
  const request = message as WorkerRequest;
  const { db } = await engine;
  switch (request.kind) {
    case 'execute':
      return execute(request);
    case 'inspect':
      return inspect(request.files);
    case 'parquet':
      return writeParquetFile(db, request.columns, request.rows, request.file);
    case 'interrupt':
      return db.interrupt();
  }
}

answerRequests(handle, (error) => {
  if (error instanceof RefusalError) return { code: error.code, message: error.message };
  return describeFailure(error instanceof Error ? error.message : String(error));
});
