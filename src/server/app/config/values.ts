import { isIP } from 'node:net';
import { z } from '#core/contract/index.ts';

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Bytes of `50 GB`, `512 MiB` or a plain number; undefined when it is none of these. */
export function parseSize(text: string): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = SIZES[parts?.[2]?.toLowerCase() ?? '-'];
  return parts && unit !== undefined ? Math.round(Number(parts[1]) * unit) : undefined;
}

/** Milliseconds of `90 s`, `10m`, `30d`; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text);
  const unit = MILLISECONDS[parts?.[2]?.toLowerCase() ?? '-'];
  return parts && unit !== undefined ? Math.round(Number(parts[1]) * unit) : undefined;
}

/** A size in bytes, written as a number or as `50 GB` (10^9) or `50 GiB` (2^30). */
export const size = z.union([z.int().min(0), z.string()]).transform((value, context) => {
  const bytes = typeof value === 'number' ? value : parseSize(value);
  if (bytes !== undefined) return bytes;
  context.addIssue({
    code: 'custom',
    message: 'is not a size; write 500 MB, 50 GB or a number of bytes',
  });
  return z.NEVER;
});

/** A length of time in milliseconds, written as `90s`, `10m`, `12h`, `30d` or `8w`. */
export const duration = z.string().transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  context.addIssue({
    code: 'custom',
    message: 'is not a length of time; write 90s, 10m, 12h, 30d or 8w',
  });
  return z.NEVER;
});

/** A secret by reference: `file:PATH` or `env:NAME`. The secret itself never stands in a configuration. */
export const secret = z
  .string()
  .regex(
    /^(?:file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$/,
    'is not a reference to a secret; write file:PATH or env:NAME, never the secret itself',
  );

/** `HOST:PORT`, `[v6]:PORT` or a port alone; undefined when it is none of these. */
export function parseListen(text: string): { host: string; port: number } | undefined {
  const parts = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3] ?? Number.NaN);
  if (!parts || port > 65_535) return undefined;
  return { host: parts[1] ?? parts[2] ?? '127.0.0.1', port };
}

/** An address to listen on. */
export const hostPort = z.union([z.int(), z.string()]).transform((value, context) => {
  const listen = parseListen(String(value));
  if (listen) return listen;
  context.addIssue({
    code: 'custom',
    message: 'is not an address to listen on; write 127.0.0.1:8787',
  });
  return z.NEVER;
});

/** An address, or a prefix such as 10.0.0.0/8. */
export const addressRange = z.string().refine((text) => {
  const [address = '', bits = '0'] = text.split('/', 3);
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= longest && text.split('/').length <= 2;
}, 'is neither an address nor a prefix; write 10.0.0.7 or 10.0.0.0/8');
