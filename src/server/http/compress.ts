import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const LEAST_BYTES = 1400;
const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);

export type Encoding = 'br' | 'gzip' | undefined;

/** The best encoding that the caller takes: brotli, gzip or none. */
export function chooseEncoding(accept: string | null): Encoding {
  const weights = new Map<string, number>();
  for (const item of (accept ?? '').toLowerCase().split(',', 20)) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const q = parameters.find((p) => p.startsWith('q='))?.slice(2);
    weights.set(name, q === undefined ? 1 : Number(q));
  }
  const weight = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  if (weight('br') > 0 && weight('br') >= weight('gzip')) return 'br';
  return weight('gzip') > 0 ? 'gzip' : undefined;
}

/**
 * Compresses in the thread pool; undefined where it is not worth it. Effort `live` is for answers made for one request
 * (brotli 4, gzip 6), `once` for files that are kept (brotli 6, gzip 9): the first
 * reader waits for it.
 */
export async function compress(
  bytes: Uint8Array,
  encoding: Encoding,
  effort: 'live' | 'once',
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (encoding === undefined || bytes.byteLength < LEAST_BYTES) return undefined;
  if (encoding === 'gzip') return own(await gzipAsync(bytes, { level: effort === 'live' ? 6 : 9 }));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: effort === 'live' ? 4 : 6,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
  };
  return own(await brotliAsync(bytes, { params }));
}

/** The same bytes under the type that Response takes: zlib's buffers are never shared between threads. */
function own(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return buffer.buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}
