import { hourOf, MICROS_PER_HOUR } from '#server/observe/index.ts';

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
  readonly hasRates: boolean;
}

/** Asks which there is; columns that no file has are null. */
export const sightOf = (files: string, held: ReadonlySet<string>): string => {
  const count = (name: string) => (held.has(name) ? `count(${name})` : '0 * count(*)');
  return `SELECT ${count('FlowStartTime')} + ${count('FlowEndTime')} > 0, ${count('SamplingRate')} > 0 FROM ${files}`;
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
    ...(hasRates ? { sr: 'coalesce(SamplingRate, 1)' } : {}),
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

/** Set apart, so that one part at a time can take the name that the shared steps read. */
export const splitRows = (parts: number): readonly string[] => [
  `CREATE TEMP TABLE verdicts AS SELECT p, FlowStatus = 'Denied' AS denied, hash(L4Protocol) AS pr, L4Protocol FROM policies`,
  // An interface whose log ever shows both directions of a pair would have shown an answer.
  `CREATE TEMP TABLE two_way AS SELECT DISTINCT hr, o FROM (
     SELECT hr, o, least(s, d), greatest(s, d) FROM sightings WHERE one_way GROUP BY ALL HAVING count(DISTINCT s) > 1)`,
  'ALTER TABLE seen RENAME TO all_seen',
  `CREATE TEMP TABLE all_sightings AS SELECT *, ${partOf('s', 'd', parts)} AS part FROM sightings`,
  'DROP TABLE sightings',
];

export const choosePart = (part: number): readonly string[] => [
  `CREATE OR REPLACE TEMP VIEW seen AS SELECT * FROM all_seen WHERE part = ${part}`,
  `CREATE OR REPLACE TEMP TABLE sightings AS SELECT * EXCLUDE (part) FROM all_sightings WHERE part = ${part}`,
];

/** `counted`: the oriented rows of primary observations with both addresses; a port that is missing is -1. */
export const counted = (hasRepeats: boolean, { hasWindows, hasRates }: Sight): string => `
  CREATE OR REPLACE TEMP VIEW counted AS
  SELECT hr, t, ${hasWindows ? 'u, v, fs, fe, w' : 't AS u'}, ${hasRates ? 'sr, ' : ''}s, d, coalesce(sp, -1) AS sp, coalesce(dp, -1) AS dp, c, p, one_way, started, pf, bf, pb, bb
  FROM oriented x
  ${
    hasRepeats
      ? `ANTI JOIN repeats r ON x.hr = r.hr AND x.s0 = r.s AND x.d0 = r.d AND x.c = r.o AND x.dir0 = r.dir
         AND x.one_way = r.one_way`
      : ''
  }
  WHERE s <> hash('') AND d <> hash('')`;

/** `conversations`: one row per hour, addresses, ports and verdict. */
export const conversations = ({ hasWindows, hasRates }: Sight): string => `
  CREATE OR REPLACE TEMP TABLE conversations AS
  SELECT *, ${hasWindows ? '' : 't1 - t0 AS du, 0 AS w,'} ${hasRates ? '' : '1::DOUBLE AS sr,'} 0 AS z FROM (
    SELECT hr, s, d, sp, dp, p, one_way, any_value(c) AS c, count(*) AS n, count(CASE WHEN started THEN 1 END) AS st,
      ${total('pf')} AS pf, ${total('bf')} AS bf, ${total('pb')} AS pb, ${total('bb')} AS bb,
      min(u) AS t0, max(${hasWindows ? 'v' : 't'}) AS t1, min(CASE WHEN started THEN u END) AS ts, max(CASE WHEN started THEN u END) AS te
      ${hasWindows ? `, max(fe) - min(fs) AS du, ${total('w')} AS w` : ''} ${hasRates ? ', max(sr) AS sr' : ''}
    FROM counted GROUP BY hr, s, d, sp, dp, p, one_way)`;
