import { type Micros, printDay, printInstant } from '#core/base/index.ts';
import {
  expectAt,
  judge,
  keyOf,
  MEASURES,
  type Measure,
  ofOneLevel,
  type Point,
  type Unusual,
} from '#core/baseline/index.ts';
import type { QueryService } from '#server/query/index.ts';

export const HOUR: Micros = 3_600_000_000;
const DAY = 24 * HOUR;
/** How far an hour is compared back. */
const HISTORY: Micros = 56 * DAY;
/** Hours of hosts that are read to be compared with, at most: of many hosts those with the greatest values are judged. */
const MOST_READ = 400_000;
/** Below this an hour is as usual. */
const LEAST_SCORE = 0.5;
const USER = 'baselines';
const TIMEOUT_MS = 120_000;

/** A host or network that did something unusual in an hour. */
export interface Found extends Unusual {
  readonly measure: Measure;
  /** An address, or a network as a prefix. */
  readonly entity: string;
}

export interface LookDeps {
  readonly query: Pick<QueryService, 'query'>;
  readonly signal?: AbortSignal;
}

async function ask({ query, signal }: LookDeps, text: string) {
  const limits = { timeoutMs: TIMEOUT_MS };
  const { rows } = await query.query({ text, user: USER, limits, ...(signal ? { signal } : {}) });
  return rows;
}

const micros = (cell: unknown): Micros => Date.parse(String(cell)) * 1000;
const at = (instant: Micros): string => `datetime(${printInstant(instant)})`;
const quoted = (text: string): string => `'${text.replaceAll(/[^0-9A-Za-z.:/]/g, '')}'`;

/** Everything unusual in some hours of one day, by what was measured in the weeks before. */
export async function lookAtHours(
  hours: readonly Micros[],
  deps: LookDeps,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const about of ['host', 'network'] as const) {
    const measures = MEASURES.filter((m) => m.about === about);
    found.push(...(await lookAt(hours, keyOf(about), measures, deps)));
  }
  return found;
}

/** A value that is worth a comparison. */
interface Candidate {
  readonly entity: string;
  readonly hour: Micros;
  /** Number of the measure. */
  readonly measure: number;
  readonly value: number;
}

async function lookAt(
  hours: readonly Micros[],
  key: string,
  measures: readonly Measure[],
  deps: LookDeps,
): Promise<readonly Found[]> {
  const [first, last] = [Math.min(...hours), Math.max(...hours)];
  const values = measures.map((m, i) => `V${i} = ${m.kql}`).join(', ');
  const keyed = `where IsInside | extend Entity = ${key} | where Entity != '.0/24'`;
  const grouped = `summarize ${values} by Entity, TimeGenerated`;
  const least = measures.map((m, i) => `V${i} >= ${m.least}`).join(' or ');
  const now = await ask(
    deps,
    `HostHours | where TimeGenerated between (${at(first)} .. ${at(last)}) | ${keyed} | ${grouped} | where ${least}`,
  );
  const candidates = now.flatMap((row) =>
    measures.flatMap(({ least }, measure): Candidate[] => {
      const value = Number(row[measure + 2]);
      return value >= least
        ? [{ entity: String(row[0]), hour: micros(row[1]), measure, value }]
        : [];
    }),
  );
  if (candidates.length === 0) return [];

  // Seasons are made of the same hour of the day and its neighbours: no other hours are read.
  const clocks = [...new Set(candidates.flatMap((c) => near(c.hour)))];
  const most = Math.floor(MOST_READ / (clocks.length * (HISTORY / DAY)));
  const weight = (c: Candidate) => c.value / measures[c.measure]!.least;
  const entities = [
    ...new Set(candidates.toSorted((a, b) => weight(b) - weight(a)).map((c) => c.entity)),
  ].slice(0, most);
  const span = `where TimeGenerated >= ${at(first - HISTORY)} and TimeGenerated < ${at(last)} and hourofday(TimeGenerated) in (${clocks.join(', ')})`;
  const counted = (await ask(deps, `HostHours | ${span} | distinct TimeGenerated`)).map(([t]) =>
    micros(t),
  );
  const before = await ask(
    deps,
    `HostHours | ${span} | ${keyed} | where Entity in (${entities.map(quoted).join(', ')}) | ${grouped}`,
  );
  const histories = new Map(
    [...Map.groupBy(before, (row) => String(row[0]))].map(([entity, rows]) => [
      entity,
      new Map(rows.map((row) => [micros(row[1]), row])),
    ]),
  );

  return candidates.flatMap(({ entity, hour, measure, value }): Found[] => {
    const byHour = histories.get(entity);
    const since = byHour ? Math.min(...byHour.keys()) : Number.NaN;
    if (!byHour || !(hour - since >= DAY)) return [];
    const history: Point[] = counted
      .filter((t) => t >= since && t < hour)
      .sort((a, b) => a - b)
      .map((t) => ({ at: t, value: Number(byHour.get(t)?.[measure + 2] ?? 0) }));
    const one = measures[measure]!;
    const level = ofOneLevel(history, hour);
    const expected = expectAt(level.points, hour);
    const judged = expected && judge(value, expected, one);
    if (!judged || judged.score < LEAST_SCORE) return [];
    const reasons = [
      ...judged.reasons,
      ...(level.since === undefined
        ? []
        : [`compared with what came since ${printDay(level.since)}, when its level changed`]),
    ];
    return [{ ...judged, reasons, expected, point: { at: hour, value }, measure: one, entity }];
  });
}

/** Hours of the day around an instant. */
const near = (hour: Micros): readonly number[] => {
  const clock = Math.floor(hour / HOUR) % 24;
  return [clock - 1, clock, clock + 1].map((h) => (h + 24) % 24);
};
