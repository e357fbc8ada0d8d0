import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { printDay } from '#core/base/index.ts';
import type { Topology, TopologyRow } from '#core/enrich/index.ts';
import { ntaTopologyDetails } from '#core/schema/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createRelation, literal, type RelationColumns } from '#server/observe/index.ts';
import type { Store } from '#server/store/index.ts';

const IDENTITY = 'topology';
const SCHEMA_VERSION = '2';

const TYPES = {
  string: 'VARCHAR',
  long: 'BIGINT',
  int: 'INTEGER',
  bool: 'BOOLEAN',
  datetime: 'BIGINT',
  real: 'DOUBLE',
} as const;

/**
 * Stores a topology as one snapshot of NTATopologyDetails, closed by its StatusMessage row. A topology that is the same as
 * the last one stored is not stored again. Resolves to the number of rows written.
 */
export async function writeTopology(
  store: Store,
  topology: Topology,
  now: number,
): Promise<number> {
  if (topology.rows.length === 0) return 0;
  const hash = createHash('sha256')
    .update(JSON.stringify([topology.rows, topology.problems]))
    .digest('hex');
  const last = store.checkpoint(IDENTITY);
  if (isSame(last?.state, hash)) return 0;
  const rows = snapshotRows(topology, now, hash.slice(0, 12));
  const lines = store.temporaryFile();
  const file = store.temporaryFile();
  const engine = await openDuckdb({ threads: 1, memoryLimitBytes: 256 * 1024 * 1024 });
  try {
    await createRelation(engine, lines, 'topology', relationColumns(), [rows]);
    await engine.run(
      `COPY (SELECT ${selectList()} FROM topology) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    engine.close();
    rmSync(lines, { force: true });
  }
  const range = [now, now] as const;
  await store.commit({
    segments: [
      {
        table: ntaTopologyDetails.name,
        day: printDay(now),
        rows: rows.length,
        ranges: { TimeGenerated: range, TimeProcessed: range },
        isSorted: true,
        content: { file },
      },
    ],
    checkpoints: [
      {
        identity: IDENTITY,
        source: IDENTITY,
        object: 'topology files',
        position: (last?.position ?? 0) + 1,
        from: last?.position ?? 0,
        state: { hash },
      },
    ],
  });
  return rows.length;
}

const isSame = (state: unknown, hash: string): boolean =>
  typeof state === 'object' && state !== null && 'hash' in state && state.hash === hash;

function snapshotRows(
  { rows, problems }: Topology,
  now: number,
  version: string,
): readonly TopologyRow[] {
  const shared = {
    TimeGenerated: now,
    TimeProcessed: now,
    TopologyVersion: version,
    SchemaVersion: SCHEMA_VERSION,
  };
  const scopes = Map.groupBy(rows, (r) =>
    JSON.stringify([r['Subscription'] ?? '', r['DiscoveryRegion'] ?? '']),
  );
  const closing = [...scopes].map(([scope, of]): TopologyRow => {
    const [subscription = '', region = ''] = JSON.parse(scope) as string[];
    return {
      ...shared,
      SubType: 'StatusMessage',
      ComponentType: 'Topology',
      Status: 'Completed',
      Subscription: subscription,
      DiscoveryRegion: region,
      Description: [`${of.length} resources.`, ...problems].join(' '),
    };
  });
  return [...rows.map((row) => ({ ...row, ...shared })), ...closing];
}

const columns = ntaTopologyDetails.columns.map((c) => ({
  ...c,
  sql: TYPES[c.type as keyof typeof TYPES],
}));

const relationColumns = (): RelationColumns =>
  Object.fromEntries(
    columns
      .filter((c) => c.sql !== 'DOUBLE')
      .map(({ name, sql }) => [name, sql === 'DOUBLE' ? 'BIGINT' : sql]),
  );

const selectList = (): string =>
  columns
    .map(({ name, type, sql }) => {
      if (name === 'Type') return `'${ntaTopologyDetails.name}' AS "Type"`;
      if (name === '_IsBillable') return `'false' AS "_IsBillable"`;
      if (sql === 'DOUBLE') return `0::DOUBLE AS "${name}"`;
      if (type === 'datetime') return `make_timestamp("${name}") AS "${name}"`;
      return sql === 'VARCHAR' ? `coalesce("${name}", '') AS "${name}"` : `"${name}"`;
    })
    .join(', ');
