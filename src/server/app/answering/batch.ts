import { createInterface } from 'node:readline';
import { z } from '#core/contract/index.ts';
import { QueryError } from '#server/query/index.ts';
import type { Answerer } from './answerer.ts';

/** Queries that are under way at once: enough to read one while others run. */
const AT_ONCE = 4;
/** Answers that may wait for an earlier one. */
const MAX_AHEAD = 64;

interface Answered {
  readonly id: unknown;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly ms?: number;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly line?: number;
    readonly column?: number;
  };
}

/**
 * Answers a stream of {"id","query"} lines with one line each, in order. A line that is no question, and a query that
 * has no answer, become an error line; only a failure of the machine ends the batch.
 */
export async function answerBatch(
  input: NodeJS.ReadableStream,
  answerer: Answerer,
  signal: AbortSignal,
  write: (line: string) => Promise<void>,
): Promise<void> {
  const underWay: Promise<Answered>[] = [];
  const running = new Set<Promise<Answered>>();
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const writeFirst = async () => write(`${JSON.stringify(await underWay.shift())}\n`);
  try {
    for await (const line of lines) {
      if (line.trim() === '') continue;
      signal.throwIfAborted();
      while (running.size >= AT_ONCE) await Promise.race(running);
      const answered = answerLine(line, answerer, signal);
      running.add(answered);
      const done = () => running.delete(answered);
      answered.then(done, done);
      underWay.push(answered);
      while (underWay.length > MAX_AHEAD) await writeFirst();
      while (underWay[0] && !running.has(underWay[0])) await writeFirst();
    }
    while (underWay.length > 0) await writeFirst();
  } finally {
    lines.close();
    await Promise.allSettled(underWay);
  }
}

async function answerLine(
  line: string,
  answerer: Answerer,
  signal: AbortSignal,
): Promise<Answered> {
  const asked = parseQuestion(line);
  if ('error' in asked) return asked;
  const startedAt = performance.now();
  try {
    const { columns, rows } = await answerer.answer({ text: asked.query, signal });
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    return { id: asked.id, columns: columns.map(({ name, type }) => ({ name, type })), rows, ms };
  } catch (error) {
    if (!(error instanceof QueryError) || signal.aborted) throw error;
    const { code, message, line: at, column } = error;
    return {
      id: asked.id,
      error: {
        code,
        message,
        ...(at === undefined ? {} : { line: at }),
        ...(column === undefined ? {} : { column }),
      },
    };
  }
}

const question = z.object({ id: z.unknown(), query: z.string() });

function parseQuestion(
  line: string,
): z.output<typeof question> | Required<Pick<Answered, 'id' | 'error'>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // Said below: what is not JSON is no question either.
  }
  const asked = question.safeParse(parsed);
  if (asked.success) return asked.data;
  const id = typeof parsed === 'object' && parsed !== null && 'id' in parsed ? parsed.id : null;
  return {
    id,
    error: { code: 'bad-request', message: 'The line is not a JSON object with "id" and "query".' },
  };
}
