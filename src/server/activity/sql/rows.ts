import { UNWRITTEN_SAMPLING } from '#core/schema/index.ts';
import { hourOf, MICROS_PER_HOUR } from '#server/observe/index.ts';
import { BLIND, DENIED, ONE_WAY, STARTED } from '../fold/flows.ts';

/**
 * A sum of counters that any exporter may have made up: never past the end of a long. Exact up to 2^53, and twice as fast
 * as the engine's sums of 128 bits.
 */
export const total = (what: string): string =>
  `least(sum((${what})::DOUBLE), 9223372036854774784)::BIGINT`;

/** Records of both directions of a pair fall into the same part, whoever sent. */
export const partOf = (s: string, d: string, parts: number): string =>
  `(hash(least(${s}, ${d}), greatest(${s}, ${d})) % ${parts})::INT`;

const AT = 'epoch_us(TimeGenerated)';
const FROM = 'epoch_us(FlowStartTime)';
const TO = 'epoch_us(FlowEndTime)';
const textHash = (name: string) => `hash(coalesce(${name}, ''))`;

/** What the raw rows of a job say beside when they were seen: most sources say neither. */
export interface Sight {
  /** Some have a start or an end of their own. */
  readonly hasWindows: boolean;
  /** Some were sampled, by their own account or as their source always is. */
  readonly hasRates: boolean;
}

/** One in how many packets a row's source looked at; 1 is all. */
const RATE = `coalesce(SamplingRate, CASE Source ${Object.entries(UNWRITTEN_SAMPLING)
  .map(([source, rate]) => `WHEN '${source}' THEN ${rate}`)
  .join(' ')} ELSE 1 END)`;

/** Asks which there is; columns that no file has are null. */
export const sightOf = (files: string, held: ReadonlySet<string>): string => {
  const count = (name: string) => (held.has(name) ? `count(${name})` : '0 * count(*)');
  const sources = Object.keys(UNWRITTEN_SAMPLING).map((source) => `'${source}'`);
  const sampled = held.has('Source') ? `count_if(Source IN (${sources.join(', ')}))` : '0';
  return `SELECT ${count('FlowStartTime')} + ${count('FlowEndTime')} > 0, ${count('SamplingRate')} + ${sampled} > 0 FROM ${files}`;
};

/**
 * What activity reads of a raw row beside what everybody reads: its part, when the flow began and was seen last within
 * the hour (u, v; µs), when it began and ended by its own account (fs, fe), how long the record covers (w, µs), and the
 * sampling rate.
 */
export function moreColumns(
  parts: number,
  { hasWindows, hasRates }: Sight,
): Readonly<Record<string, string>> {
  return {
    part: partOf(textHash('SrcIp'), textHash('DestIp'), parts),
    ...(hasRates ? { sr: RATE } : {}),
    ...(hasWindows
      ? {
          u: `CASE WHEN ${FROM} BETWEEN ${hourOf(AT)} AND ${AT} THEN ${FROM} ELSE ${AT} END`,
          v: `CASE WHEN ${TO} BETWEEN ${AT} AND ${hourOf(AT)} + ${MICROS_PER_HOUR - 1} THEN ${TO} ELSE ${AT} END`,
          fs: `least(coalesce(${FROM}, ${AT}), ${AT})`,
          fe: `greatest(coalesce(${TO}, ${AT}), ${AT})`,
          w: `greatest(coalesce(${TO} - ${FROM}, 0), 0)`,
        }
      : {}),
  };
}

/** How many rows of which hour and part there are, and whether some count one direction only. */
export const SIZES = 'SELECT hr, part, count(*), bool_or(one_way) FROM seen GROUP BY hr, part';

/** `protocols` (k) and `verdicts` (what a row's policy says), of `policies`. */
export const VERDICTS = [
  `CREATE TEMP TABLE protocols AS SELECT (row_number() OVER () - 1)::USMALLINT AS k, hash(L4Protocol) AS pr, L4Protocol
   FROM (SELECT DISTINCT L4Protocol FROM policies)`,
  `CREATE TEMP TABLE verdicts AS SELECT p, CASE FlowStatus WHEN 'Denied' THEN ${DENIED} ELSE 0 END AS denied, k
   FROM policies JOIN protocols USING (L4Protocol)`,
] as const;

/** `two_way`: an interface whose log ever shows both directions of a pair would have shown an answer. */
export const TWO_WAY = `CREATE TEMP TABLE two_way AS SELECT DISTINCT hr, o FROM (
  SELECT hr, o, least(s, d), greatest(s, d) FROM sightings WHERE one_way GROUP BY ALL HAVING count(DISTINCT s) > 1)`;

/** Rows that are folded together: a part, or of one that is too large those of some ports. */
export interface Portion {
  readonly part: number;
  /** Which of so many: both directions of a conversation are in one. */
  readonly split: number;
  readonly splits: number;
}

const splitOf = (splits: number): string => `hash(least(sp, dp), greatest(sp, dp)) % ${splits}`;

export const rowsOf = ({ part, split, splits }: Portion, parts: number): string => {
  const conditions = [
    ...(parts > 1 ? [`part = ${part}`] : []),
    ...(splits > 1 ? [`${splitOf(splits)} = ${split}`] : []),
  ];
  return conditions.length === 0
    ? 'seen'
    : `(SELECT * FROM seen WHERE ${conditions.join(' AND ')})`;
};

/** How many rows the largest portion of a part has. */
export const largestOf = (part: number, splits: number): string =>
  `SELECT max(n) FROM (SELECT count(*) AS n FROM seen WHERE part = ${part} GROUP BY ${splitOf(splits)})`;

/** What rows are, beside their columns. */
export interface Kind extends Sight {
  readonly hasOneWay: boolean;
  readonly hasRepeats: boolean;
  /** Start of hour 0, µs. */
  readonly base: number;
}

export const hasMore = ({ hasWindows, hasRates }: Sight): boolean => hasWindows || hasRates;

/** The oriented rows of primary observations with both addresses, as `Fold` takes them. */
export function counted({ hasOneWay, hasRepeats, hasWindows, hasRates, base }: Kind): string {
  // Of a flow that was sampled the answer may be what was not looked at.
  const unseen = hasRates ? '(w.o IS NULL OR sr > 1)' : 'w.o IS NULL';
  const blind = hasOneWay ? `CASE WHEN one_way AND ${unseen} THEN ${BLIND} ELSE 0 END` : '0';
  const extra = hasWindows
    ? `(u - x.hr)::UINTEGER, (v - x.hr)::UINTEGER, fs::DOUBLE, fe::DOUBLE, w::DOUBLE`
    : `(t - x.hr)::UINTEGER, (t - x.hr)::UINTEGER, t::DOUBLE, t::DOUBLE, 0::DOUBLE`;
  return `
    SELECT ((x.hr - ${base}) // ${MICROS_PER_HOUR})::UTINYINT, (t - x.hr)::UINTEGER, s, d, coalesce(sp, -1)::INTEGER, coalesce(dp, -1)::INTEGER,
      k, (denied + CASE WHEN one_way THEN ${ONE_WAY} ELSE 0 END + CASE WHEN started THEN ${STARTED} ELSE 0 END + ${blind})::UTINYINT,
      pf::DOUBLE, bf::DOUBLE, pb::DOUBLE, bb::DOUBLE
      ${hasWindows || hasRates ? `, ${extra}, ${hasRates ? 'sr' : '1'}::DOUBLE` : ''}
    FROM oriented x JOIN verdicts USING (p)
    ${hasOneWay ? 'LEFT JOIN two_way w ON w.hr = x.hr AND w.o = x.c' : ''}
    ${
      hasRepeats
        ? `ANTI JOIN repeats r ON x.hr = r.hr AND x.s0 = r.s AND x.d0 = r.d AND x.c = r.o AND x.dir0 = r.dir
           AND x.one_way = r.one_way`
        : ''
    }
    WHERE s <> hash('') AND d <> hash('')`;
}
