import { hourOf, inHours, segments } from './text.ts';

export const MICROS_PER_HOUR = 3_600_000_000;

/** What is read, and what of it is told apart. */
export interface Observation {
  /** Segments of Flows. */
  readonly rawFiles: readonly string[];
  /** Starts of the hours to read, µs. */
  readonly hours: readonly number[];
  /** Columns of Flows that say who observed; Source and Observer among them. */
  readonly context: readonly string[];
  /** Columns of Flows that say what was decided. */
  readonly policy: readonly string[];
  /** Further columns of `seen` and `oriented`, by name: SQL over a raw row. */
  readonly more?: Readonly<Record<string, string>>;
}

/**
 * From raw rows to numbers. Texts are replaced by 64-bit hashes, and kept once per distinct value: grouping millions of
 * rows then moves a hundred bytes a row instead of a thousand. `checkHashes` proves that no two values share a hash.
 *
 * - `contexts` (c): who observed: source, observer, scope, network, resource.
 * - `policies` (p): what decided: rule, verdict, encryption, protocol.
 * - `addresses` (h): every SrcIp and DestIp.
 * - `seen`: one row per raw row: s, d (addresses), sp, dp (ports), c, p, dir (1 Inbound, 2 Outbound, 0 not said), counters.
 */
const text = (name: string) => `coalesce(${name}, '')`;
const hash = (names: readonly string[]) => `hash(${names.map(text).join(', ')})`;
const distinct = (names: readonly string[]) => names.map((n) => `${text(n)} AS ${n}`).join(', ');

/** True where the record counts one direction only. */
const ONE_WAY = `PacketsDestToSrc IS NULL AND BytesDestToSrc IS NULL
  AND (PacketsSrcToDest IS NOT NULL OR BytesSrcToDest IS NOT NULL OR NOT coalesce(InitiatorKnown, false))`;

export function observeStatements(what: Observation): readonly string[] {
  const raw = `(SELECT * FROM ${segments(what.rawFiles)} WHERE ${inHours('TimeGenerated', what.hours, MICROS_PER_HOUR)})`;
  const t = 'epoch_us(TimeGenerated)';
  const { context, policy } = what;
  const more = Object.entries(what.more ?? {}).map(([name, sql]) => `, ${sql} AS ${name}`);
  return [
    `CREATE TEMP TABLE contexts AS SELECT ${hash(context)} AS c, hash(Source, Observer) AS o, *
       FROM (SELECT DISTINCT ${distinct(context)} FROM ${raw})`,
    `CREATE TEMP TABLE policies AS SELECT ${hash(policy)} AS p, *
       FROM (SELECT DISTINCT ${distinct(policy)} FROM ${raw})`,
    `CREATE TEMP TABLE addresses AS SELECT hash(ip) AS h, ip
       FROM (SELECT ${text('SrcIp')} AS ip FROM ${raw} UNION SELECT ${text('DestIp')} FROM ${raw})`,
    `CREATE TEMP TABLE seen AS SELECT
       ${hourOf(t)} AS hr, ${t} AS t,
       hash(${text('SrcIp')}) AS s, hash(${text('DestIp')}) AS d, SrcPort AS sp, DestPort AS dp,
       ${hash(context)} AS c, ${hash(policy)} AS p,
       (CASE FlowDirection WHEN 'Inbound' THEN 1 WHEN 'Outbound' THEN 2 ELSE 0 END)::UTINYINT AS dir,
       (${ONE_WAY}) AS one_way,
       (CASE WHEN coalesce(SrcPort, -1) <> coalesce(DestPort, -1) THEN coalesce(SrcPort, -1) > coalesce(DestPort, -1)
         ELSE SrcIp <= DestIp END) AS from_client,
       (CASE WHEN InitiatorKnown THEN 1 WHEN TcpFlags & 18 = 18 THEN -1 ELSE 0 END)::TINYINT AS evidence,
       coalesce(IsFlowStart, false) AS started,
       coalesce(PacketsSrcToDest, 0) AS pf, coalesce(BytesSrcToDest, 0) AS bf,
       coalesce(PacketsDestToSrc, 0) AS pb, coalesce(BytesDestToSrc, 0) AS bb${more.join('')}
       FROM ${raw}`,
  ];
}

/** Rows come back where two values share a hash: then nothing may be reduced. */
export const CHECK_HASHES = `
  SELECT 'contexts' AS what, c AS hash FROM contexts GROUP BY c HAVING count(*) > 1
  UNION ALL SELECT 'policies', p FROM policies GROUP BY p HAVING count(*) > 1
  UNION ALL SELECT 'addresses', h FROM addresses GROUP BY h HAVING count(*) > 1
  UNION ALL SELECT 'observers', o FROM (SELECT DISTINCT o, Source, Observer FROM contexts) GROUP BY o HAVING count(*) > 1`;

/**
 * Turns one-directional records so that s is the initiator. `oriented` is `seen` with the counters of records that the
 * responder sent moved to pb and bb, and their direction reversed; `s0`, `d0`, `dir0` keep what the record said.
 *
 * The initiator of a conversation (addresses, ports, protocol in one hour) is who sent a SYN without ACK; without such
 * evidence the end with the higher port, since services listen on lower ones; without ports who sent more packets, since
 * pings are answered once at most; all being equal, the address that sorts first.
 * `more` names further columns to carry along; `seen` is the relation to read.
 */
export function orient(more: readonly string[] = [], seen = 'seen'): readonly string[] {
  const rest = more.map((name) => `, ${name}`).join('');
  return [
    `CREATE TEMP TABLE turned AS SELECT hr, p4, i, ip, r, rp FROM (
     SELECT hr, p AS p4,
       CASE WHEN from_client THEN s ELSE d END AS i, CASE WHEN from_client THEN sp ELSE dp END AS ip,
       CASE WHEN from_client THEN d ELSE s END AS r, CASE WHEN from_client THEN dp ELSE sp END AS rp,
       (CASE WHEN from_client THEN 1 ELSE -1 END) * (CASE WHEN sp IS NULL AND dp IS NULL THEN pf ELSE evidence END) AS e
     FROM ${seen} WHERE one_way)
   GROUP BY ALL HAVING sum(e) < 0`,
    `CREATE TEMP TABLE oriented_rows AS
   SELECT hr, t, s, d, sp, dp, c, p, dir, started, pf, bf, pb, bb, one_way, s AS s0, d AS d0, dir AS dir0${rest}
   FROM ${seen} WHERE NOT one_way
   UNION ALL
   SELECT hr, t,
     CASE WHEN f THEN s ELSE d END, CASE WHEN f THEN d ELSE s END,
     CASE WHEN f THEN sp ELSE dp END, CASE WHEN f THEN dp ELSE sp END,
     c, p, CASE WHEN f OR dir = 0 THEN dir ELSE (3 - dir)::UTINYINT END, started,
     CASE WHEN f THEN pf ELSE 0 END, CASE WHEN f THEN bf ELSE 0 END,
     CASE WHEN f THEN pb ELSE pf END, CASE WHEN f THEN bb ELSE bf END,
     one_way, s, d, dir${rest}
   FROM (
     SELECT n.*, (n.from_client <> (x.i IS NOT NULL)) AS f FROM ${seen} n LEFT JOIN turned x
       ON n.hr = x.hr AND n.p = x.p4
      AND x.i = CASE WHEN n.from_client THEN n.s ELSE n.d END
      AND x.ip IS NOT DISTINCT FROM CASE WHEN n.from_client THEN n.sp ELSE n.dp END
      AND x.r = CASE WHEN n.from_client THEN n.d ELSE n.s END
      AND x.rp IS NOT DISTINCT FROM CASE WHEN n.from_client THEN n.dp ELSE n.sp END
     WHERE n.one_way)`,
    'CREATE TEMP VIEW oriented AS SELECT * FROM oriented_rows',
  ];
}

/** The same shape without work, for hours without one-directional records. */
export const orientNothing = (more: readonly string[] = [], seen = 'seen'): string =>
  `CREATE TEMP VIEW oriented AS SELECT hr, t, s, d, sp, dp, c, p, dir, started, pf, bf, pb, bb, one_way, s AS s0, d AS d0, dir AS dir0${more.map((name) => `, ${name}`).join('')} FROM ${seen}`;
