import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { compress, type Encoding } from './compress.ts';

/** Rows beyond which an answer is printed piece by piece, so that printing it does not hold up everything else. */
const MANY_ROWS = 2000;
const ROWS_A_PIECE = 500;

/** A JSON body, compressed when that is worth it. */
export async function printJson(answer: unknown, encoding: Encoding): Promise<Response> {
  const headers = new Headers({ 'Content-Type': 'application/json', Vary: 'Accept-Encoding' });
  if (hasManyRows(answer)) {
    if (encoding !== undefined) headers.set('Content-Encoding', encoding);
    return new Response(streamRows(answer, encoding), { headers });
  }
  const text = JSON.stringify(answer);
  const packed = encoding && (await compress(Buffer.from(text), encoding, 'live'));
  if (packed && encoding) headers.set('Content-Encoding', encoding);
  return new Response(packed ?? text, { headers });
}

type Rows = Readonly<Record<string, unknown>> & { readonly rows: readonly unknown[] };

function hasManyRows(answer: unknown): answer is Rows {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'rows' in answer &&
    Array.isArray(answer.rows) &&
    answer.rows.length > MANY_ROWS
  );
}

/** The same text as JSON.stringify's, some hundred rows at a time; the event loop turns in between. */
export function* printRows({ rows, ...rest }: Rows): Generator<string> {
  const others = JSON.stringify(rest);
  yield others === '{}' ? '{"rows":[' : `${others.slice(0, -1)},"rows":[`;
  for (let at = 0; at < rows.length; at += ROWS_A_PIECE) {
    const piece = JSON.stringify(rows.slice(at, at + ROWS_A_PIECE)).slice(1, -1);
    yield at === 0 ? piece : `,${piece}`;
  }
  yield ']}';
}

function streamRows(answer: Rows, encoding: Encoding): ReadableStream<Uint8Array> {
  const pieces = Readable.from(turning(printRows(answer)), { objectMode: false });
  if (encoding === undefined) return Readable.toWeb(pieces);
  const packer =
    encoding === 'gzip'
      ? createGzip({ level: 6 })
      : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  // Printing cannot fail half-way; when the reader goes away, destroying the packer ends it.
  packer.once('close', () => pieces.destroy());
  return Readable.toWeb(pieces.pipe(packer));
}

async function* turning(pieces: Iterable<string>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    yield Buffer.from(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
