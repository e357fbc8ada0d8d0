import { createReadStream } from 'node:fs';
import {
  createQueryService,
  PRINTERS,
  printAnswer,
  type QueryResult,
} from '#server/query/index.ts';
import type { OutputForm, WrittenAnswer } from './answerer.ts';

/** An answer whose rows are at hand, in a form. Parquet is made by an engine of its own. */
export function writeRows(result: QueryResult, form: OutputForm): WrittenAnswer {
  const bytes = form === 'parquet' ? () => parquet(result) : () => text(result, form);
  return { ...result, rows: result.rows.length, bytes };
}

async function* text(
  result: QueryResult,
  form: Exclude<OutputForm, 'parquet'>,
): AsyncGenerator<Uint8Array> {
  for (const piece of printAnswer(PRINTERS[form], result)) yield Buffer.from(piece);
}

async function* parquet(result: QueryResult): AsyncGenerator<Uint8Array> {
  const service = createQueryService({ store: undefined, clock: () => 0 });
  try {
    yield* createReadStream(await service.writeParquet(result));
  } finally {
    await service.stop();
  }
}
