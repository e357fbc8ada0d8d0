import { pairHours } from '#core/schema/index.ts';
import { MICROS_PER_HOUR, selectList } from '#server/observe/index.ts';
import { PAIR_COLUMNS } from '../fold/fold.ts';
import { total } from './rows.ts';

/** Of one initiator and hour, services past this many are summed up in one row for inside and one for outside. */
export const MOST_SERVICES = 10_000;
/** Of one responder and hour, initiators and ports past this many are summed up likewise. */
export const MOST_INITIATORS = 20_000;

/** Where `Fold.pairs` goes. */
export const START_PAIRS = `CREATE TEMP TABLE folded_pairs (${PAIR_COLUMNS})`;

/**
 * `pairs`: one row per hour, addresses, port and protocol. s0 and s1 are the first and last second of the hour in which a flow
 * started, sb the bytes sent in flows that started, secs and sizes those of each second where there are several.
 */
export const pairsFrom = (base: number): string => `
  CREATE TEMP VIEW pairs AS
  SELECT ${base} + hour * ${MICROS_PER_HOUR} AS hr, s, d, dp, pr, L4Protocol, al + de AS st, f.* EXCLUDE (hour, s, d, dp, k)
  FROM folded_pairs f JOIN protocols USING (k)`;

/**
 * The rows of PairHours of one hour in numbers. Where an initiator has more services, or a responder more
 * initiators, than may have rows, those that were answered stay first, then those with the most flows.
 */
export const trim = (hour: number, hasBig: boolean): string => {
  const named = `SELECT hr, s, d, dp, L4Protocol, 1 AS pairs, a.ip AS src, a.place AS src_place, z.ip AS dest, z.place AS dest_place,
      a.is_inside AS si, z.is_inside AS di,
      st, al, de, un, ow, bf, bb, pf, pb, sq, lb, la, du, lo, t0, t1, sr, w, n, s0, s1, sb, secs, sizes
    FROM pairs JOIN ends a ON a.h = s JOIN ends z ON z.h = d WHERE hr = ${hour}`;
  if (!hasBig) return named;
  const place = (
    end: 's' | 'd',
  ) => `CASE WHEN ${end} IN (SELECT h FROM big WHERE hr = ${hour} AND role = '${end}')
    THEN row_number() OVER (PARTITION BY ${end} ORDER BY pb + bb > 0 DESC, st DESC, s, d, dp, L4Protocol) ELSE 0 END`;
  /** 0 is before all places: nobody's. */
  const rest = (key: string) => `SELECT hr, ${key}, si, di,
      ${['st', 'al', 'de', 'un', 'ow', 'bf', 'bb', 'pf', 'pb'].map(total).join(', ')}, sum(sq), max(lb), arg_max(la, lb),
      ${total('du')}, max(lo), min(t0), max(t1), max(sr), ${total('w')}, ${total('n')}, NULL, NULL, NULL, '', ''`;
  return `WITH named AS (${named}),
      by_source AS (SELECT *, ${place('s')} > ${MOST_SERVICES} AS is_over FROM named),
      by_both AS (SELECT * EXCLUDE (is_over), ${place('d')} > ${MOST_INITIATORS} AS is_over FROM by_source WHERE NOT is_over)
    SELECT * EXCLUDE (is_over) FROM by_both WHERE NOT is_over
    UNION ALL ${rest(`s, hash('') AS d, -1 AS dp, '' AS L4Protocol, sum(pairs)::BIGINT, src, src_place, '' AS dest, 0 AS dest_place`)}
      FROM by_source WHERE is_over GROUP BY hr, s, src, src_place, si, di
    UNION ALL ${rest(`hash('') AS s, d, -1 AS dp, '' AS L4Protocol, sum(pairs)::BIGINT, '' AS src, 0 AS src_place, dest, dest_place`)}
      FROM by_both WHERE is_over GROUP BY hr, d, dest, dest_place, si, di`;
};

const instant = (micros: string) => `make_timestamp(${micros}::BIGINT)`;

/** What `trim` gives as PairHours. */
export const pairHoursOf = (rows: string): string =>
  `SELECT ${selectList(pairHours, {
    TimeGenerated: instant('hr'),
    SrcIp: 'src',
    DestIp: 'dest',
    DestPort: 'nullif(dp, -1)',
    L4Protocol: 'L4Protocol',
    Pairs: 'pairs',
    SrcIsInside: 'si',
    DestIsInside: 'di',
    Flows: 'st',
    AllowedFlows: 'al',
    DeniedFlows: 'de',
    UnansweredFlows: 'un',
    OneWayFlows: 'ow',
    BytesSrcToDest: 'bf',
    BytesDestToSrc: 'bb',
    PacketsSrcToDest: 'pf',
    PacketsDestToSrc: 'pb',
    BytesSquared: 'sq',
    LargestBytes: 'lb',
    DurationMs: 'du::BIGINT // 1000',
    LongestMs: 'lo::BIGINT // 1000',
    LargestAt: instant('la'),
    FirstTime: instant('t0'),
    LastTime: instant('t1'),
    Starts: `CASE WHEN secs <> '' THEN secs WHEN s0 >= 0 THEN '[' || s0 || ']' ELSE '[]' END`,
    StartBytes: `CASE WHEN sizes <> '' THEN sizes WHEN s0 >= 0 THEN '[' || sb::BIGINT || ']' ELSE '[]' END`,
    SamplingRate: 'sr',
    WindowMs: 'w::BIGINT // n::BIGINT // 1000',
    RecordCount: 'n',
  })} FROM (${rows})`;

/** Number order is cheaper than text order and the same: `place` counts addresses in the order of their text. */
export const PAIR_ORDER = ['src_place', 'dest_place', 'dp'] as const;
