/**
 * Questions that network people ask of raw flows, in KQL and as somebody who knows DuckDB would write them by hand for
 * the same answer: the same rows for nulls, empty texts and letter case. `flows` stands for the files.
 */
export interface Question {
  readonly name: string;
  readonly kql: string;
  readonly sql: (flows: string) => string;
}

const IN_DAY =
  'where TimeGenerated >= datetime(2026-03-04) and TimeGenerated < datetime(2026-03-05)';
const IN_DAY_SQL = `WHERE TimeGenerated >= TIMESTAMP '2026-03-04' AND TimeGenerated < TIMESTAMP '2026-03-05'`;
const COLUMNS =
  'TimeGenerated, SrcIp, DestIp, SrcPort, DestPort, L4Protocol, FlowDirection, FlowStatus, AclRule, BytesSrcToDest, BytesDestToSrc';
/** The borders of a term: anything but a letter or digit. */
const TERM = (term: string) => `'(^|[^\\pL\\pN])${term}($|[^\\pL\\pN])', 'i'`;
/** An IPv4 address as a number; null for anything else. */
const IPV4 = (column: string) =>
  `CASE WHEN regexp_full_match(${column}, '\\d{1,3}(\\.\\d{1,3}){3}') THEN list_reduce([part::BIGINT FOR part IN string_split(${column}, '.')], lambda a, b: a * 256 + b) END`;

export const QUESTIONS: readonly Question[] = [
  {
    name: 'count by rule',
    kql: 'Flows | summarize Count = count() by AclRule, FlowDirection',
    sql: (flows) => `SELECT AclRule, FlowDirection, count(*) FROM ${flows} GROUP BY ALL`,
  },
  {
    name: 'top talkers',
    kql: `Flows | ${IN_DAY} | summarize Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc) by SrcIp | top 10 by Bytes`,
    sql: (flows) =>
      `SELECT SrcIp, coalesce(sum(BytesSrcToDest), 0) + coalesce(sum(BytesDestToSrc), 0) AS b FROM ${flows} ${IN_DAY_SQL} GROUP BY ALL ORDER BY b DESC LIMIT 10`,
  },
  {
    name: 'conversations',
    kql: `Flows | ${IN_DAY} | summarize Bytes = sum(BytesSrcToDest), Records = count() by SrcIp, DestIp, DestPort | top 10 by Bytes`,
    sql: (flows) =>
      `SELECT SrcIp, DestIp, DestPort, coalesce(sum(BytesSrcToDest), 0) AS b, count(*) FROM ${flows} ${IN_DAY_SQL} GROUP BY ALL ORDER BY b DESC LIMIT 10`,
  },
  {
    name: 'by hour',
    kql: 'Flows | summarize Records = count(), Bytes = sum(BytesSrcToDest) by bin(TimeGenerated, 1h)',
    sql: (flows) =>
      `SELECT make_timestamp(h * 3600000000), n, b FROM (SELECT epoch_us(TimeGenerated) // 3600000000 AS h, count(*) AS n, coalesce(sum(BytesSrcToDest), 0) AS b FROM ${flows} GROUP BY h)`,
  },
  {
    name: 'by five minutes and verdict',
    kql: `Flows | ${IN_DAY} | summarize Records = count() by bin(TimeGenerated, 5m), FlowStatus | order by TimeGenerated asc, FlowStatus asc`,
    sql: (flows) =>
      `SELECT make_timestamp(t * 300000000) AS slot, FlowStatus, n FROM (SELECT epoch_us(TimeGenerated) // 300000000 AS t, FlowStatus, count(*) AS n FROM ${flows} ${IN_DAY_SQL} GROUP BY ALL) ORDER BY slot, FlowStatus`,
  },
  {
    name: 'distinct peers',
    kql: 'Flows | summarize Peers = dcount(DestIp) by AclRule',
    sql: (flows) => `SELECT AclRule, count(DISTINCT DestIp) FROM ${flows} GROUP BY ALL`,
  },
  {
    name: 'percentiles',
    kql: 'Flows | summarize percentiles(BytesSrcToDest, 50, 95, 99) by DestPort',
    sql: (flows) =>
      `SELECT DestPort, q[1], q[2], q[3] FROM (SELECT DestPort, quantile_disc(BytesSrcToDest, [0.5, 0.95, 0.99]) AS q FROM ${flows} GROUP BY ALL)`,
  },
  {
    name: 'set of ports by rule',
    kql: 'Flows | summarize Ports = make_set(DestPort), States = make_set(FlowState) by AclGroup',
    sql: (flows) =>
      `SELECT AclGroup, to_json(list(DISTINCT DestPort) FILTER (WHERE DestPort IS NOT NULL))::VARCHAR, to_json(list(DISTINCT FlowState))::VARCHAR FROM ${flows} GROUP BY ALL`,
  },
  {
    name: 'set of ports by host',
    kql: 'Flows | summarize Ports = make_set(DestPort) by SrcIp | top 10 by SrcIp asc',
    sql: (flows) =>
      `SELECT SrcIp, to_json(list(DISTINCT DestPort) FILTER (WHERE DestPort IS NOT NULL))::VARCHAR FROM ${flows} GROUP BY ALL ORDER BY SrcIp LIMIT 10`,
  },
  {
    name: 'last record by host',
    kql: `Flows | project ${COLUMNS} | summarize arg_max(TimeGenerated, *) by SrcIp | top 10 by TimeGenerated`,
    sql: (flows) =>
      `SELECT SrcIp, r.* FROM (SELECT SrcIp, arg_max(struct_pack(${COLUMNS.replaceAll('SrcIp, ', '')}), TimeGenerated) AS r FROM ${flows} GROUP BY SrcIp) ORDER BY r.TimeGenerated DESC LIMIT 10`,
  },
  {
    name: 'has',
    kql: 'Flows | where TargetResourceId has "VNet3" | summarize Records = count(), Bytes = sum(BytesSrcToDest)',
    sql: (flows) =>
      `SELECT count(*), coalesce(sum(BytesSrcToDest), 0) FROM ${flows} WHERE TargetResourceId ILIKE '%vnet3%' AND regexp_matches(TargetResourceId, ${TERM('vnet3')})`,
  },
  {
    name: 'contains',
    kql: 'Flows | where AclRule contains "Allow-44" | summarize Records = count() by DestPort',
    sql: (flows) =>
      `SELECT DestPort, count(*) FROM ${flows} WHERE AclRule ILIKE '%allow-44%' GROUP BY ALL`,
  },
  {
    name: 'startswith',
    kql: 'Flows | where SrcIp startswith "10.2." | summarize Records = count(), Peers = dcount(DestIp)',
    sql: (flows) =>
      `SELECT count(*), count(DISTINCT DestIp) FROM ${flows} WHERE starts_with(SrcIp, '10.2.')`,
  },
  {
    name: 'ports in a list',
    kql: `Flows | ${IN_DAY} | where DestPort in (22, 3389, 445) and FlowStatus == "Denied" and IsFlowStart | summarize Tries = count(), Hosts = dcount(DestIp) by SrcIp | where Hosts > 1 | top 20 by Tries`,
    sql: (flows) =>
      `SELECT SrcIp, count(*) AS n, count(DISTINCT DestIp) AS h FROM ${flows} ${IN_DAY_SQL} AND DestPort IN (22, 3389, 445) AND FlowStatus = 'Denied' AND IsFlowStart GROUP BY ALL HAVING h > 1 ORDER BY n DESC LIMIT 20`,
  },
  {
    name: 'in an IPv4 range',
    kql: 'Flows | where ipv4_is_in_range(DestIp, "10.2.16.0/20") | summarize Records = count(), Bytes = sum(BytesSrcToDest)',
    sql: (flows) =>
      `SELECT count(*), coalesce(sum(BytesSrcToDest), 0) FROM ${flows} WHERE ${IPV4('DestIp')} BETWEEN ${(10 << 24) + (2 << 16) + (16 << 8)} AND ${(10 << 24) + (2 << 16) + (31 << 8) + 255}`,
  },
  {
    name: 'private or public',
    kql: 'Flows | summarize Records = count(), Bytes = sum(BytesSrcToDest) by Private = ipv4_is_private(DestIp)',
    sql: (flows) =>
      `SELECT n BETWEEN 167772160 AND 184549375 OR n BETWEEN 2886729728 AND 2887778303 OR n BETWEEN 3232235520 AND 3232301055, count(*), coalesce(sum(BytesSrcToDest), 0) FROM (SELECT ${IPV4('DestIp')} AS n, BytesSrcToDest FROM ${flows}) GROUP BY 1`,
  },
  {
    name: 'join of denied and allowed',
    kql: 'Flows | where FlowStatus == "Denied" | summarize Denied = count() by SrcIp | join kind=inner (Flows | where FlowStatus == "Allowed" | summarize Allowed = count() by SrcIp) on SrcIp | project SrcIp, Denied, Allowed | top 10 by Denied',
    sql: (flows) =>
      `SELECT SrcIp, d, a FROM (SELECT SrcIp, count(*) AS d FROM ${flows} WHERE FlowStatus = 'Denied' GROUP BY ALL) JOIN (SELECT SrcIp, count(*) AS a FROM ${flows} WHERE FlowStatus = 'Allowed' GROUP BY ALL) USING (SrcIp) ORDER BY d DESC LIMIT 10`,
  },
  {
    name: 'distinct',
    kql: 'Flows | distinct SrcIp, DestPort | count',
    sql: (flows) => `SELECT count(*) FROM (SELECT DISTINCT SrcIp, DestPort FROM ${flows})`,
  },
  {
    name: 'path of a dynamic',
    kql: 'Flows | where tostring(AdditionalFields.app.name) == "shop" and toint(AdditionalFields.app.tier) > 1 | summarize Records = count() by AclGroup',
    sql: (flows) =>
      `SELECT AclGroup, count(*) FROM ${flows} WHERE AdditionalFields ->> '$.app.name' = 'shop' AND TRY_CAST(AdditionalFields ->> '$.app.tier' AS INT) > 1 GROUP BY ALL`,
  },
  {
    name: 'make-series',
    kql: 'Flows | make-series Records = count() on TimeGenerated from datetime(2026-03-04) to datetime(2026-03-05) step 1h by FlowStatus',
    sql: (flows) =>
      `SELECT FlowStatus, to_json(list(coalesce(n, 0) ORDER BY h))::VARCHAR, to_json(list(strftime(TIMESTAMP '2026-03-04' + INTERVAL (h) HOUR, '%Y-%m-%dT%H:%M:%S.0000000Z') ORDER BY h))::VARCHAR
       FROM (WITH g AS (SELECT FlowStatus, (epoch_us(TimeGenerated) - ${Date.UTC(2026, 2, 4) * 1000}) // 3600000000 AS h, count(*) AS n FROM ${flows} ${IN_DAY_SQL} GROUP BY ALL)
             SELECT FlowStatus, h, n FROM (SELECT DISTINCT FlowStatus FROM g) CROSS JOIN range(24) r(h) LEFT JOIN g USING (FlowStatus, h)) GROUP BY ALL`,
  },
  {
    name: 'countif and sumif',
    kql: 'Flows | summarize Denied = countif(FlowStatus == "Denied"), Started = countif(IsFlowStart), Out = sumif(BytesSrcToDest, FlowDirection == "Outbound") by AclGroup',
    sql: (flows) =>
      `SELECT AclGroup, count(*) FILTER (WHERE FlowStatus = 'Denied'), count(*) FILTER (WHERE IsFlowStart), coalesce(sum(BytesSrcToDest) FILTER (WHERE FlowDirection = 'Outbound'), 0) FROM ${flows} GROUP BY ALL`,
  },
  {
    name: 'parse',
    kql: 'Flows | parse TargetResourceId with * "/resourceGroups/" Group "/providers/" * "/virtualNetworks/" Network | summarize Records = count() by Group, Network',
    sql: (flows) =>
      `SELECT coalesce(p.g, ''), coalesce(p.n, ''), count(*) FROM (SELECT regexp_extract(TargetResourceId, '(?s)^.*?/resourceGroups/(.*?)/providers/.*?/virtualNetworks/(.*)$', ['g', 'n']) AS p FROM ${flows}) GROUP BY ALL`,
  },
  {
    name: 'extend with case',
    kql: 'Flows | extend Size = case(BytesSrcToDest > 10000, "large", BytesSrcToDest > 100, "medium", "small"), Ratio = todouble(BytesDestToSrc) / (BytesSrcToDest + 1) | summarize Records = count(), Mean = avg(Ratio), Most = max(BytesSrcToDest) by Size, L4Protocol',
    sql: (flows) =>
      `SELECT CASE WHEN BytesSrcToDest > 10000 THEN 'large' WHEN BytesSrcToDest > 100 THEN 'medium' ELSE 'small' END AS size, L4Protocol, count(*), avg(BytesDestToSrc::DOUBLE / (BytesSrcToDest + 1)), max(BytesSrcToDest) FROM ${flows} GROUP BY ALL`,
  },
  {
    name: 'two hours of the day',
    kql: 'Flows | where TimeGenerated between (datetime(2026-03-04T10:00:00Z) .. datetime(2026-03-04T12:00:00Z)) | summarize Records = count(), Bytes = sum(BytesSrcToDest), Peers = dcount(DestIp) by DestPort',
    sql: (flows) =>
      `SELECT DestPort, count(*), coalesce(sum(BytesSrcToDest), 0), count(DISTINCT DestIp) FROM ${flows} WHERE TimeGenerated BETWEEN TIMESTAMP '2026-03-04 10:00:00' AND TIMESTAMP '2026-03-04 12:00:00' GROUP BY ALL`,
  },
  {
    name: 'largest records',
    kql: `Flows | where FlowDirection == "Outbound" and isnotempty(AclRule) | order by BytesSrcToDest desc, TimeGenerated asc | take 100 | project ${COLUMNS}`,
    sql: (flows) =>
      `SELECT ${COLUMNS} FROM ${flows} WHERE FlowDirection = 'Outbound' AND AclRule <> '' ORDER BY BytesSrcToDest DESC NULLS LAST, TimeGenerated LIMIT 100`,
  },
];
