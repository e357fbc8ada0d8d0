import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AsnTable } from '#core/enrich/index.ts';

const PACKAGED = [
  '@ip-location-db/asn/asn-ipv4-num.csv',
  '@ip-location-db/asn/asn-ipv6.csv',
] as const;

/**
 * Opens the table of autonomous systems: of the CSV files that npm carries unless others are named. Reading them takes
 * over a second, so the result is kept in the cache folder, under a name that changes when the files do.
 */
export function openSystems(
  files: readonly string[] | undefined,
  cacheFolder: string | undefined,
): AsnTable {
  const require = createRequire(import.meta.url);
  const paths = files ?? PACKAGED.map((name) => require.resolve(name));
  const stamp = paths
    .map((path) => statSync(path))
    .map((s) => `${s.size}-${Math.floor(s.mtimeMs)}`)
    .join('-');
  const cached = cacheFolder === undefined ? undefined : join(cacheFolder, `asn-${stamp}.bin`);
  if (cached !== undefined) {
    const kept = readKept(cached);
    if (kept) return kept;
  }
  const { table } = AsnTable.fromCsv(paths.map((path) => readFileSync(path)));
  if (cached !== undefined) keep(cached, table);
  return table;
}

function readKept(path: string): AsnTable | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    // Not there yet, or not readable: it is made again.
    return undefined;
  }
  // A small file shares its buffer with others, at any offset; the table wants whole words.
  return AsnTable.fromBytes(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice());
}

function keep(path: string, table: AsnTable): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fresh = `${path}.${process.pid}.tmp`;
    writeFileSync(fresh, table.toBytes());
    renameSync(fresh, path);
  } catch {
    // A cache that cannot be written costs a second at the next start, nothing else.
  }
}
