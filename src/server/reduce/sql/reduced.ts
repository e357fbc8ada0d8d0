import { ntaIpDetails, ntaNetAnalytics } from '#core/schema/index.ts';
import { selectList } from '#server/observe/index.ts';

const COUNTERS = `sum(n)::BIGINT AS n, sum(st)::BIGINT AS st, sum(en)::BIGINT AS en, sum(pf)::BIGINT AS pf, sum(bf)::BIGINT AS bf,
  sum(pb)::BIGINT AS pb, sum(bb)::BIGINT AS bb, min(t0) AS t0, max(t1) AS t1, flatten(list(ports) FILTER (ports IS NOT NULL)) AS ports`;

/** Public peers of one row: address|started|ended|packets out|packets in|bytes out|bytes in, separated by spaces. */
const BARS = `array_to_string(list_sort(list(outer_place.ip || '|' || st || '|' || en || '|' || pf || '|' || pb || '|' || bf || '|' || bb)), ' ')`;
const TAG_LIST = `STRUCT(ip VARCHAR, tag VARCHAR)[]`;
/** Gathering tags costs a second a million rows: only where some place has one. */
const tagged = (hasTags: boolean) =>
  hasTags
    ? `list({'ip': outer_place.ip, 'tag': outer_place.tag}) FILTER (outer_place.tag <> '')`
    : `NULL::${TAG_LIST}`;

/** Folds the public side of AzurePublic and ExternalPublic: one row per inside address, key, and country or region. */
const bundle = (side: 1 | 2, hasTags: boolean): string => {
  const [inner, outer] = side === 1 ? ['da', 'sa'] : ['sa', 'da'];
  return `
    SELECT b, ${side === 1 ? `NULL::BIGINT AS sa, ${inner} AS da` : `${inner} AS sa, NULL::BIGINT AS da`}, dp, c, p, dir, type,
      any_value(${side === 1 ? 'outer' : 'inner'}_place.class) AS a, any_value(${side === 1 ? 'inner' : 'outer'}_place.class) AS z,
      CASE type WHEN 'ExternalPublic' THEN outer_place.country ELSE '' END AS geo_country,
      CASE type WHEN 'AzurePublic' THEN outer_place.azure_region ELSE '' END AS geo_region,
      ${COUNTERS}, ${side === 1 ? `${BARS} AS src_bars, '' AS dest_bars` : `'' AS src_bars, ${BARS} AS dest_bars`},
      ${side === 1 ? `${tagged(hasTags)} AS src_tags, NULL AS dest_tags` : `NULL AS src_tags, ${tagged(hasTags)} AS dest_tags`}
    FROM typed JOIN places outer_place ON outer_place.id = ${outer} JOIN places inner_place ON inner_place.id = ${inner}
    WHERE side = ${side}
    GROUP BY b, ${inner}, dp, c, p, dir, type, geo_country, geo_region`;
};

/** `reduced`: the rows of NTANetAnalytics in numbers, of the intervals that `typed` holds. */
export const reduce = (hasTags: boolean): string => `
  CREATE TEMP TABLE reduced AS
  SELECT b, sa, da, dp, c, p, dir, type, m1.class AS a, m2.class AS z,
    CASE type WHEN 'MaliciousFlow' THEN CASE WHEN m1.kind = 'malicious' THEN m1.country ELSE m2.country END ELSE '' END AS geo_country,
    '' AS geo_region, n, st, en, pf, bf, pb, bb, t0, t1, ports,
    '' AS src_bars, '' AS dest_bars, NULL::${TAG_LIST} AS src_tags, NULL::${TAG_LIST} AS dest_tags
  FROM typed JOIN places m1 ON m1.id = sa JOIN places m2 ON m2.id = da WHERE side = 0
  UNION ALL ${bundle(1, hasTags)}
  UNION ALL ${bundle(2, hasTags)}`;

const instant = (micros: string) => `make_timestamp(${micros})`;
/** Where the record gives no direction, a flow that starts further inside than it ends is outbound. */
const WAY =
  'CASE WHEN r.dir > 0 THEN r.dir WHEN coalesce(sp.rank, 9) <= coalesce(dp.rank, 9) THEN 2 ELSE 1 END';
const verdict = (direction: 1 | 2, isDenied: boolean) =>
  `CASE WHEN ${WAY} = ${direction} AND k.FlowStatus ${isDenied ? '=' : '<>'} 'Denied' THEN r.st ELSE 0 END`;
/** Addresses of each tag, then the tag: "ip ip|tag ip|tag". */
const tags = (
  list: string,
) => `array_to_string(list_transform(list_distinct(list_transform(${list}, lambda x: x.tag)), lambda t:
  array_to_string(list_sort(list_transform(list_filter(${list}, lambda x: x.tag = t), lambda x: x.ip)), ' ') || '|' || t), ' ')`;

/** `unused`: columns of `places` that are empty throughout. */
export function netAnalyticsSelect(
  intervalMicros: number,
  processedAt: number,
  unused: ReadonlySet<string>,
): string {
  const list = selectList(ntaNetAnalytics, {
    TimeGenerated: instant('r.b'),
    TimeProcessed: instant(String(processedAt)),
    FlowIntervalStartTime: instant('r.b'),
    FlowIntervalEndTime: instant(`r.b + ${intervalMicros}`),
    FlowStartTime: instant('r.t0'),
    FlowEndTime: instant('r.t1'),
    SubType: `'FlowLog'`,
    FaSchemaVersion: `'3'`,
    Status: `'Completed'`,
    FlowType: 'r.type',
    SrcIp: 'sp.ip',
    DestIp: 'dp.ip',
    SrcPorts: `CASE len(r.ports) WHEN 1 THEN r.ports[1]::VARCHAR ELSE array_to_string(list_sort(list_distinct(r.ports)), '|') END`,
    DestPort: 'r.dp',
    L4Protocol: 'k.L4Protocol',
    L7Protocol: 'services.name',
    FlowDirection: `CASE r.dir WHEN 1 THEN 'Inbound' WHEN 2 THEN 'Outbound' ELSE '' END`,
    FlowStatus: 'k.FlowStatus',
    NsgList: 'CASE WHEN w.is_nsg THEN k.AclGroup END',
    NsgRule: 'CASE WHEN w.is_nsg THEN k.AclRule END',
    NsgRuleType: `CASE WHEN NOT w.is_nsg THEN '' WHEN starts_with(k.AclRule, 'DefaultRule_') THEN 'Default' ELSE 'User Defined' END`,
    AclGroup: 'k.AclGroup',
    AclRule: 'k.AclRule',
    MacAddress: `CASE WHEN v.MacAddress <> '' THEN v.MacAddress ELSE v.Observer END`,
    TargetResourceId: 'v.TargetResourceId',
    TargetResourceType: 'w.target_type',
    FlowLogResourceId: 'v.FlowLogResourceId',
    ...bothEnds(unused, {
      Subscription: 'scope',
      Region: 'region',
      Nic: 'nic',
      Vm: 'vm',
      Subnet: 'subnet',
      ApplicationGateway: 'application_gateway',
      LoadBalancer: 'load_balancer',
      LocalNetworkGateway: 'local_network_gateway',
      ExpressRouteCircuit: 'express_route_circuit',
      NetworkGroups: 'network_groups',
    }),
    ConnectionType: 'm.connection_type',
    ConnectionName: `CASE WHEN r.type = 'P2S' THEN CASE WHEN sp.kind = 'clients' THEN sp.connection || '_' || sp.ip
      ELSE dp.connection || '_' || dp.ip END
      WHEN r.type = 'S2S' THEN CASE WHEN sp.kind = 'site' THEN sp.connection ELSE dp.connection END
      ELSE m.connection_name END`,
    ConnectingVnets: 'm.connecting',
    Country: 'r.geo_country',
    AzureRegion: 'r.geo_region',
    FlowEncryption: 'k.FlowEncryption',
    AllowedInFlows: verdict(1, false),
    DeniedInFlows: verdict(1, true),
    AllowedOutFlows: verdict(2, false),
    DeniedOutFlows: verdict(2, true),
    CompletedFlows: 'r.en',
    RecordCount: 'r.n',
    PacketsSrcToDest: 'r.pf',
    PacketsDestToSrc: 'r.pb',
    BytesSrcToDest: 'r.bf',
    BytesDestToSrc: 'r.bb',
    SrcPublicIps: 'r.src_bars',
    DestPublicIps: 'r.dest_bars',
    ...(unused.has('tag')
      ? {}
      : { SrcServiceTags: tags('r.src_tags'), DestServiceTags: tags('r.dest_tags') }),
    ...(unused.has('private_endpoint')
      ? {}
      : {
          PrivateEndpointResourceId: 'dp.private_endpoint',
          PrivateLinkResourceId: 'dp.private_link',
          PrivateLinkResourceName: `regexp_extract(coalesce(dp.private_link, ''), '[^/]*$')`,
        }),
    IsFlowCapturedAtUdrHop: `w.forwards AND w.mac <> '' AND w.mac <> coalesce(sp.mac, '') AND w.mac <> coalesce(dp.mac, '')`,
    SourceSystem: 'v.Source',
    Type: `'NTANetAnalytics'`,
    _IsBillable: `'false'`,
    _BilledSize: '0',
  });
  return `SELECT ${list}
    FROM reduced r JOIN contexts v USING (c) JOIN context_facts w USING (c) JOIN policies k USING (p)
    LEFT JOIN places sp ON sp.id = r.sa LEFT JOIN places dp ON dp.id = r.da
    LEFT JOIN meetings m ON m.a = r.a AND m.z = r.z
    LEFT JOIN services ON services.port = r.dp AND services.l4 = k.L4Protocol`;
}

/** Src and Dest twins of columns that `places` holds. */
function bothEnds(
  unused: ReadonlySet<string>,
  columns: Readonly<Record<string, string>>,
): Record<string, string> {
  const used = Object.entries(columns).filter(([, column]) => !unused.has(column));
  return Object.fromEntries(
    used.flatMap(([name, column]) => [
      [`Src${name}`, `sp.${column}`],
      [`Dest${name}`, `dp.${column}`],
    ]),
  );
}

export function ipDetailsSelect(intervalMicros: number): string {
  const list = selectList(ntaIpDetails, {
    TimeGenerated: instant('b'),
    SubType: `'FlowLog'`,
    FaSchemaVersion: `'2'`,
    FlowIntervalStartTime: instant('b'),
    FlowIntervalEndTime: instant(`b + ${intervalMicros}`),
    FlowType: 'type',
    Ip: 'ip',
    Location: `CASE type WHEN 'AzurePublic' THEN azure_region ELSE country END`,
    PublicIpDetails: 'details',
    ThreatType: 'threat_type',
    ThreatDescription: 'threat_description',
    DnsDomain: 'threat_domain',
    Url: 'threat_url',
    Port: 'threat_port',
    Type: `'NTAIpDetails'`,
    _IsBillable: `'false'`,
    _BilledSize: '0',
  });
  return `SELECT ${list} FROM (
    SELECT DISTINCT b, type, ip, azure_region, country, details, threat_type, threat_description, threat_domain, threat_url, threat_port
    FROM (SELECT DISTINCT b, type, sa AS id FROM flows WHERE type IN ('AzurePublic', 'ExternalPublic', 'MaliciousFlow')
          UNION SELECT DISTINCT b, type, da FROM flows WHERE type IN ('AzurePublic', 'ExternalPublic', 'MaliciousFlow'))
    JOIN places USING (id)
    WHERE kind = CASE type WHEN 'AzurePublic' THEN 'azure' WHEN 'ExternalPublic' THEN 'public' ELSE 'malicious' END)`;
}
