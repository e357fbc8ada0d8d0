import { openDuckdb } from '#server/duckdb/index.ts';
import type { Store } from '#server/store/index.ts';

const CHUNK = 1_000_000;
const PAIRS = 300_000;
const DAY = Date.UTC(2026, 2, 4);

/**
 * Writes raw rows of 2026-03-04, of the whole day or its first hours, as segments of Flows, without a decoder: only what reads them is measured. 10,000 hosts
 * and 300,000 pairs; how often a pair talks follows a power law, ports and sizes are random.
 */
export async function storeRawFlows(store: Store, count: number, hours = 24): Promise<void> {
  const span = hours * 3_600_000_000;
  const engine = await openDuckdb({ threads: 2, memoryLimitBytes: 3e9 });
  await engine.run(`CREATE TABLE pairs AS SELECT i,
    '10.' || host % 4 || '.' || (host // 4) % 40 || '.' || 1 + host // 160 AS src,
    CASE WHEN i % 3 = 0 THEN 20 + hash(i * 3) % 60 || '.' || hash(i * 5) % 256 || '.' || hash(i * 7) % 256 || '.' || 1 + hash(i * 11) % 254
      ELSE '10.' || peer % 4 || '.' || (peer // 4) % 40 || '.' || 1 + peer // 160 END AS dest,
    [443, 443, 443, 80, 53, 22, 3389, 445, 1433, 8080, 5432, 25][1 + (hash(i * 13) % 12)::INT] AS port, i % 11 = 0 AS inbound,
    '00-22-48-00-' || lpad((host // 100)::VARCHAR, 2, '0') || '-' || lpad((host % 100)::VARCHAR, 2, '0') AS mac
    FROM (SELECT i, (hash(i * 17) % 10000)::BIGINT AS host, (hash(i * 19) % 10000)::BIGINT AS peer FROM range(${PAIRS}) t(i))`);
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Math.min(CHUNK, count - from);
    const file = store.temporaryFile();
    const random = (salt: number) => `((hash(j * 31 + ${salt}) >> 11) / 9007199254740992.0)`;
    const size = (salt: number, most: number) =>
      `CASE WHEN state IN ('C', 'E') THEN (${random(salt)} * ${most})::BIGINT ELSE 0 END`;
    await engine.run(`COPY (SELECT
      make_timestamp(${DAY * 1000} + (j * (${span} / ${count}))::BIGINT) AS TimeGenerated,
      CASE WHEN inbound THEN dest ELSE src END AS SrcIp, CASE WHEN inbound THEN src ELSE dest END AS DestIp,
      (1024 + ${random(1)} * 60000)::INT AS SrcPort, port AS DestPort, CASE port WHEN 53 THEN 'U' ELSE 'T' END AS L4Protocol,
      CASE WHEN inbound THEN 'Inbound' ELSE 'Outbound' END AS FlowDirection,
      CASE state WHEN 'D' THEN 'Denied' ELSE 'Allowed' END AS FlowStatus, state AS FlowState, 'Unencrypted' AS FlowEncryption,
      'acl-' || i % 5 AS AclGroup, CASE state WHEN 'D' THEN 'DefaultRule_DenyAllInBound' ELSE 'UserRule_allow-' || port END AS AclRule,
      mac AS MacAddress, mac AS Observer, 'azure-vnet' AS "Source",
      '/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/vnet' || i % 4 AS TargetResourceId,
      's1' AS "Scope", 'westeurope' AS Region, 'rg1/vnet' || i % 4 AS Network, '' AS Subnet, '' AS FlowLogResourceId,
      ${size(2, 100)} AS PacketsSrcToDest, ${size(3, 50000)} AS BytesSrcToDest,
      ${size(4, 100)} AS PacketsDestToSrc, ${size(5, 90000)} AS BytesDestToSrc,
      true AS InitiatorKnown, state IN ('B', 'D') AS IsFlowStart, NULL::INT AS TcpFlags,
      '{"app":{"name":"' || ['shop', 'mail', 'build'][1 + i % 3] || '","tier":' || i % 4 || '},"vpc":"vpc-' || i % 7 || '"}' AS AdditionalFields
      FROM (SELECT j, floor(pow(${random(6)}, 4) * ${PAIRS})::BIGINT AS pick, ['B', 'C', 'E', 'E', 'D'][1 + (hash(j * 37) % 5)::INT] AS state
            FROM range(${from}, ${from + rows}) t(j)) JOIN pairs ON i = pick ORDER BY TimeGenerated)
      TO '${file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`);
    const at = (j: number) => DAY * 1000 + Math.floor((j * span) / count);
    await store.commit({
      segments: [
        {
          table: 'Flows',
          day: '2026-03-04',
          rows,
          ranges: { TimeGenerated: [at(from), at(from + rows) - 1] },
          isSorted: true,
          content: { file },
        },
      ],
    });
  }
  engine.close();
}
