import type { Table } from '#core/schema/index.ts';
import {
  internetExposure,
  observedAddresses,
  repeatedObservations,
  trafficByHost,
  trafficByPair,
  trafficByPlace,
  trafficByPort,
  trafficByRule,
} from '#core/schema/index.ts';
import { selectList } from '#server/observe/index.ts';

const denied = `k.FlowStatus = 'Denied'`;
const sum = (what: string) => `sum(${what})::BIGINT`;
const flows = (condition: string) => `coalesce(sum(st) FILTER (${condition}), 0)::BIGINT`;

/** Aggregates over primary rows of `flows` (with `policies k`). */
const COUNTERS = {
  Flows: sum('st'),
  AllowedFlows: flows(`NOT ${denied}`),
  DeniedFlows: flows(denied),
  MaliciousFlows: flows(`type = 'MaliciousFlow'`),
  UnansweredFlows: flows(`NOT ${denied} AND pf > 0 AND pb = 0 AND bb = 0`),
  BytesSrcToDest: sum('bf'),
  BytesDestToSrc: sum('bb'),
  PacketsSrcToDest: sum('pf'),
  PacketsDestToSrc: sum('pb'),
  RecordCount: sum('n'),
};
const RAW_COUNTERS = Object.entries(COUNTERS)
  .map(([name, sql]) => `${sql} AS ${name}`)
  .join(', ');
const counted = Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, name]));

const direction = `CASE dir WHEN 1 THEN 'Inbound' WHEN 2 THEN 'Outbound' ELSE '' END`;
const isPublic = (kind: string) => `${kind} IN ('azure', 'malicious', 'public')`;

interface Rollup {
  readonly table: Table;
  readonly select: string;
}

const byRule: Rollup = {
  table: trafficByRule,
  select: `SELECT ${selectList(trafficByRule, {
    TimeGenerated: 'make_timestamp(b)',
    Scope: 'Scope',
    Network: 'Network',
    AclGroup: 'AclGroup',
    AclRule: 'AclRule',
    FlowDirection: direction,
    FlowStatus: 'FlowStatus',
    FlowType: 'type',
    ...counted,
  })} FROM (
    SELECT b, Scope, Network, k.AclGroup, k.AclRule, dir, k.FlowStatus, type, ${RAW_COUNTERS}
    FROM flows JOIN policies k USING (p) JOIN contexts v USING (c) WHERE is_primary
    GROUP BY b, Scope, Network, k.AclGroup, k.AclRule, dir, k.FlowStatus, type)`,
};

const ofHost = (id: 'sa' | 'da', role: string) => `
  SELECT hr, ${id} AS id, '${role}' AS role, ${RAW_COUNTERS}
  FROM flows JOIN policies k USING (p) WHERE is_primary GROUP BY hr, ${id}`;

const byHost: Rollup = {
  table: trafficByHost,
  select: `SELECT ${selectList(trafficByHost, {
    TimeGenerated: 'make_timestamp(hr)',
    Ip: 'ip',
    Role: 'role',
    Scope: `CASE WHEN kind = 'network' THEN scope END`,
    Subnet: 'subnet',
    Host: 'vm',
    IsPublic: isPublic('kind'),
    ...counted,
  })} FROM (${ofHost('sa', 'Initiator')} UNION ALL ${ofHost('da', 'Responder')})
    JOIN places USING (id)`,
};

const byPair: Rollup = {
  table: trafficByPair,
  select: `SELECT ${selectList(trafficByPair, {
    TimeGenerated: 'make_timestamp(hr)',
    SrcIp: 'src.ip',
    DestIp: 'dest.ip',
    FlowType: 'type',
    ...counted,
  })} FROM (
    SELECT hr, s, d, type, ${RAW_COUNTERS}
    FROM flows JOIN policies k USING (p) WHERE is_primary GROUP BY hr, s, d, type)
    JOIN addresses src ON src.h = s JOIN addresses dest ON dest.h = d`,
};

const byPort: Rollup = {
  table: trafficByPort,
  select: `SELECT ${selectList(trafficByPort, {
    TimeGenerated: 'make_timestamp(hr)',
    DestPort: 'dp',
    L4Protocol: 'L4Protocol',
    L7Protocol: 'name',
    FlowStatus: 'FlowStatus',
    FlowType: 'type',
    ...counted,
  })} FROM (
    SELECT hr, dp, k.L4Protocol, k.FlowStatus, type, ${RAW_COUNTERS}
    FROM flows JOIN policies k USING (p) WHERE is_primary GROUP BY hr, dp, k.L4Protocol, k.FlowStatus, type)
    LEFT JOIN services ON services.port = dp AND services.l4 = L4Protocol`,
};

const byPlace: Rollup = {
  table: trafficByPlace,
  select: `SELECT ${selectList(trafficByPlace, {
    TimeGenerated: 'make_timestamp(b)',
    Country: 'country',
    AzureRegion: 'azure_region',
    Provider: 'provider',
    FromInternet: 'from_internet',
    FlowType: 'type',
    ...counted,
  })} FROM (
    SELECT b, o.country, o.azure_region, o.provider, from_internet, type, ${RAW_COUNTERS}
    FROM (SELECT flows.*, ${isPublic('x.kind')} AND NOT ${isPublic('y.kind')} AS from_internet,
            CASE WHEN ${isPublic('y.kind')} THEN da ELSE sa END AS outer_id
          FROM flows JOIN places x ON x.id = sa JOIN places y ON y.id = da
          WHERE is_primary AND (${isPublic('x.kind')} OR ${isPublic('y.kind')}))
      JOIN places o ON o.id = outer_id JOIN policies k USING (p)
    GROUP BY b, o.country, o.azure_region, o.provider, from_internet, type)`,
};

const exposure: Rollup = {
  table: internetExposure,
  select: `SELECT ${selectList(internetExposure, {
    TimeGenerated: 'make_timestamp(hr)',
    Ip: 'ip',
    Subnet: 'subnet',
    Host: 'vm',
    FromInternet: 'from_internet',
    DestPort: 'dp',
    L4Protocol: 'L4Protocol',
    L7Protocol: 'name',
    FlowStatus: 'FlowStatus',
    PublicPeers: 'peers',
    ...counted,
  })} FROM (
    SELECT hr, inner_id, from_internet, dp, k.L4Protocol, k.FlowStatus, count(DISTINCT outer_h)::BIGINT AS peers, ${RAW_COUNTERS}
    FROM (SELECT flows.*, ${isPublic('x.kind')} AS from_internet,
            CASE WHEN ${isPublic('x.kind')} THEN da ELSE sa END AS inner_id,
            CASE WHEN ${isPublic('x.kind')} THEN s ELSE d END AS outer_h
          FROM flows JOIN places x ON x.id = sa JOIN places y ON y.id = da
          WHERE is_primary AND ${isPublic('x.kind')} <> ${isPublic('y.kind')})
      JOIN policies k USING (p)
    GROUP BY hr, inner_id, from_internet, dp, k.L4Protocol, k.FlowStatus)
    JOIN places ON places.id = inner_id
    LEFT JOIN services ON services.port = dp AND services.l4 = L4Protocol`,
};

const observed: Rollup = {
  table: observedAddresses,
  select: `SELECT ${selectList(observedAddresses, {
    TimeGenerated: 'make_timestamp(hr)',
    Ip: 'ip',
    Source: 'v.Source',
    Observer: 'v.Observer',
    Scope: 'v.Scope',
    Region: 'v.Region',
    Network: 'v.Network',
    Subnet: 'v.Subnet',
    RecordCount: 'n',
  })} FROM inside JOIN addresses USING (h) JOIN contexts v USING (c)`,
};

/** One row for each that a row of Flows can be found by: Flows.IsPrimary is read with a plain join. */
const repeated: Rollup = {
  table: repeatedObservations,
  select: `SELECT ${selectList(repeatedObservations, {
    TimeGenerated: 'make_timestamp(r.hr)',
    SrcIp: 'src.ip',
    DestIp: 'dest.ip',
    Source: 'v.Source',
    Observer: 'v.Observer',
    FlowDirection: `CASE r.dir WHEN 1 THEN 'Inbound' WHEN 2 THEN 'Outbound' ELSE '' END`,
    PrimarySource: 'q.Source',
    PrimaryObserver: 'q.Observer',
    Reason: `CASE WHEN v.Observer = q.Observer AND v.Observer <> '' AND v.Source <> q.Source THEN 'SameInterface'
      WHEN r.dir = 2 AND r.primary_dir = 2 OR v.Observer = q.Observer THEN 'Transit' ELSE 'OtherEnd' END`,
    Scope: 'v.Scope',
    Network: 'v.Network',
    Subnet: 'v.Subnet',
    RecordCount: 'r.n',
  })} FROM (
      SELECT hr, s, d, o, dir, sum(n)::BIGINT AS n, arg_min(c, one_way) AS c,
        arg_min(primary_o, one_way) AS primary_o, arg_min(primary_dir, one_way) AS primary_dir
      FROM repeats GROUP BY hr, s, d, o, dir) r
    JOIN contexts v USING (c) JOIN observers q ON q.o = r.primary_o
    JOIN addresses src ON src.h = r.s JOIN addresses dest ON dest.h = r.d`,
};

/** Every rollup that the reducer writes. */
export const ROLLUP_SELECTS: readonly Rollup[] = [
  byRule,
  byHost,
  byPair,
  byPort,
  byPlace,
  exposure,
  observed,
  repeated,
];
