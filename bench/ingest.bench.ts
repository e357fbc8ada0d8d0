/**
 * Azure VNet JSON to committed, queryable rows with all columns of Flows, as a whole process, beside DuckDB's own SQL over
 * the same file into a table of 17 columns (its query alone). Plain and gzipped; totals must agree.
 * Bars: 5 times, 4 times when gzipped; at most 30 bytes a row.
 */
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { openDuckdb } from '../src/server/duckdb/index.ts';
import { writeVnetLog } from './vnet-log.ts';
import { runWeir } from './weir-command.ts';

const quick = process.argv.includes('--quick');
const tuples = quick ? 300_000 : 3_000_000;
const rounds = quick ? 1 : 3;
const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function sizeOf(path: string): number {
  return readdirSync(path, { withFileTypes: true, recursive: true }).reduce(
    (sum, e) => sum + (e.isFile() ? statSync(join(e.parentPath, e.name)).size : 0),
    0,
  );
}

async function peerSeconds(
  file: string,
  database: string,
): Promise<{ seconds: number; rows: number; bytes: number }> {
  const db = await openDuckdb();
  await db.run(`attach '${database}' as peer`);
  const started = performance.now();
  await db.run(`create table peer.flows as
    with r as (select unnest(records, max_depth := 2) from read_json('${file}', maximum_object_size = 2000000000,
      columns = {records: 'STRUCT("time" VARCHAR, macAddress VARCHAR, targetResourceID VARCHAR, flowRecords STRUCT(flows STRUCT(aclID VARCHAR, flowGroups STRUCT(rule VARCHAR, flowTuples VARCHAR[])[])[]))[]'})),
    a as (select macAddress, targetResourceID, unnest(flowRecords.flows) f from r),
    b as (select macAddress, targetResourceID, f.aclID acl, unnest(f.flowGroups) g from a),
    d as (select macAddress, targetResourceID, acl, g.rule as rulename, string_split(unnest(g.flowTuples), ',') p from b)
    select macAddress, targetResourceID, acl, rulename, epoch_ms(p[1]::bigint) ts, p[2] src, p[3] dst, p[4]::usmallint sport, p[5]::usmallint dport,
      p[6]::utinyint proto, p[7] dir, p[8] state, p[9] enc, p[10]::ubigint pf, p[11]::ubigint bf, p[12]::ubigint pr, p[13]::ubigint br from d`);
  const seconds = (performance.now() - started) / 1000;
  const { rows } = await db.run('select count(*)::double, sum(bf + br)::double from peer.flows');
  db.close();
  const [count, bytes] = rows[0] as [number, number];
  return { seconds, rows: count, bytes };
}

async function compare(
  name: string,
  file: string,
  bar: number,
  truth: { tuples: number; bytes: number },
): Promise<boolean> {
  const ours: number[] = [];
  const peers: number[] = [];
  let same = true;
  let perRow = 0;
  let peak = 0;
  for (let round = 0; round < rounds; round++) {
    const data = join(folder, `${name}-${round}`);
    const run = await runWeir('ingest', file, '--data', data);
    ours.push(run.seconds);
    peak = Math.max(peak, run.peakMiB ?? 0);
    const answer = await runWeir(
      'query',
      'Flows | summarize n = count(), b = sum(BytesSrcToDest) + sum(BytesDestToSrc)',
      '--data',
      data,
      '--output',
      'ndjson',
    );
    const { n, b } = JSON.parse(answer.stdout) as { n: number; b: number };
    perRow = sizeOf(join(data, 'tables')) / n;
    const peer = await peerSeconds(file, join(folder, `${name}-${round}.duckdb`));
    peers.push(peer.seconds);
    same &&= n === truth.tuples && b === truth.bytes && peer.rows === n && peer.bytes === b;
    rmSync(data, { recursive: true });
  }
  const ratio = median(peers) / median(ours);
  const ok = same && (quick || (ratio >= bar && perRow <= 30));
  process.stdout.write(
    `${name}: ${truth.tuples} tuples; weir ${median(ours).toFixed(2)} s, DuckDB ${median(peers).toFixed(2)} s, ratio ${ratio.toFixed(1)} (bar ${bar}); ` +
      `${perRow.toFixed(1)} bytes a row (bar 30); peak ${peak.toFixed(0)} MiB; totals ${same ? 'agree' : 'DIFFER'}; ${ok ? 'met' : 'MISSED'}\n`,
  );
  return ok;
}

try {
  await runWeir('--version');
  const log = writeVnetLog(join(folder, 'PT1H.json'), tuples);
  const packed = join(folder, 'PT1H.json.gz');
  await pipeline(createReadStream(log.file), createGzip(), createWriteStream(packed));
  const plain = await compare('plain', log.file, 5, log);
  const gzipped = await compare('gzip', packed, 4, log);
  process.exitCode = plain && gzipped ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
