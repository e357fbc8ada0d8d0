import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, zstdCompressSync } from 'node:zlib';
import { TableBuilder } from '#core/batch/index.ts';
import type { ExternalData } from '#core/kql/index.ts';
import { ParquetWriter } from '#core/parquet/index.ts';
import type { Table } from '#core/schema/index.ts';
import { ExternalError, failed } from './errors.ts';
import { FORMATS } from './formats.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { type Network, realNetwork } from './guarded-request.ts';

export interface WrittenRows {
  readonly rows: number;
  /** Of the files as they came. */
  readonly sizeBytes: number;
  /** Changes with what was read. */
  readonly version: string;
}

export interface ExternalReader {
  readonly hosts: readonly string[];
  /** Reads the files one after the other and writes their rows as Parquet. Throws ExternalError, or the signal's reason. */
  write(data: ExternalData, file: string, signal: AbortSignal): Promise<WrittenRows>;
}

const MAX_BYTES = 32 * 2 ** 20;
const MAX_UNPACKED_BYTES = 128 * 2 ** 20;
const MAX_ROWS = 1_000_000;
const TIMEOUT_MS = 30_000;
const AT_ONCE = 4;

const unpack = promisify(gunzip);

export function createExternalReader(
  { hosts }: { readonly hosts: readonly string[] },
  network: Network = realNetwork,
): ExternalReader {
  let underWay = 0;

  async function fetchText(url: string, signal: AbortSignal) {
    const bytes = await guardedFetch(url, { hosts, maxBytes: MAX_BYTES, signal }, network);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    try {
      const plain = isPacked ? await unpack(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes;
      return { text: new TextDecoder().decode(plain), sizeBytes: bytes.length };
    } catch {
      throw failed(
        `${url} is damaged, or larger than ${MAX_UNPACKED_BYTES / 2 ** 20} MiB unpacked.`,
      );
    }
  }

  async function readAll(data: ExternalData, signal: AbortSignal) {
    const rows: (readonly string[])[] = [];
    const digest = createHash('sha256');
    let sizeBytes = 0;
    for (const url of data.urls) {
      const file = await fetchText(url, signal);
      digest.update(`${file.text.length}:`).update(file.text);
      sizeBytes += file.sizeBytes;
      for (const row of FORMATS[data.format](file.text, data)) rows.push(row);
      if (rows.length > MAX_ROWS) throw failed(`The files hold more than ${MAX_ROWS} rows.`);
    }
    return { rows, sizeBytes, version: digest.digest('hex') };
  }

  return {
    hosts,
    async write(data, file, signal) {
      if (underWay >= AT_ONCE)
        throw new ExternalError(
          'external-failed',
          `${AT_ONCE} queries are reading files elsewhere already.`,
          'Try again in a moment.',
        );
      underWay++;
      const late = AbortSignal.timeout(TIMEOUT_MS);
      try {
        const { rows, ...facts } = await readAll(data, AbortSignal.any([signal, late]));
        await writeFile(file, encodeRows(data.columns, rows), { mode: 0o600 });
        return { rows: rows.length, ...facts };
      } catch (error) {
        if (late.aborted && !signal.aborted)
          throw failed(`Reading the files took longer than ${TIMEOUT_MS / 1000} s.`);
        throw error;
      } finally {
        underWay--;
      }
    },
  };
}

/** Text columns by place; the names are those that the query declares. */
function encodeRows(names: readonly string[], rows: readonly (readonly string[])[]): Uint8Array {
  const table: Table = {
    name: 'externaldata',
    kind: 'state',
    row: 'one row of a file elsewhere',
    origin: 'Weir',
    timeColumn: '',
    columns: names.map((name) => ({ name, type: 'string', unit: 'none', meaning: '' })),
  };
  const writer = new ParquetWriter(table, { compress: (bytes) => zstdCompressSync(bytes) });
  const builder = new TableBuilder(table, (batch) => writer.add(batch), {
    capacity: Math.min(rows.length, 65_536) || 1,
  });
  const columns = names.map((name) => builder.text(name));
  for (const row of rows) {
    const at = builder.begin();
    columns.forEach((column, i) => {
      column.set(at, row[i] ?? '');
    });
  }
  builder.flush();
  return writer.finish().bytes;
}
