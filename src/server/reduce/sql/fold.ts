/** `folded`: one row per key of the reduced log with both addresses still in it; everything else is computed from it. */
export const fold = (hasRepeats: boolean): string => `
  CREATE TEMP TABLE folded AS SELECT
    b, hr, s, d, dp, c, p, dir, ${hasRepeats ? 'is_primary' : 'true AS is_primary'},
    count(*) AS n, count(*) FILTER (started) AS st, count(*) FILTER (ended) AS en,
    sum(pf)::BIGINT AS pf, sum(bf)::BIGINT AS bf, sum(pb)::BIGINT AS pb, sum(bb)::BIGINT AS bb,
    coalesce(min(t) FILTER (started), min(t)) AS t0, coalesce(max(t) FILTER (started), max(t)) AS t1,
    list(sp) FILTER (sp IS NOT NULL) AS ports
  FROM ${
    hasRepeats
      ? `(SELECT x.*, r.hr IS NULL AS is_primary
          FROM (SELECT oriented.*, contexts.o FROM oriented JOIN contexts USING (c)) x
          LEFT JOIN repeats r ON x.hr = r.hr AND x.s0 = r.s AND x.d0 = r.d AND x.o = r.o AND x.dir0 = r.dir AND x.one_way = r.one_way)`
      : 'oriented'
  }
  GROUP BY b, hr, s, d, dp, c, p, dir, is_primary`;

/** Distinct addresses with the network that saw them: what enrichment is asked about, once each. */
export const ASK = `
  CREATE TEMP TABLE asked AS SELECT row_number() OVER () AS id, h, net, ip FROM (
    SELECT h, net FROM (
      SELECT s AS h, net FROM folded JOIN context_facts USING (c)
      UNION SELECT d, net FROM folded JOIN context_facts USING (c)))
  JOIN addresses USING (h)`;

/** `placed`: folded rows with the ids of what enrichment said of both ends. */
export const PLACE = `
  CREATE TEMP TABLE placed AS
  SELECT f.*, a.id AS sa, z.id AS da
  FROM folded f JOIN context_facts USING (c)
  JOIN asked a ON a.h = f.s AND a.net = context_facts.net
  JOIN asked z ON z.h = f.d AND z.net = context_facts.net`;

/** Which kinds of place meet: FlowType depends on nothing else. */
export const MEETINGS = `
  SELECT DISTINCT a.class AS a, z.class AS z
  FROM placed JOIN places a ON a.id = sa JOIN places z ON z.id = da`;

/** `flows`: placed rows with their type; side is the end that is bundled: 1 source, 2 destination, 0 none. */
export const TYPE = `
  CREATE TEMP TABLE flows AS
  SELECT placed.*, m.type, m.side
  FROM placed JOIN places a ON a.id = sa JOIN places z ON z.id = da
  JOIN meetings m ON m.a = a.class AND m.z = z.class`;
