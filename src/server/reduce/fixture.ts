import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { printDay } from '#core/base/index.ts';
import { flows, tablesByName } from '#core/schema/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { openStore, type SegmentDraft, type Store } from '#server/store/index.ts';

/** One row of Flows for a test; what is left out is empty. Datetimes are µs. */
export type FlowRow = Readonly<Record<string, string | number | boolean | null>>;

export const DAY = Date.UTC(2026, 2, 4) * 1000;
export const MINUTE = 60_000_000;
export const HOUR = 60 * MINUTE;
export const OWN_MAC = '00-22-48-0A-0B-0C';

/** A record of a VNet flow log: a flow that began and was allowed, unless said otherwise. */
export const azureFlow = (more: FlowRow): FlowRow => ({
  TimeGenerated: DAY + 10 * HOUR,
  SrcIp: '10.20.1.4',
  DestIp: '10.20.2.9',
  SrcPort: 50112,
  DestPort: 5432,
  L4Protocol: 'T',
  IpProtocol: 6,
  FlowDirection: 'Outbound',
  FlowStatus: more['FlowState'] === 'D' ? 'Denied' : 'Allowed',
  FlowState: 'B',
  FlowEncryption: 'Encrypted',
  AclGroup: 'acl-1',
  AclRule: 'UserRule_allow-db',
  MacAddress: OWN_MAC,
  Observer: more['MacAddress'] ?? OWN_MAC,
  TargetResourceId:
    '/subscriptions/sub-1/resourceGroups/shop-rg/providers/Microsoft.Network/virtualNetworks/shop-vnet',
  Scope: 'sub-1',
  Region: 'westeurope',
  Network: 'shop-rg/shop-vnet',
  PacketsSrcToDest: 0,
  BytesSrcToDest: 0,
  PacketsDestToSrc: 0,
  BytesDestToSrc: 0,
  InitiatorKnown: true,
  IsFlowStart: !['C', 'E'].includes(String(more['FlowState'])),
  Source: 'azure-vnet',
  ...more,
});

/** A record of an AWS flow log: one direction, counted by one interface. */
export const awsFlow = (more: FlowRow): FlowRow => ({
  TimeGenerated: DAY + 10 * HOUR,
  SrcIp: '10.30.1.5',
  DestIp: '10.30.2.6',
  SrcPort: 40000,
  DestPort: 443,
  L4Protocol: 'T',
  IpProtocol: 6,
  FlowDirection: '',
  FlowStatus: 'Allowed',
  Scope: '123456789010',
  Network: 'vpc-1',
  PacketsSrcToDest: 1,
  BytesSrcToDest: 100,
  InitiatorKnown: false,
  IsFlowStart: Number(more['SrcPort'] ?? 40000) > Number(more['DestPort'] ?? 443),
  Source: 'aws-vpc',
  Observer: 'eni-1',
  ...more,
});

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-reduce-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openTestStore(folder = tempFolder()): Promise<Store> {
  const store = await openStore({ folder, clock: () => Date.now() * 1000 });
  onTestFinished(() => store.close());
  return store;
}

export async function openTestEngine(): Promise<Duckdb> {
  const engine = await openDuckdb({ threads: 1, memoryLimitBytes: 300_000_000 });
  onTestFinished(() => engine.close());
  return engine;
}

const TYPES = {
  string: 'VARCHAR',
  dynamic: 'VARCHAR',
  long: 'BIGINT',
  int: 'INTEGER',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'BIGINT',
};

/** Stores rows of Flows as one segment per day. */
export async function storeFlows(
  store: Store,
  engine: Duckdb,
  rows: readonly FlowRow[],
): Promise<void> {
  const segments: SegmentDraft[] = [];
  for (const [day, ofDay] of Map.groupBy(rows, (r) => printDay(Number(r['TimeGenerated'])))) {
    const lines = store.temporaryFile();
    const file = store.temporaryFile();
    writeFileSync(lines, ofDay.map((r) => JSON.stringify(r)).join('\n'));
    const columns = flows.columns.filter((c) => !c.isComputed);
    const types = columns.map((c) => `"${c.name}": '${TYPES[c.type as keyof typeof TYPES]}'`);
    const list = columns.map(({ name, type }) =>
      type === 'datetime'
        ? `make_timestamp("${name}") AS "${name}"`
        : type === 'string' || type === 'dynamic'
          ? `coalesce("${name}", '') AS "${name}"`
          : `"${name}"`,
    );
    await engine.run(
      `COPY (SELECT ${list.join(', ')} FROM read_json('${lines}', format = 'newline_delimited', columns = {${types.join(', ')}}))
       TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    rmSync(lines);
    const times = ofDay.map((r) => Number(r['TimeGenerated']));
    segments.push({
      table: 'Flows',
      day,
      rows: ofDay.length,
      ranges: { TimeGenerated: [Math.min(...times), Math.max(...times)] },
      isSorted: false,
      content: { file },
    });
  }
  await store.commit({ segments });
}

/** Every visible row of a table as objects; absent columns are empty. Datetimes are µs. */
export async function readRows(
  store: Store,
  engine: Duckdb,
  table: string,
): Promise<Record<string, unknown>[]> {
  const files = store.segments({ table }).map((s) => `'${s.path}'`);
  if (files.length === 0) return [];
  const declared = tablesByName.get(table)?.columns.filter((c) => !c.isComputed) ?? [];
  const source = `read_parquet([${files.join(', ')}], union_by_name = true, hive_partitioning = false)`;
  const held = new Set(
    (await engine.run(`DESCRIBE SELECT * FROM ${source}`)).rows.map(([name]) => name),
  );
  const list = declared
    .filter((c) => held.has(c.name))
    .map(({ name, type }) =>
      type === 'datetime' ? `epoch_us("${name}") AS "${name}"` : `"${name}"`,
    );
  const result = await engine.run(`SELECT ${list.join(', ')} FROM ${source}`);
  return result.rows.map((row) => {
    const object: Record<string, unknown> = Object.fromEntries(
      declared.map((c) => [c.name, ['string', 'dynamic'].includes(c.type) ? '' : null]),
    );
    result.columns.forEach(({ name }, i) => {
      const value = row[i];
      object[name] =
        typeof value === 'bigint'
          ? Number(value)
          : value === null && object[name] === ''
            ? ''
            : value;
    });
    return object;
  });
}
