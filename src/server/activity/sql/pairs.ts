import { pairHours } from '#core/schema/index.ts';
import { selectList } from '#server/observe/index.ts';
import { total } from './rows.ts';

/** Of one initiator and hour, services past this many are summed up in one row for inside and one for outside. */
export const MOST_SERVICES = 10_000;
/** Of one responder and hour, initiators and ports past this many are summed up likewise. */
export const MOST_INITIATORS = 20_000;

const second = (instant: string) => `((${instant} - hr) // 1000000)::INT`;
/** Seconds and bytes travel as one number: one list is gathered and sorted instead of two. 10^14 bytes in a second are more than there are. */
const PACK = 1e14;
const asJson = (what: string) =>
  `'[' || array_to_string(list_transform(packed, lambda x: ${what}), ',') || ']'`;
const KEY = 'hr, s, d, dp, pr';
const bytes = '(bf::DOUBLE + bb)';
const whole = (x: string) => `least(${x}, 9223372036854775807)::BIGINT`;

/**
 * `pairs`: one row per hour, addresses, port and protocol of the conversations of one part. s0 and s1 are the first and
 * last second of the hour in which a flow started, sb the bytes sent in flows that started.
 */
const ofPart = (canTell: string) => `
  SELECT ${KEY}, ${total('st')} AS st, ${total('CASE WHEN denied THEN 0 ELSE st END')} AS al, ${total('CASE WHEN denied THEN st ELSE 0 END')} AS de,
    ${total(`CASE WHEN NOT denied AND ${canTell} AND pf > 0 AND pb = 0 AND bb = 0 THEN st ELSE 0 END`)} AS un,
    ${total(`CASE WHEN NOT denied AND NOT ${canTell} AND pb = 0 AND bb = 0 THEN st ELSE 0 END`)} AS ow,
    ${total('pf')} AS pf, ${total('bf')} AS bf, ${total('pb')} AS pb, ${total('bb')} AS bb,
    sum(${bytes} * ${bytes}) AS sq, ${whole(`max(${bytes})`)} AS lb, arg_max(t1, ${bytes}) AS la,
    ${total('du')} AS du, max(du) AS lo, coalesce(min(ts), min(t0)) AS t0, max(t1) AS t1, max(sr) AS sr, ${total('w')} AS w, ${total('n')} AS n,
    ${second('min(ts)')} AS s0, ${second('max(te)')} AS s1, ${total('CASE WHEN st > 0 THEN bf ELSE 0 END')} AS sb`;

export const pairsOf = (hasOneWay: boolean): string =>
  hasOneWay
    ? `${ofPart('(NOT one_way OR sees_both)')}
       FROM (SELECT x.*, v.denied, v.pr, w.o IS NOT NULL AS sees_both FROM conversations x JOIN verdicts v USING (p)
         LEFT JOIN two_way w ON w.hr = x.hr AND w.o = x.c)
       GROUP BY ${KEY}`
    : `${ofPart('true')} FROM conversations JOIN verdicts USING (p) GROUP BY ${KEY}`;

/**
 * `lists`: the seconds in which flows of a pair started, with the bytes of each, where that is more than one second. A
 * conversation that started several times gives each record's bytes to the start before it.
 */
export const LISTS = `
  SELECT ${KEY}, ${asJson(`x // ${PACK}`)} AS secs, ${asJson(`x % ${PACK}`)} AS sizes FROM (
    SELECT ${KEY}, list_sort(list(sec::BIGINT * ${PACK} + least(b, ${PACK - 1}))) AS packed FROM (
    SELECT ${KEY}, sec, ${total('bf')} AS b FROM (
      SELECT hr, s, d, dp, v.pr, ${second('ts')} AS sec, bf FROM conversations JOIN verdicts v USING (p) WHERE st > 0 AND ts = te
      UNION ALL
      SELECT hr, s, d, dp, v.pr, ${second(`coalesce(
          max(CASE WHEN started THEN u END) OVER (PARTITION BY hr, s, d, sp, dp, p, one_way ORDER BY t, started DESC, u ROWS UNBOUNDED PRECEDING),
          min(CASE WHEN started THEN u END) OVER (PARTITION BY hr, s, d, sp, dp, p, one_way))`)}, bf
      FROM counted SEMI JOIN (SELECT hr, s, d, sp, dp, p, one_way FROM conversations WHERE ts < te) m USING (hr, s, d, sp, dp, p, one_way)
      JOIN verdicts v USING (p))
    SEMI JOIN (SELECT ${KEY} FROM pairs WHERE s0 < s1) USING (${KEY})
    GROUP BY ${KEY}, sec)
  GROUP BY ${KEY})`;

/**
 * The rows of PairHours of one hour in numbers. Where an initiator has more services, or a responder more
 * initiators, than may have rows, those that were answered stay first, then those with the most flows.
 */
export const trim = (hour: number, hasBig: boolean): string => {
  const named = `SELECT hr, s, d, dp, pr, 1 AS pairs, a.is_inside AS si, z.is_inside AS di,
      st, al, de, un, ow, bf, bb, pf, pb, sq, lb, la, du, lo, t0, t1, sr, w, n, s0, s1, sb
    FROM pairs JOIN ends a ON a.h = s JOIN ends z ON z.h = d WHERE hr = ${hour}`;
  if (!hasBig) return named;
  const place = (
    end: 's' | 'd',
  ) => `CASE WHEN ${end} IN (SELECT h FROM big WHERE hr = ${hour} AND role = '${end}')
    THEN row_number() OVER (PARTITION BY ${end} ORDER BY pb + bb > 0 DESC, st DESC, s, d, dp, pr) ELSE 0 END`;
  const rest = (key: string) => `SELECT hr, ${key}, sum(pairs)::BIGINT, si, di,
      ${['st', 'al', 'de', 'un', 'ow', 'bf', 'bb', 'pf', 'pb'].map(total).join(', ')}, sum(sq), max(lb), arg_max(la, lb),
      ${total('du')}, max(lo), min(t0), max(t1), max(sr), ${total('w')}, ${total('n')}, NULL, NULL, NULL`;
  return `WITH named AS (${named}),
      by_source AS (SELECT *, ${place('s')} > ${MOST_SERVICES} AS is_over FROM named),
      by_both AS (SELECT * EXCLUDE (is_over), ${place('d')} > ${MOST_INITIATORS} AS is_over FROM by_source WHERE NOT is_over)
    SELECT * EXCLUDE (is_over) FROM by_both WHERE NOT is_over
    UNION ALL ${rest(`s, hash('') AS d, -1 AS dp, hash('') AS pr`)} FROM by_source WHERE is_over GROUP BY hr, s, si, di
    UNION ALL ${rest(`hash('') AS s, d, -1 AS dp, hash('') AS pr`)} FROM by_both WHERE is_over GROUP BY hr, d, si, di`;
};

const instant = (micros: string) => `make_timestamp(${micros})`;

/** What `trim` gives as PairHours. */
export const pairHoursOf = (rows: string): string => `SELECT ${selectList(pairHours, {
  TimeGenerated: instant('hr'),
  SrcIp: 'a.ip',
  DestIp: 'z.ip',
  DestPort: 'nullif(dp, -1)',
  L4Protocol: 'k.L4Protocol',
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
  DurationMs: 'du // 1000',
  LongestMs: 'lo // 1000',
  LargestAt: instant('la'),
  FirstTime: instant('t0'),
  LastTime: instant('t1'),
  Starts: `CASE WHEN s0 = s1 THEN '[' || s0 || ']' ELSE coalesce(secs, '[]') END`,
  StartBytes: `CASE WHEN s0 = s1 THEN '[' || sb || ']' ELSE coalesce(sizes, '[]') END`,
  SamplingRate: 'sr',
  WindowMs: 'w // n // 1000',
  RecordCount: 'n',
})} FROM (${rows}) LEFT JOIN lists USING (hr, s, d, dp, pr) JOIN ends a ON a.h = s JOIN ends z ON z.h = d
  LEFT JOIN protocols k USING (pr)`;

/** Number order is cheaper than text order and the same: `place` counts addresses in the order of their text. */
export const PAIR_ORDER = ['a.place', 'z.place', 'dp'] as const;
