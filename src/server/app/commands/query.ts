import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ClickhouseMissing, isClickhouseInstalled } from '#server/clickhouse/index.ts';
import {
  ENGINES,
  type EngineName,
  printTable,
  QueryError,
  type QueryRequest,
  type QueryResult,
} from '#server/query/index.ts';
import type { Answerer, OutputForm } from '../answering/answerer.ts';
import { createLocalAnswerer } from '../answering/local.ts';
import {
  CommandError,
  type ExitCode,
  type Invocation,
  type Run,
  type Surroundings,
  UsageError,
} from '../command.ts';
import { readSecret } from '../config/secret.ts';
import { findDataFolder } from '../data-folder.ts';
import { printCount, printSize } from '../format.ts';
import { createLineWriter } from '../line-writer.ts';

/** `weir query`: one query, or a batch of them; here or on a server. */
export const run: Run = async (invocation, around) => {
  const [text] = invocation.arguments;
  const batch = invocation.value('batch');
  if ((text === undefined) === (batch === undefined))
    throw new UsageError(
      'weir query needs a query, or --batch FILE',
      "usage: weir query 'KQL' or weir query --batch FILE",
    );
  if (invocation.isSet('tables') && batch === undefined)
    throw new UsageError(
      '--tables goes with --batch',
      'Use datatable(…) to try a query on rows of your own.',
    );
  const limits = readLimits(invocation);
  if (invocation.isSet('explain')) return explain(text, invocation, around, limits);
  const answerer = await openAnswerer(invocation, around, limits);
  try {
    if (batch !== undefined) {
      const input = batch === '-' ? around.stdin : await openBatch(batch);
      const { answerBatch } = await import('../answering/batch.ts');
      await answerBatch(input, answerer, around.signal, createLineWriter(around.stdout));
      return 0;
    }
    await answerOne(
      { text: text ?? '', signal: around.signal, limits },
      answerer,
      invocation,
      around,
    );
    return 0;
  } catch (error) {
    throw asCommandError(error, text ?? '');
  } finally {
    await answerer.stop();
  }
};

interface Limits {
  readonly timeoutMs: number;
  readonly maxRows: number;
}

function readLimits(invocation: Invocation): Limits {
  const positive = (name: string, fallback: number) => {
    const value = Number(invocation.value(name) ?? fallback);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new UsageError(
      `--${name} cannot be ${invocation.value(name)}`,
      'It is a number above 0.',
    );
  };
  return {
    timeoutMs: positive('timeout', 180) * 1000,
    maxRows: Math.round(positive('max-rows', 500_000)),
  };
}

/** Loads only what this way of asking needs: a single query should start fast. */
async function openAnswerer(
  invocation: Invocation,
  around: Surroundings,
  limits: Limits,
): Promise<Answerer> {
  const server = invocation.value('server');
  if (server === undefined) {
    const tables = invocation.value('tables');
    const further =
      tables === undefined
        ? undefined
        : (await import('../answering/tables-file.ts')).readTablesFile(tables);
    return createLocalAnswerer({ ...localOptions(invocation, around, limits), further });
  }
  for (const flag of ['data', 'tables', 'engine'])
    if (invocation.isSet(flag))
      throw new UsageError(`--${flag} does not go with --server`, 'Leave one of them away.');
  const reference = invocation.value('token');
  const token =
    reference === undefined ? (around.env['WEIR_TOKEN'] ?? '') : readSecret(reference, around.env);
  const { createRemoteAnswerer } = await import('../answering/remote.ts');
  return createRemoteAnswerer(server, token);
}

/** The engine that was asked for, when it is on this machine. */
function engineOf(invocation: Invocation): EngineName {
  const engine = ENGINES.find((name) => name === invocation.value('engine')) ?? 'duckdb';
  if (engine === 'clickhouse' && !isClickhouseInstalled()) {
    const { message, advice } = new ClickhouseMissing();
    throw new CommandError(message, `${advice}. Or leave --engine away: DuckDB answers.`);
  }
  return engine;
}

function localOptions(invocation: Invocation, around: Surroundings, limits: Limits) {
  return {
    folder: findDataFolder(invocation, around),
    engine: engineOf(invocation),
    limits,
    signal: around.signal,
    note: (text: string) => void around.stderr.write(`weir: note: ${text}\n`),
  };
}

async function openBatch(file: string): Promise<NodeJS.ReadableStream> {
  const stream = createReadStream(file);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) =>
      reject(
        new CommandError(
          `the batch ${file} cannot be read`,
          'Check the path; - reads standard input.',
          error,
        ),
      ),
    );
  });
  return stream;
}

async function explain(
  text: string | undefined,
  invocation: Invocation,
  around: Surroundings,
  limits: Limits,
): Promise<ExitCode> {
  if (text === undefined || invocation.isSet('server'))
    throw new UsageError(
      '--explain goes with one query that is computed here',
      'Leave --batch and --server away.',
    );
  const answerer = createLocalAnswerer({
    ...localOptions(invocation, around, limits),
    further: undefined,
  });
  try {
    const { plan, sql } = await answerer.explain({ text });
    if (invocation.value('output') === 'json')
      around.stdout.write(`${JSON.stringify({ plan, sql })}\n`);
    else around.stdout.write(`${JSON.stringify(plan, null, 1)}\n\n${sql.join(';\n\n')};\n`);
    return 0;
  } catch (error) {
    throw asCommandError(error, text);
  } finally {
    await answerer.stop();
  }
}

async function answerOne(
  request: QueryRequest,
  answerer: Answerer,
  invocation: Invocation,
  around: Surroundings,
): Promise<void> {
  const form = readForm(invocation, around);
  const { stdout } = around;
  if (form === 'table') {
    const result = await answerer.answer(request);
    tellNotes(result, result.rows.length, around);
    await createLineWriter(stdout)(printTable(result, around.width));
    if (around.isTerminal.stderr) around.stderr.write(describeCost(result));
    return;
  }
  const answer = await answerer.write(request, form);
  tellNotes(answer, answer.rows, around);
  await pipeline(answer.bytes(), stdout, { end: false });
}

function readForm(invocation: Invocation, around: Surroundings): OutputForm | 'table' {
  const named = invocation.value('output');
  const form = FORMS.find((f) => f === named) ?? (around.isTerminal.stdout ? 'table' : 'ndjson');
  if (form === 'parquet' && around.isTerminal.stdout)
    throw new UsageError(
      'Parquet is not for terminals',
      'Send it to a file: weir query … --output parquet > answer.parquet',
    );
  return form;
}

/** What the answer cost, for people who wonder why it took so long. */
function describeCost({ stats }: QueryResult): string {
  const { rowsRead, bytesRead, segments, elapsedMs, isCached } = stats;
  const read = `${printCount(rowsRead)} rows, ${printSize(bytesRead)} of ${printCount(segments)} segments`;
  return `weir: ${isCached ? 'kept from before' : `read ${read}`}, ${(elapsedMs / 1000).toFixed(2)} s\n`;
}

const FORMS = ['table', 'csv', 'json', 'ndjson', 'parquet'] as const;

function tellNotes(
  { warnings, truncated }: Pick<QueryResult, 'warnings' | 'truncated'>,
  rows: number,
  { stderr }: Surroundings,
): void {
  for (const { message } of warnings) stderr.write(`weir: note: ${message}\n`);
  if (truncated)
    stderr.write(
      truncated.by === 'rows'
        ? `weir: note: only the first ${rows} rows are shown. Add take or summarize, or raise --max-rows.\n`
        : `weir: note: only the first ${rows} rows are shown: an answer holds at most ${truncated.limit} bytes. Ask for fewer columns.\n`,
    );
}

/** The error as a person reads it: what, where, the line of the query with a mark below it, what to do. */
function asCommandError(error: unknown, text: string): unknown {
  if (!(error instanceof QueryError)) return error;
  const { line, column, message, code, advice } = error;
  if (line === undefined || column === undefined)
    return new CommandError(`${message} [${code}]`, advice, error);
  const source = text.split('\n')[line - 1] ?? '';
  const from = Math.max(0, column - 60);
  const excerpt = source.slice(from, from + 90).replaceAll('\t', ' ');
  const mark = `${' '.repeat(column - 1 - from)}^`;
  return new CommandError(
    `${message} [${code}, line ${line}, column ${column}]\n    ${excerpt}\n    ${mark}`,
    advice,
    error,
  );
}
