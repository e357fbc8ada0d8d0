/** The child that computes: one in-memory engine, one query at a time. See pool.ts for its life. */
import { statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { RefusalError } from '#core/kql/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import {
  asksForCare,
  executeInto,
  executeStream,
  printRow,
  setUpConnection,
} from '#server/kql/index.ts';
import { answerRequests } from './answer.ts';
import type { Message } from './child.ts';
import { describeFailure } from './engine-failure.ts';
import { createFileFacts, type LearntFacts } from './file-facts.ts';
import { lockDown } from './lockdown.ts';
import { NICE } from './niceness.ts';
import { createParquetSink, printParquetCopy } from './parquet-file.ts';
import { PRINTERS } from './print/index.ts';
import type { Executed, WorkerRequest, WorkerSettings } from './protocol.ts';
import { printRelation } from './relation.ts';
import { createTextSink, fillSink } from './row-sink.ts';
import type { ScanSource } from './scan.ts';
import { unitsOf } from './units.ts';

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? '{}');

/** How often a query is started again without files that turned out to be unreadable. */
const MAX_ATTEMPTS = 50;

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
      'SELECT name, duckdb_type FROM parquet_schema($1) WHERE num_children IS NULL',
      [file],
    );
    return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  });
  return { db, facts };
}

type Execute = Extract<WorkerRequest, { kind: 'execute' }>;

async function execute(request: Execute): Promise<Executed> {
  const { db, facts } = await engine;
  const lists = request.scans.flatMap((s) => [s.files, ...s.computed.map((c) => c.files)]);
  const files = [...new Set(lists.flat())];
  let isCareful = false;
  for (let attempt = 1; ; attempt++)
    try {
      for (const list of lists) await inspectFirst(facts, list);
      const executed = await executeOnce(db, facts, request, isCareful);
      const warnings = files
        .filter((file) => facts.isUnreadable(file))
        .map((file) => ({
          code: 'segment-unreadable',
          message: `The rows of ${file} are missing: ${facts.unreadable.get(file)}`,
        }));
      return { ...executed, warnings };
    } catch (error) {
      if (!(error instanceof Error) || attempt >= MAX_ATTEMPTS) throw error;
      const isLearnt = await facts.learn(error.message, files);
      const isNew: boolean = !isCareful && asksForCare(error);
      if (!isLearnt && !isNew) throw error;
      isCareful ||= isNew;
    }
}

/** Looks into the first file that can be read: the engine takes the others to be like it. */
async function inspectFirst(facts: LearntFacts, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await facts.inspect(file);
    if (!facts.isUnreadable(file)) return;
  }
}

/** Has the engine write the rows itself; once more where there are too many, for the file holds no more than it may. */
async function executeParquet(
  db: Duckdb,
  facts: LearntFacts,
  { plan, now, scans, limits, spool }: Execute,
): Promise<Omit<Executed, 'warnings'>> {
  const { maxRows, maxBytes } = limits;
  const write = (most: number) =>
    executeInto(
      plan,
      db,
      (scan) => printRelation(find(scans, scan.name), facts),
      { now },
      (sql, columns) => printParquetCopy(sql, columns, spool, most),
    );
  let { columns, rows } = await write(maxRows + 1);
  const count = Number(rows[0]?.[0]);
  if (count > maxRows) ({ columns, rows } = await write(maxRows));
  const truncated =
    count > maxRows
      ? ({ by: 'rows', limit: maxRows } as const)
      : statSync(spool).size > maxBytes
        ? ({ by: 'bytes', limit: maxBytes } as const)
        : undefined;
  const units = unitsOf(plan, columns);
  return {
    rows: Math.min(count, maxRows),
    truncated,
    columns: columns.map((c, i) => ({ name: c.name, type: c.type, unit: units[i] ?? 'none' })),
    spooled: { kind: 'file', path: spool },
  };
}

/** Prints rows as they are computed, until there are too many. */
async function executeOnce(
  db: Duckdb,
  facts: LearntFacts,
  request: Execute,
  isCareful: boolean,
): Promise<Omit<Executed, 'warnings'>> {
  const { plan, now, scans, limits, form, spool } = request;
  if (form === 'parquet') return executeParquet(db, facts, request);
  const { columns, chunks } = await executeStream(
    plan,
    db,
    (scan) => printRelation(find(scans, scan.name), facts),
    { now, isCareful },
  );
  async function* printed() {
    for await (const chunk of chunks) yield chunk.map((row) => printRow(row, columns));
  }
  const sink = createTextSink(PRINTERS[form], columns, spool);
  try {
    const filled = await fillSink(sink, printed(), limits);
    const units = unitsOf(plan, columns);
    return {
      ...filled,
      columns: columns.map((c, i) => ({ name: c.name, type: c.type, unit: units[i] ?? 'none' })),
      spooled: await sink.finish(),
    };
  } catch (error) {
    sink.drop();
    throw error;
  }
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

async function writeParquet(
  db: Duckdb,
  { columns, rows, file }: Extract<WorkerRequest, { kind: 'parquet' }>,
): Promise<void> {
  const sink = createParquetSink(db, columns, file);
  try {
    sink.add(rows);
    await sink.finish();
  } catch (error) {
    sink.drop();
    throw error;
  }
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
      return writeParquet(db, request);
    case 'interrupt':
      return db.interrupt();
  }
}

answerRequests(handle, (error) => {
  if (error instanceof RefusalError) return { code: error.code, message: error.message };
  return describeFailure(error instanceof Error ? error.message : String(error));
});
