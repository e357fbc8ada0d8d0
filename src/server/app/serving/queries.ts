import type { QueryInput } from '#core/contract/index.ts';
import type { Asker, QueryService as HttpQueries, QueryAnswer } from '#server/http/index.ts';
import {
  type Form,
  PRINTERS,
  type PrintedAnswer,
  type QueryLimits,
  type QueryService,
} from '#server/query/index.ts';
import type { Config } from '../config/index.ts';

/** The query service in the words of the API. */
export function tellQueries(service: QueryService): HttpQueries {
  const ask = (input: QueryInput, form: Form, asker: Asker, result = input.result) =>
    service.answer(
      {
        text: input.query,
        user: asker.user,
        signal: asker.signal,
        ...(input.timespan ? { timespan: readTimespan(input.timespan) } : {}),
        ...(input.parameters ? { parameters: input.parameters } : {}),
        ...(input.limits ? { limits: readLimits(input.limits) } : {}),
        ...(result === undefined ? {} : { result }),
      },
      form,
    );
  return {
    run: async (input, form, asker, result) => tellAnswer(await ask(input, form, asker, result)),
    async export(input, format, asker) {
      const answer = await ask(input, format, asker);
      const { rows, body } = answer;
      const mediaType = format === 'parquet' ? PARQUET : PRINTERS[format].mediaType;
      return { mediaType, rows, truncated: tellTruncated(answer), body };
    },
    check: (query) => service.check(query),
    complete: (query, position) => service.complete(query, position),
    hover: (query, position) => service.hover(query, position),
    signature: (query, position) => service.signature(query, position),
    format: (query) => service.format(query),
    functions: () => service.functions(),
  };
}

const PARQUET = 'application/vnd.apache.parquet';

function readTimespan({ from, to }: NonNullable<QueryInput['timespan']>) {
  return {
    ...(from === undefined ? {} : { from: parseMicros(from) }),
    ...(to === undefined ? {} : { to: parseMicros(to) }),
  };
}

/** Microseconds of an ISO 8601 instant; digits beyond them are cut off. */
export function parseMicros(text: string): number {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const whole = Date.parse(text.replace(/\.\d+/, ''));
  return whole * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

function readLimits({ rows, bytes, timeMs }: NonNullable<QueryInput['limits']>) {
  return {
    ...(rows === undefined ? {} : { maxRows: rows }),
    ...(bytes === undefined ? {} : { maxBytes: bytes }),
    ...(timeMs === undefined ? {} : { timeoutMs: timeMs }),
  };
}

function tellAnswer(answer: PrintedAnswer): QueryAnswer {
  const { columns, rows, results, body, render, stats, warnings } = answer;
  const message = tellTruncated(answer);
  const truncated = message === undefined ? undefined : { code: 'truncated', message };
  const hint = 'Add take or summarize, or ask for fewer columns.';
  return {
    columns: [...columns],
    rows,
    results,
    body,
    ...(render ? { render } : {}),
    stats: { ...stats },
    truncated,
    warnings: truncated ? [...warnings, { ...truncated, hint }] : [...warnings],
  };
}

function tellTruncated({ rows, truncated }: PrintedAnswer): string | undefined {
  return (
    truncated &&
    `Only the first ${rows} rows are here: an answer holds at most ${truncated.limit} ${truncated.by}.`
  );
}

/** The configuration's limits in the words of the query service. */
export function readQueryLimits(query: Config['query']): Partial<QueryLimits> {
  return {
    workers: query.workers,
    spillBytes: query.spill,
    timeoutMs: query.timeout,
    maxRows: query.maxRows,
    maxBytes: query.maxResult,
    maxFileBytes: query.maxFile,
    maxQueued: query.maxQueued,
    cacheBytes: query.cache,
    ...(query.memory === undefined ? {} : { memoryBytes: query.memory }),
    ...(query.threads === undefined ? {} : { threads: query.threads }),
  };
}
