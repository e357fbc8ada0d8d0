import { hostHours } from '#core/schema/index.ts';
import { MICROS_PER_HOUR, selectList } from '#server/observe/index.ts';
import { MINUTE_COLUMNS } from '../fold/hosts.ts';
import { total } from './rows.ts';

const MINUTE = 60_000_000;

/** `slim`: what hosts are computed from; rows of PairHours that stay are added to what was counted. */
export const slim = (kept: string | undefined): string => `
  CREATE TEMP TABLE slim AS
  SELECT hr, s, d, dp, pr, 1 AS pairs, a.is_inside AS si, z.is_inside AS di, st, al, de, un, bf, bb, n
  FROM pairs JOIN ends a ON a.h = s JOIN ends z ON z.h = d
  ${
    kept === undefined
      ? ''
      : `UNION ALL
         SELECT epoch_us(TimeGenerated), hash(SrcIp), hash(DestIp), coalesce(DestPort, -1), hash(L4Protocol), Pairs, SrcIsInside, DestIsInside,
           Flows, AllowedFlows, DeniedFlows, UnansweredFlows, BytesSrcToDest, BytesDestToSrc, RecordCount FROM ${kept}`
  }`;

const sums = (names: readonly string[]) => names.map((x) => `${total(x)} AS ${x}`).join(', ');
const COUNTS = ['st', 'al', 'de', 'un', 'n'] as const;

const pairHash = (s: string, d: string) => `hash(least(${s}, ${d}), greatest(${s}, ${d}))`;

/** `peers`: one row per hour and directed pair of addresses. `more` are services that a row sums up; cut ones have several rows. */
export const peersOf = (isCut: boolean): string => `
  CREATE TEMP TABLE peers AS
  SELECT hr, s, d, si, di, ${pairHash('s', 'd')} AS pair, ${sums([...COUNTS, 'bf', 'bb'])},
    sum(CASE WHEN s = hash('') OR d = hash('') THEN pairs ELSE 0 END)::BIGINT AS more,
    ${isCut ? 'count(DISTINCT (dp, pr))' : 'count(*)'} AS services
  FROM slim GROUP BY hr, s, d, si, di`;

const side = (h: 's' | 'd') => {
  const [q, inside, sent, received] =
    h === 's' ? (['d', 'di', 'bf', 'bb'] as const) : (['s', 'si', 'bb', 'bf'] as const);
  return `
    SELECT peers.hr, ${h} AS h, '${h}' AS role, ${sums(COUNTS)},
      count(*) FILTER (${inside} AND ${q} <> hash('')) AS inside_peers, count(*) FILTER (NOT ${inside} AND ${q} <> hash('')) AS outside_peers,
      sum(CASE WHEN ${q} = hash('') THEN more ELSE services END)::BIGINT AS services,
      ${total(`CASE WHEN ${inside} THEN ${sent} ELSE 0 END`)} AS sent_in, ${total(`CASE WHEN ${inside} THEN 0 ELSE ${sent} END`)} AS sent_out,
      ${total(`CASE WHEN ${inside} THEN ${received} ELSE 0 END`)} AS received_in, ${total(`CASE WHEN ${inside} THEN 0 ELSE ${received} END`)} AS received_out,
      count(fresh.hr) AS new_peers
    FROM peers LEFT JOIN fresh ON fresh.hr = peers.hr AND fresh.pair = peers.pair
    WHERE ${h} <> hash('') GROUP BY peers.hr, ${h}`;
};

/** `hosts`: sums by host. */
export const HOSTS = `CREATE TEMP TABLE hosts AS ${side('s')} UNION ALL ${side('d')}`;

/** `met`: which addresses met in hours of the day that are not counted now, and when first. */
export const START_MET = 'CREATE OR REPLACE TEMP TABLE met (hr BIGINT, pair UBIGINT)';

/** The same with what further PairHours say. */
export const metWith = (files: string): string => `
  CREATE OR REPLACE TEMP TABLE met AS SELECT min(hr) AS hr, pair FROM (
    FROM met UNION ALL
    SELECT epoch_us(TimeGenerated), ${pairHash('hash(SrcIp)', 'hash(DestIp)')} FROM ${files})
  GROUP BY pair`;

/** `known`: which addresses met in the 30 days before. */
export const knownOf = (files: string): string =>
  `SELECT DISTINCT ${pairHash('hash(SrcIp)', 'hash(DestIp)')} AS pair FROM ${files}`;

/** `fresh`: pairs of addresses that meet for the first time in 30 days, and in which hour. */
export const FRESH = `
  CREATE TEMP TABLE fresh AS
  SELECT hr, pair FROM (
    SELECT min(hr) AS hr, pair FROM (
      SELECT hr, pair, true AS is_here FROM peers WHERE s <> hash('') AND d <> hash('')
      UNION ALL SELECT hr, pair, false FROM met)
    GROUP BY pair HAVING bool_or(is_here))
  ANTI JOIN known USING (pair)`;

/** `ports`: distinct ports by host; those of summed-up services are not known. */
export const PORTS = `
  CREATE TEMP TABLE ports AS SELECT hr, h, role, count(DISTINCT dp) AS ports FROM (
    SELECT DISTINCT hr, s AS h, 's' AS role, dp FROM slim WHERE s <> hash('') AND d <> hash('') AND dp >= 0
    UNION ALL SELECT DISTINCT hr, d, 'd', dp FROM slim WHERE d <> hash('') AND s <> hash('') AND dp >= 0)
  GROUP BY hr, h, role`;

/** Where `Hosts.minutes` and `Hosts.peaks` go. */
export const START_MINUTES = `CREATE TEMP TABLE folded_minutes (${MINUTE_COLUMNS})`;

/** `minutes`: what hosts did by the minute; with the peaks that HostHours has of the hours so far. */
export const minutesFrom = (base: number, kept: string | undefined): string => `
  CREATE TEMP VIEW minutes AS
  SELECT ${base} + hour * ${MICROS_PER_HOUR} AS hr, h, CASE role WHEN 0 THEN 's' ELSE 'd' END AS role,
    ${base} + hour * ${MICROS_PER_HOUR} + minute::BIGINT * ${MINUTE} AS minute, st, pf, bf FROM folded_minutes
  ${kept === undefined ? '' : `UNION ALL ${peaksOf(kept)}`}`;

/** Earlier peaks of the hours, as if each were a minute. */
const peaksOf = (files: string): string => `
  SELECT epoch_us(TimeGenerated), hash(Ip), CASE "Role" WHEN 'Initiator' THEN 's' ELSE 'd' END, epoch_us(PeakAt),
    PeakFlowsPerMinute, PeakPacketsPerMinute, PeakBytesPerMinute FROM ${files}`;

/** `hours`: the rows of HostHours in numbers. */
export const HOURS = `
  CREATE TEMP TABLE hours AS
  SELECT * FROM hosts
  LEFT JOIN ports USING (hr, h, role)
  LEFT JOIN (
    SELECT hr, h, role, max(st) AS peak_st, max(pf) AS peak_pf, max(bf) AS peak_bf, arg_max(minute, (st, pf, -minute)) AS peak_at FROM (
      SELECT hr, h, role, minute, ${total('st')} AS st, ${total('pf')} AS pf, ${total('bf')} AS bf FROM minutes GROUP BY hr, h, role, minute)
    GROUP BY hr, h, role) USING (hr, h, role)`;

export const HOST_HOURS = `SELECT ${selectList(hostHours, {
  TimeGenerated: 'make_timestamp(hr)',
  Ip: 'ip',
  Role: `CASE role WHEN 's' THEN 'Initiator' ELSE 'Responder' END`,
  IsInside: 'is_inside',
  Flows: 'st',
  AllowedFlows: 'al',
  DeniedFlows: 'de',
  UnansweredFlows: 'un',
  InsidePeers: 'inside_peers',
  OutsidePeers: 'outside_peers',
  Ports: 'coalesce(ports, 0)',
  Services: 'services',
  NewPeers: 'new_peers',
  BytesSentInside: 'sent_in',
  BytesSentOutside: 'sent_out',
  BytesReceivedInside: 'received_in',
  BytesReceivedOutside: 'received_out',
  PeakFlowsPerMinute: 'peak_st',
  PeakPacketsPerMinute: 'peak_pf',
  PeakBytesPerMinute: 'peak_bf',
  PeakAt: 'make_timestamp(peak_at)',
  RecordCount: 'n',
})} FROM hours JOIN ends USING (h)`;

export const HOST_ORDER = ['place', 'role DESC'] as const;
