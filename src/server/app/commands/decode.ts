import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Batch, TableBuilder, valueAt } from '#core/batch/index.ts';
import {
  Decoders,
  type DecodeSink,
  ObjectDecoder,
  PROBLEMS,
  type ProblemCode,
} from '#core/decode/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import {
  createFileObject,
  createStdinSource,
  type InputObject,
  START,
} from '#server/source/index.ts';
import { cellOf } from '../cell.ts';
import { CommandError, type Run, type Surroundings } from '../command.ts';
import { findFormat } from '../find-format.ts';
import { createLineWriter } from '../line-writer.ts';

/** Rows that are printed together. */
const PRINTED_ROWS = 1024;

/** `weir decode`: the rows of one file as NDJSON, in the order they are read. */
export const run: Run = async (invocation, around) => {
  const [path = ''] = invocation.arguments;
  const format = findFormat(invocation.value('format'));
  const object = await openObject(path, around);
  const write = createLineWriter(around.stdout);
  const sink = createPrintingSink();
  const decoder = new ObjectDecoder(new Decoders(sink), {
    object: object.name,
    ingestedAt: Date.now() * 1000,
    ...(format ? { format } : {}),
  });
  const reading = object.open(START, around.signal);
  for await (const chunk of reading) {
    decoder.push(chunk);
    for (const text of sink.take()) await write(text);
    if (decoder.unknown !== undefined) break;
  }
  decoder.end(true);
  for (const text of sink.take()) await write(text);
  // The little that came out of a broken archive need not look like what is in it.
  if (decoder.unknown !== undefined && !reading.problem)
    throw new CommandError(`${path} is not a log that Weir reads`, decoder.unknown);
  for (const [code, count] of sink.problems)
    around.stderr.write(
      `weir: ${count} record${count === 1 ? '' : 's'} not decoded: ${code}: ${PROBLEMS[code]}\n`,
    );
  if (reading.problem)
    throw new CommandError(`${path} could not be read to its end`, reading.problem.detail);
  if (sink.rows > 0 || decoder.state !== undefined) return 0;
  throw new CommandError(
    `${path} holds no records`,
    'An empty file or an empty list of records has nothing to print.',
  );
};

async function openObject(path: string, around: Surroundings): Promise<InputObject> {
  if (path === '-') {
    for await (const object of createStdinSource().list(around.signal)) return object;
    throw new CommandError('standard input is closed', 'Pipe a log into it.');
  }
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw new CommandError(`${path} cannot be read`, 'Check the path and its permissions.', error);
  }
  if (stats.isDirectory())
    throw new CommandError(`${path} is a folder`, 'Give one file; `weir ingest` takes folders.');
  return createFileObject('decode', resolve(path), stats, true);
}

interface PrintingSink extends DecodeSink {
  readonly problems: ReadonlyMap<ProblemCode, number>;
  readonly rows: number;
  /** Text of everything decoded since the last call. */
  take(): Generator<string>;
}

function createPrintingSink(): PrintingSink {
  const builders = new Map<string, TableBuilder>();
  const problems = new Map<ProblemCode, number>();
  let batches: Batch[] = [];
  let rows = 0;
  return {
    problems,
    get rows() {
      return rows;
    },
    builder(name) {
      let builder = builders.get(name);
      if (!builder) {
        const table = tablesByName.get(name);
        if (!table) throw new Error(`there is no table ${name}`);
        builder = new TableBuilder(table, (batch) => batches.push(batch));
        builders.set(name, builder);
      }
      return builder;
    },
    problem: (code) => void problems.set(code, (problems.get(code) ?? 0) + 1),
    *take() {
      for (const builder of builders.values()) builder.flush();
      const taken = batches;
      batches = [];
      for (const batch of taken) {
        rows += batch.rows;
        yield* printBatch(batch);
      }
    },
  };
}

function* printBatch(batch: Batch): Generator<string> {
  const table = tablesByName.get(batch.table)!;
  const columns = table.columns.filter((c) => !c.isComputed);
  for (let from = 0; from < batch.rows; from += PRINTED_ROWS) {
    const lines: string[] = [];
    for (let row = from; row < Math.min(batch.rows, from + PRINTED_ROWS); row++) {
      const cells = columns.map((c) => {
        const vector = batch.columns.get(c.name);
        return [
          c.name,
          vector ? cellOf(valueAt(vector, row), c.type) : c.type === 'string' ? '' : null,
        ];
      });
      lines.push(JSON.stringify({ _table: table.name, ...Object.fromEntries(cells) }));
    }
    yield `${lines.join('\n')}\n`;
  }
}
