import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { EXPORT_FORMATS, QueryInput, QueryResult as Told } from '#core/contract/index.ts';
import type { Asker, Download, QueryService as HttpQueries } from '#server/http/index.ts';
import { printersByName, type QueryResult, type QueryService } from '#server/query/index.ts';

/** The query service in the words of the API. */
export function tellQueries(service: QueryService): HttpQueries {
  const ask = (input: QueryInput, asker: Asker) =>
    service.query({
      text: input.query,
      user: asker.user,
      signal: asker.signal,
      ...(input.timespan ? { timespan: readTimespan(input.timespan) } : {}),
      ...(input.parameters ? { parameters: input.parameters } : {}),
      ...(input.limits ? { limits: readLimits(input.limits) } : {}),
    });
  return {
    run: async (input, asker) => tellResult(await ask(input, asker)),
    async export(input, format, asker) {
      const result = await ask(input, asker);
      return format === 'parquet' ? parquet(service, result) : text(format, result);
    },
    check: (query) => service.check(query),
    complete: (query, position) => service.complete(query, position),
    hover: (query, position) => service.hover(query, position),
    signature: (query, position) => service.signature(query, position),
    format: (query) => service.format(query),
  };
}

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

function tellResult(result: QueryResult): Told {
  const { columns, rows, render, stats, warnings } = result;
  const message = tellTruncated(result);
  const cut = message !== undefined && {
    code: 'truncated',
    message,
    hint: 'Add take or summarize, or ask for fewer columns.',
  };
  return {
    columns: [...columns],
    rows: rows as unknown[][],
    ...(render ? { render } : {}),
    stats: {
      elapsedMs: stats.elapsedMs,
      rowsRead: stats.rowsRead,
      bytesRead: stats.bytesRead,
      segments: stats.segments,
    },
    warnings: cut ? [...warnings, cut] : [...warnings],
  };
}

function tellTruncated({ rows, truncated }: QueryResult): string | undefined {
  return (
    truncated &&
    `Only the first ${rows.length} rows are here: an answer holds at most ${truncated.limit} ${truncated.by}.`
  );
}

function text(
  format: Exclude<(typeof EXPORT_FORMATS)[number], 'parquet'>,
  result: QueryResult,
): Download {
  const printer = printersByName.get(format)!;
  const body = Readable.from(printer.print(result)).map((line: string) => Buffer.from(line));
  return {
    mediaType: printer.mediaType,
    rows: result.rows.length,
    truncated: tellTruncated(result),
    body: Readable.toWeb(body) as Download['body'],
  };
}

async function parquet(service: QueryService, result: QueryResult): Promise<Download> {
  const file = await service.writeParquet(result);
  const stream = createReadStream(file);
  // Gone when it has been sent, or when the caller went away.
  stream.once('close', () => void rm(file, { force: true }));
  return {
    mediaType: 'application/vnd.apache.parquet',
    rows: result.rows.length,
    truncated: tellTruncated(result),
    body: Readable.toWeb(stream) as Download['body'],
  };
}
