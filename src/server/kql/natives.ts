import { createHash, randomUUID } from 'node:crypto';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import type { Natives } from '#core/kql/index.ts';
import { overlay } from './areas.ts';
import { hexagons } from './hexagons.ts';
import { spheroidDistance } from './spheroid.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** Node's hashing, compression and randomness for functions of KQL. */
export const natives: Natives = {
  hash: (algorithm, text) => createHash(algorithm).update(text).digest('hex'),
  compress: (kind, text) => {
    if (kind === 'zlib') return deflateSync(text, { level: 0 }).toString('base64');
    const bytes = gzipSync(text, { level: 0 });
    // No hint of the compressor, and an unknown system, as in the engine's own output (RFC 1952, section 2.3).
    bytes[8] = 0;
    bytes[9] = 255;
    return bytes.toString('base64');
  },
  decompress: (kind, base64) => {
    const bytes = Buffer.from(base64, 'base64');
    try {
      const out =
        kind === 'gzip'
          ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
          : inflateSync(bytes, { maxOutputLength: MAX_BYTES });
      return out.toString('utf8');
    } catch {
      // Damaged or too large: the function's answer is the empty text.
      return null;
    }
  },
  // Without a database of locations every place is unknown; who opens the engine hands one in.
  locate: () => null,
  guid: () => randomUUID(),
  overlay,
  hexagons,
  spheroidDistance,
};
