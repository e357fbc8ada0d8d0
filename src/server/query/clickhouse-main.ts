/** The child that computes on ClickHouse: as worker-main.ts, for `weir query --engine clickhouse`. */
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { RefusalError } from '#core/kql/index.ts';
import { ClickhouseMissing, openClickhouse } from '#server/clickhouse/index.ts';
import { executeOnClickhouse, hostsByName } from '#server/kql/index.ts';
import { answerRequests } from './answer.ts';
import type { Message } from './child.ts';
import { printClickhouseRelation } from './clickhouse-relation.ts';
import { PRINTERS } from './print/index.ts';
import type { Executed, WorkerRequest, WorkerSettings } from './protocol.ts';
import { createTextSink, fillSink } from './row-sink.ts';
import { unitsOf } from './units.ts';

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? '{}');

const NICE = 5;
setPriority(NICE);

const hosts = hostsByName();
const engine = openClickhouse({
  memoryLimitBytes: settings.memoryBytes,
  threads: settings.threads,
});
// Whoever asks sees the failure.
engine.catch(() => {});

type Execute = Extract<WorkerRequest, { kind: 'execute' }>;

async function execute({ plan, now, scans, limits, form, spool }: Execute): Promise<Executed> {
  if (form === 'parquet')
    throw new RefusalError(
      'unsupported',
      'An answer as Parquet comes from DuckDB: leave --engine away.',
      { start: 0, length: 0 },
    );
  // A pattern leaves a file that is gone out without a word.
  const gone = scans
    .flatMap((s) => [...s.files, ...s.computed.flatMap((c) => c.files)])
    .filter((file) => !existsSync(file));
  const { columns, rows } = await executeOnClickhouse(
    plan,
    await engine,
    hosts,
    (scan) => {
      const source = scans.find((s) => s.name === scan.name);
      if (!source) throw new Error(`the plan reads ${scan.name}, which was not resolved`);
      return `(${printClickhouseRelation(source, scan.ranges)})`;
    },
    { now, maxRows: limits.maxRows + 1 },
  );
  const sink = createTextSink(PRINTERS[form], columns, spool);
  try {
    const filled = await fillSink(sink, [rows], limits);
    const units = unitsOf(plan, columns);
    return {
      ...filled,
      columns: columns.map((c, i) => ({ name: c.name, type: c.type, unit: units[i] ?? 'none' })),
      spooled: await sink.finish(),
      warnings: [...new Set(gone)].map((file) => ({
        code: 'segment-unreadable',
        message: `The rows of ${file} are missing: there is no such file.`,
      })),
    };
  } catch (error) {
    sink.drop();
    throw error;
  }
}

async function handle(message: Message): Promise<unknown> {
  // The parent is the only sender, and typed by the same protocol.
  const request = message as WorkerRequest;
  switch (request.kind) {
    case 'execute':
      return execute(request);
    case 'interrupt':
      // A statement in this process cannot be interrupted: the parent ends the process.
      return undefined;
    case 'inspect':
    case 'parquet':
      throw new Error(`a worker of ClickHouse was asked to ${request.kind}`);
  }
}

answerRequests(handle, (error) => {
  if (error instanceof RefusalError) return { code: error.code, message: error.message };
  if (error instanceof ClickhouseMissing)
    return { code: 'engine-error', message: error.message, advice: error.advice };
  const message = error instanceof Error ? error.message : String(error);
  if (/MEMORY_LIMIT_EXCEEDED|memory limit exceeded/i.test(message))
    return {
      code: 'out-of-memory',
      message: 'The query needed more memory than it may use.',
      advice: 'Ask for a shorter time range, or summarize by fewer distinct values.',
    };
  return {
    code: 'engine-error',
    message: message.slice(0, 2000),
    advice: 'Please report the query that it failed on.',
  };
});
