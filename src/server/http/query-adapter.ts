import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type {
  Completion,
  Diagnostic,
  QueryInput,
  QueryResult,
  Render,
  ResultColumn,
  Timespan,
} from '#core/contract/index.ts';
import { printersByName } from '#server/query/print/index.ts';
import type { Asker, Download, QueryService } from './deps.ts';

/** The part of the query service (`server/query`) that answers people. Intervals in µs, half-open. */
export interface Engine {
  query(request: {
    readonly text: string;
    readonly timespan?: { readonly from?: number; readonly to?: number };
    readonly parameters?: Readonly<Record<string, string | number | boolean>>;
    readonly limits?: {
      readonly timeoutMs?: number;
      readonly maxRows?: number;
      readonly maxBytes?: number;
    };
    readonly user?: string;
    readonly signal?: AbortSignal;
  }): Promise<{
    readonly columns: readonly ResultColumn[];
    readonly rows: readonly (readonly unknown[])[];
    readonly render?: Render;
    readonly stats: QueryResult['stats'];
    readonly truncated?: { readonly by: 'rows' | 'bytes'; readonly limit: number };
    readonly warnings: readonly { readonly code: string; readonly message: string }[];
  }>;
  check(text: string): Promise<readonly Diagnostic[]>;
  complete(
    text: string,
    position: number,
  ): Promise<{
    readonly start: number;
    readonly length: number;
    readonly items: readonly Completion[];
  }>;
  hover(
    text: string,
    position: number,
  ): Promise<{ readonly start: number; readonly length: number; readonly text: string } | null>;
  /** Resolves to a file that the caller removes. */
  writeParquet(result: {
    readonly columns: readonly ResultColumn[];
    readonly rows: readonly (readonly unknown[])[];
  }): Promise<string>;
}

const PARQUET_TYPE = 'application/vnd.apache.parquet';
/** Text is handed on in pieces of about this many characters. */
const PIECE = 64 * 1024;

/** The query service as routes use it. */
export function createHttpQueries(engine: Engine): QueryService {
  async function run(input: QueryInput, { user, signal }: Asker): Promise<QueryResult> {
    const { query, timespan, parameters, limits } = input;
    const answer = await engine.query({
      text: query,
      user,
      signal,
      ...(timespan === undefined ? {} : { timespan: toInterval(timespan) }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(limits === undefined ? {} : { limits: toLimits(limits) }),
    });
    const { columns, rows, render, stats, truncated, warnings } = answer;
    const { elapsedMs, rowsRead, bytesRead, segments } = stats;
    return {
      columns: [...columns],
      // Shared with the service's cache, and only ever printed here.
      rows: rows as unknown[][],
      ...(render === undefined ? {} : { render }),
      stats: { elapsedMs, rowsRead, bytesRead, segments },
      warnings: [...warnings, ...(truncated === undefined ? [] : [truncatedWarning(truncated)])],
    };
  }

  return {
    run,
    async export(input, format, asker): Promise<Download> {
      const result = await run(input, asker);
      const rows = result.rows.length;
      if (format === 'parquet') {
        const file = await engine.writeParquet(result);
        return { mediaType: PARQUET_TYPE, rows, body: streamFile(file) };
      }
      const printer = printersByName.get(format);
      if (!printer) throw new Error(`there is no printer for ${format}`);
      return { mediaType: printer.mediaType, rows, body: streamText(printer.print(result)) };
    },
    check: (query) => engine.check(query),
    complete: (query, position) => engine.complete(query, position),
    hover: (query, position) => engine.hover(query, position),
  };
}

function truncatedWarning({ by, limit }: { by: 'rows' | 'bytes'; limit: number }) {
  return {
    code: 'truncated',
    message: `There are more rows than these: the answer was cut at ${limit} ${by}.`,
    hint: 'Summarize, or ask for a shorter time range.',
  };
}

function toLimits({ rows, bytes, timeMs }: NonNullable<QueryInput['limits']>) {
  return {
    ...(rows === undefined ? {} : { maxRows: rows }),
    ...(bytes === undefined ? {} : { maxBytes: bytes }),
    ...(timeMs === undefined ? {} : { timeoutMs: timeMs }),
  };
}

function toInterval({ from, to }: Timespan): { from?: number; to?: number } {
  return {
    ...(from === undefined ? {} : { from: toMicros(from) }),
    ...(to === undefined ? {} : { to: toMicros(to) }),
  };
}

/** µs of an ISO instant, digits beyond milliseconds included, of which Date keeps three. */
export function toMicros(instant: string): number {
  const fraction = /\.(\d+)/.exec(instant)?.[1] ?? '';
  return Date.parse(instant) * 1000 + Number(fraction.slice(3, 6).padEnd(3, '0'));
}

/** Prints as fast as the reader takes it, never the whole at once. */
function streamText(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      let text = '';
      while (text.length < PIECE) {
        const next = iterator.next();
        if (next.done) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          return controller.close();
        }
        text += next.value;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

/** Removes the file when it has been sent, or when nobody wants it any more. */
function streamFile(path: string): ReadableStream<Uint8Array> {
  const file = createReadStream(path);
  file.once('close', () => void rm(path, { force: true }));
  return Readable.toWeb(file);
}
