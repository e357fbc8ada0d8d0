import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { compress, type Encoding } from './compress.ts';
import type { Body } from './deps.ts';

const HEADERS = { 'Content-Type': 'application/json', Vary: 'Accept-Encoding' } as const;

/** A JSON body, compressed when that is worth it. */
export const printJson = (answer: unknown, encoding: Encoding): Promise<Response> =>
  printText(Buffer.from(JSON.stringify(answer)), encoding);

/** JSON of which a part is printed already and may be long: texts and bodies, one after the other. */
export async function printParts(
  parts: readonly (string | Body)[],
  encoding: Encoding,
): Promise<Response> {
  if (parts.every((part) => typeof part === 'string' || part.held !== undefined))
    return printText(Buffer.concat(parts.map(bytesOf)), encoding);
  const headers = new Headers(HEADERS);
  if (encoding !== undefined) headers.set('Content-Encoding', encoding);
  return new Response(stream(parts, encoding), { headers });
}

async function printText(text: Buffer<ArrayBuffer>, encoding: Encoding): Promise<Response> {
  const headers = new Headers(HEADERS);
  const packed = encoding && (await compress(text, encoding, 'live'));
  if (packed && encoding) headers.set('Content-Encoding', encoding);
  return new Response(packed ?? text, { headers });
}

const bytesOf = (part: string | Body): Uint8Array =>
  typeof part === 'string' ? Buffer.from(part) : (part.held ?? new Uint8Array());

/** A body as a web stream; freed when the reader goes away. */
export const streamBody = (body: Body): ReadableStream<Uint8Array> => stream([body], undefined);

function stream(parts: readonly (string | Body)[], encoding: Encoding): ReadableStream<Uint8Array> {
  const pieces = Readable.from(piecesOf(parts), { objectMode: false });
  if (encoding === undefined) return Readable.toWeb(pieces);
  const packer =
    encoding === 'gzip'
      ? createGzip({ level: 6 })
      : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  // When the reader goes away, destroying the packer ends the reading; a failure of reading cuts the answer off.
  packer.once('close', () => pieces.destroy());
  pieces.once('error', (error) => packer.destroy(error));
  return Readable.toWeb(pieces.pipe(packer));
}

async function* piecesOf(parts: readonly (string | Body)[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  try {
    for (; at < parts.length; at++) {
      const part = parts[at];
      if (typeof part === 'string') yield Buffer.from(part);
      else if (part) yield* part.stream();
    }
  } finally {
    for (const part of parts.slice(at)) if (typeof part !== 'string') await part.discard();
  }
}
