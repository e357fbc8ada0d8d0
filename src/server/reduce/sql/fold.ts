/**
 * `folded`: one row per key of the reduced log with both addresses still in it, for the intervals that start in
 * [from, to]. Lists of ports cannot leave memory: whoever calls bounds the rows by the intervals.
 */
export const fold = (hasRepeats: boolean, from: number, to: number): string => `
  CREATE TEMP TABLE folded AS SELECT
    b, hr, s, d, dp, c, p, dir, ${hasRepeats ? 'is_primary' : 'true AS is_primary'},
    count(*) AS n, count(*) FILTER (started) AS st, count(*) FILTER (ended) AS en,
    sum(pf)::BIGINT AS pf, sum(bf)::BIGINT AS bf, sum(pb)::BIGINT AS pb, sum(bb)::BIGINT AS bb,
    coalesce(min(t) FILTER (started), min(t)) AS t0, coalesce(max(t) FILTER (started), max(t)) AS t1,
    list(sp) FILTER (sp IS NOT NULL) AS ports
  FROM ${
    hasRepeats
      ? `(SELECT x.*, r.hr IS NULL AS is_primary
          FROM (SELECT oriented.*, contexts.o FROM oriented JOIN contexts USING (c) WHERE b BETWEEN ${from} AND ${to}) x
          LEFT JOIN repeats r ON x.hr = r.hr AND x.s0 = r.s AND x.d0 = r.d AND x.o = r.o AND x.dir0 = r.dir AND x.one_way = r.one_way)`
      : `oriented WHERE b BETWEEN ${from} AND ${to}`
  }
  GROUP BY b, hr, s, d, dp, c, p, dir, is_primary`;

/** Distinct addresses with the network that saw them: what enrichment is asked about, once each. */
export const ASK = `
  CREATE TEMP TABLE asked AS SELECT row_number() OVER () AS id, h, net, ip FROM (
    SELECT h, net FROM (
      SELECT s AS h, net FROM (SELECT DISTINCT s, c FROM oriented) JOIN context_facts USING (c)
      UNION SELECT d, net FROM (SELECT DISTINCT d, c FROM oriented) JOIN context_facts USING (c)))
  JOIN addresses USING (h)`;

/** Rows with s, d and c together with the places of both ends. */
const bothEnds = (rows: string) => `${rows} f JOIN context_facts w USING (c)
  JOIN asked qa ON qa.h = f.s AND qa.net = w.net JOIN places a ON a.id = qa.id
  JOIN asked qz ON qz.h = f.d AND qz.net = w.net JOIN places z ON z.id = qz.id`;

/** Which kinds of place meet: FlowType depends on nothing else. */
export const MEETINGS = `SELECT DISTINCT a.class, z.class FROM ${bothEnds('(SELECT DISTINCT s, d, c FROM oriented)')}`;

/**
 * `typed`: folded rows with the ids of both places (sa, da) and their type; side is the end that is bundled: 1 source,
 * 2 destination, 0 none.
 */
export const TYPE = `
  CREATE TEMP TABLE typed AS
  SELECT f.*, a.id AS sa, z.id AS da, m.type, m.side
  FROM ${bothEnds('folded')} JOIN meetings m ON m.a = a.class AND m.z = z.class`;

/** `flows`: the typed rows of all intervals, without what only NTANetAnalytics needs; rollups are made of it. */
const SLIM =
  'SELECT b, hr, s, d, dp, c, p, dir, is_primary, n, st, pf, bf, pb, bb, sa, da, type FROM typed';
export const START_FLOWS = `CREATE TEMP TABLE flows AS ${SLIM} WHERE false`;
export const KEEP_FLOWS = `INSERT INTO flows ${SLIM}`;

/** Raw rows per interval. */
export const INTERVALS = 'SELECT b, count(*) FROM oriented GROUP BY b ORDER BY b';
