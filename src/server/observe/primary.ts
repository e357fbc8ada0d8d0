/**
 * Which observations count. For each hour and pair of addresses, one observer's rows are primary; what others recorded of
 * the same pair repeats it.
 *
 * Records that know the initiator (Azure): of all (observer, direction) that saw SrcIp → DestIp, an Outbound one is
 * primary before an Inbound one, the observer with the fewest inside addresses first: the initiator's own interface before an
 * appliance that passes the flow on. Of two logs of one interface the VNet flow log is primary before the NSG flow log.
 * One-directional records (AWS, GCP): one observer for both directions of a pair. Where both kinds saw a pair, the first
 * kind is primary. The choice is made pair by pair, so that nothing seen by anyone is left uncounted.
 */
const RANK_OF_SOURCE = `CASE Source WHEN 'azure-vnet' THEN 0 WHEN 'azure-nsg' THEN 1 ELSE 2 END`;

/** `sightings` (who saw what), `inside` (addresses on the inside of each interface) and `observers`; of `seen` and `contexts`. */
export const SIGHT = [
  // Who saw what: one row per raw (pair, observer, direction).
  `CREATE TEMP TABLE sightings AS
   SELECT hr, s, d, o, dir, one_way, sum(n)::BIGINT AS n, min(c) AS c
   FROM (SELECT hr, s, d, c, dir, one_way, count(*) AS n FROM seen GROUP BY ALL) JOIN contexts USING (c) GROUP BY ALL`,
  // Inside addresses of each interface: its own, and for an appliance everybody's that it passes on.
  `CREATE TEMP TABLE inside AS
   SELECT hr, o, h, sum(n)::BIGINT AS n, min(c) AS c FROM (
     SELECT hr, o, CASE dir WHEN 2 THEN s ELSE d END AS h, n, c FROM sightings WHERE dir > 0
     UNION ALL
     SELECT hr, o, h, n, c FROM (
       SELECT hr, o, h, sum(n) AS n, min(c) AS c,
         row_number() OVER (PARTITION BY hr, o ORDER BY sum(n) DESC) AS place,
         count(*) OVER (PARTITION BY hr, o, sum(n)) AS ties
       FROM (SELECT hr, o, s AS h, n, c FROM sightings WHERE dir = 0
             UNION ALL SELECT hr, o, d, n, c FROM sightings WHERE dir = 0)
       GROUP BY hr, o, h)
     WHERE place = 1 AND ties = 1)
   GROUP BY hr, o, h`,
  `CREATE TEMP TABLE observers AS
   SELECT contexts.o, any_value(Source) AS Source, any_value(Observer) AS Observer, any_value(${RANK_OF_SOURCE}) AS rank,
     coalesce(any_value(i.addresses), 0) AS addresses
   FROM contexts LEFT JOIN (
     SELECT Observer AS name, count(DISTINCT h) AS addresses FROM inside JOIN contexts USING (c) GROUP BY name
   ) i ON i.name = contexts.Observer
   GROUP BY contexts.o`,
] as const;

/** `repeats`: the sightings that do not count, and which counts instead; of `sightings` and `observers`. */
export const CHOOSE = [
  `CREATE TEMP TABLE chosen AS
   SELECT hr, s, d, o, dir, false AS one_way FROM (
     SELECT hr, s, d, o, dir, row_number() OVER (
       PARTITION BY hr, s, d
       ORDER BY CASE dir WHEN 2 THEN 0 WHEN 1 THEN 1 ELSE 2 END, addresses, rank, n DESC, Source, Observer) AS place
     FROM sightings SEMI JOIN (
       SELECT hr, s, d FROM sightings WHERE NOT one_way GROUP BY ALL HAVING count(*) > 1) USING (hr, s, d)
     JOIN observers USING (o) WHERE NOT one_way)
   WHERE place = 1
   UNION ALL
   SELECT hr, least_ip, greatest_ip, o, 0, true FROM (
     SELECT hr, least_ip, greatest_ip, o,
       row_number() OVER (PARTITION BY hr, least_ip, greatest_ip ORDER BY rank, addresses, n DESC, Source, Observer) AS place,
       count(*) OVER (PARTITION BY hr, least_ip, greatest_ip) AS candidates
     FROM (SELECT hr, least(s, d) AS least_ip, greatest(s, d) AS greatest_ip, o, sum(n) AS n
           FROM sightings WHERE one_way GROUP BY ALL) JOIN observers USING (o))
   WHERE place = 1 AND candidates > 1`,
  `CREATE TEMP TABLE known_pairs AS
   SELECT hr, least(s, d) AS a, greatest(s, d) AS z, arg_min(o, o) AS o FROM sightings WHERE NOT one_way
     AND EXISTS (SELECT 1 FROM sightings w WHERE w.one_way) GROUP BY ALL`,
  `CREATE TEMP TABLE repeats AS
   SELECT g.hr, g.s, g.d, g.o, g.dir, g.one_way, g.n, g.c, k.o AS primary_o, k.dir AS primary_dir
   FROM sightings g JOIN chosen k ON g.hr = k.hr AND g.s = k.s AND g.d = k.d
   WHERE NOT g.one_way AND NOT k.one_way AND (g.o <> k.o OR g.dir <> k.dir)
   UNION ALL
   SELECT g.hr, g.s, g.d, g.o, g.dir, g.one_way, g.n, g.c, coalesce(q.o, k.o), 0
   FROM sightings g
   LEFT JOIN chosen k ON k.one_way AND g.hr = k.hr AND least(g.s, g.d) = k.s AND greatest(g.s, g.d) = k.d
   LEFT JOIN known_pairs q ON g.hr = q.hr AND least(g.s, g.d) = q.a AND greatest(g.s, g.d) = q.z
   WHERE g.one_way AND (q.o IS NOT NULL OR g.o <> k.o)`,
] as const;
