import { MICROS_PER_DAY } from '#core/base/index.ts';
import { MICROS_PER_HOUR } from '#server/observe/index.ts';
import { type Segment, type SegmentDraft, SegmentsGone, type Store } from '#server/store/index.ts';
import {
  ACTIVITY_SOURCE,
  type HourState,
  readDayState,
  toCheckpoint,
  withHours,
  withSum,
} from './day-state.ts';
import type { HoursJob, JobResult, ProcessUsage } from './job.ts';
import type { ActivityChild } from './local-child.ts';
import { cutRuns, type HourRows, wayOf } from './plan.ts';
import type { Task } from './tasks.ts';

/** How long PairDays are looked back over for what is new. */
const KNOWN_DAYS = 30;
/** Retention may take the same segments at the same moment; each such meeting costs one try. */
const TRIES = 5;

export interface PassOptions {
  readonly store: Store;
  /** Raw rows of hours that are counted together. */
  readonly rowsPerJob: number;
  /** Raw rows that are counted at a time within a job. */
  readonly rowsPerPart: number;
  /** A part with more rows is cut further. */
  readonly mostPerPart: number;
  /** Hours with at most so many raw rows are always counted whole. */
  readonly smallHour: number;
  readonly signal?: AbortSignal;
}

/** One task after the other, each committed by itself. */
export class Pass {
  readonly #options: PassOptions;
  readonly #child: ActivityChild;
  /** Rows by hour of segments that were counted, by id: a segment never changes. */
  readonly #rowsOf = new Map<string, ReadonlyMap<number, number>>();
  usage: ProcessUsage | undefined;

  constructor(options: PassOptions, child: ActivityChild) {
    this.#options = options;
    this.#child = child;
  }

  /** Does a task; returns the raw rows that were read. */
  async do(task: Task): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      this.#options.signal?.throwIfAborted();
      try {
        switch (task.kind) {
          case 'take':
            return await this.#take(task.day, task.segments);
          case 'whole':
            return await this.#whole(task.day, task.hours);
          case 'sum':
            return await this.#sum(task.day);
        }
      } catch (error) {
        if (!(error instanceof SegmentsGone) || attempt === TRIES) throw error;
        const gone = task.kind === 'take' && task.segments.some((s) => !this.#isVisible(s));
        // The rest is found again by whoever looks for the next task.
        if (gone) return 0;
      }
    }
  }

  #isVisible({ id, table }: Segment): boolean {
    return this.#options.store.segments({ table }).some((s) => s.id === id);
  }

  async #take(day: string, fresh: readonly Segment[]): Promise<number> {
    const { store, smallHour } = this.#options;
    const state = readDayState(store, day);
    const taken = this.#taken(day);
    const freshRows = await this.#sumRows(fresh);
    const touched = taken.filter((s) => [...freshRows.keys()].some((hour) => touches(s, hour)));
    const takenRows = await this.#sumRows(touched);
    const hours = [...freshRows]
      .toSorted(([a], [b]) => a - b)
      .map(([hour, n]): HourRows & { readonly rows: number } => ({
        hour,
        fresh: n,
        taken: takenRows.get(hour) ?? 0,
        state: state.hours.get(hour) ?? { rows: 0, whole: 0 },
        rows: n,
      }));
    const whole = hours.filter((h) => wayOf(h, smallHour) === 'whole');
    const more = hours.filter((h) => wayOf(h, smallHour) === 'more');
    const plans = [
      ...this.#cut(whole.map((h) => ({ ...h, rows: h.fresh + h.taken }))).map((run) => ({
        hours: run,
        raw: [...touched, ...fresh],
        isWhole: true,
      })),
      ...this.#cut(more).map((run) => ({ hours: run, raw: fresh, isWhole: false })),
    ];
    const counted = await this.#count(day, plans);
    const next = new Map<number, HourState>();
    for (const { hour, fresh: n, state: before } of whole)
      next.set(hour, { rows: before.rows + n, whole: before.rows + n });
    for (const { hour, fresh: n, state: before } of more)
      next.set(hour, { ...before, rows: before.rows + n });
    await store.replace(counted.old, counted.drafts, {
      taken: { by: ACTIVITY_SOURCE, segments: fresh.map((s) => s.id) },
      checkpoints: [toCheckpoint(withHours(state, next))],
    });
    return counted.rows;
  }

  /** Counts hours whole that were counted in pieces. Where raw rows are gone, the pieces are the best there is. */
  async #whole(day: string, hours: readonly number[]): Promise<number> {
    const { store } = this.#options;
    const state = readDayState(store, day);
    const raw = this.#taken(day).filter((s) => hours.some((hour) => touches(s, hour)));
    const found = await this.#sumRows(raw);
    const whole = hours
      .map((hour) => ({ hour, rows: state.hours.get(hour)?.rows ?? 0 }))
      .filter(({ hour, rows }) => found.get(hour) === rows);
    const counted = await this.#count(
      day,
      this.#cut(whole).map((run) => ({ hours: run, raw, isWhole: true })),
    );
    const next = new Map(
      hours.map((hour) => {
        const rows = state.hours.get(hour)?.rows ?? 0;
        return [hour, { rows, whole: rows }] as const;
      }),
    );
    await store.replace(counted.old, counted.drafts, {
      checkpoints: [toCheckpoint(withHours(state, next))],
    });
    return counted.rows;
  }

  async #sum(day: string): Promise<number> {
    const { store } = this.#options;
    const state = readDayState(store, day);
    const ofDay = (table: string) => store.segments({ table }).filter((s) => s.day === day);
    const pairs = ofDay('PairHours');
    const old = ofDay('PairDays');
    const result =
      pairs.length === 0
        ? undefined
        : await this.#run({
            kind: 'day',
            day: startOf(day),
            pairFiles: pairs.map((s) => s.path),
            output: store.temporaryFile(),
          });
    // PairHours are kept for less long than PairDays: without them the days stay as they are.
    const isKept = result === undefined;
    await store.replace(isKept ? [] : old.map((s) => s.id), isKept ? [] : drafts(day, result), {
      checkpoints: [toCheckpoint(withSum(state))],
    });
    return 0;
  }

  /** Runs the jobs of some hours; nothing is visible before the commit. */
  async #count(
    day: string,
    plans: readonly {
      readonly hours: readonly { readonly hour: number; readonly rows: number }[];
      readonly raw: readonly Segment[];
      readonly isWhole: boolean;
    }[],
  ): Promise<{ old: string[]; drafts: SegmentDraft[]; rows: number }> {
    const { store } = this.#options;
    const pairs = store.segments({ table: 'PairHours' }).filter((s) => s.day === day);
    const hosts = store.segments({ table: 'HostHours' }).filter((s) => s.day === day);
    const first = startOf(day);
    const known = store
      .segments({
        table: 'PairDays',
        ranges: [
          { column: 'TimeGenerated', from: first - KNOWN_DAYS * MICROS_PER_DAY, to: first - 1 },
        ],
      })
      .map((s) => s.path);
    const all = { old: [] as string[], drafts: [] as SegmentDraft[], rows: 0 };
    /** Of hours that an earlier job of this commit counted: their files are not segments yet. */
    const written: { readonly hour: number; readonly file: string; readonly isWhole: boolean }[] =
      [];
    for (const { hours, raw, isWhole } of plans) {
      this.#options.signal?.throwIfAborted();
      const starts = hours.map((h) => h.hour);
      const of = (segments: readonly Segment[]) =>
        segments.filter((s) => starts.some((hour) => touches(s, hour)));
      const last = Math.max(...starts);
      const isReplaced = (hour: number) => written.some((w) => w.hour === hour && w.isWhole);
      const job: HoursJob = {
        kind: 'hours',
        hours: starts,
        rawFiles: raw.filter((s) => starts.some((hour) => touches(s, hour))).map((s) => s.path),
        parts: partsOf(
          hours.reduce((sum, h) => sum + h.rows, 0),
          this.#options.rowsPerPart,
        ),
        mostPerPart: this.#options.mostPerPart,
        pairFiles: isWhole ? [] : of(pairs).map((s) => s.path),
        hostFiles: isWhole ? [] : of(hosts).map((s) => s.path),
        earlierFiles: [
          ...pairs
            .filter(
              (s) => hourOf(s) < last && !starts.includes(hourOf(s)) && !isReplaced(hourOf(s)),
            )
            .map((s) => s.path),
          ...written.filter((w) => w.hour < last).map((w) => w.file),
        ],
        knownFiles: known,
        output: store.temporaryFile(),
      };
      const result = await this.#run(job);
      all.old.push(...of(hosts).map((s) => s.id));
      if (isWhole) all.old.push(...of(pairs).map((s) => s.id));
      all.drafts.push(...drafts(day, result));
      all.rows += result.rows.reduce((sum, [, n]) => sum + n, 0);
      for (const { table, file, ranges } of result.written)
        if (table === 'PairHours')
          written.push({ hour: ranges['TimeGenerated']![0], file, isWhole });
    }
    return all;
  }

  async #run(job: Parameters<ActivityChild['run']>[0]): Promise<JobResult> {
    const result = await this.#child.run(job);
    this.usage = result.usage;
    return result;
  }

  #cut<T extends { readonly rows: number }>(hours: readonly T[]): readonly (readonly T[])[] {
    return cutRuns(hours, this.#options.rowsPerJob);
  }

  #taken(day: string): readonly Segment[] {
    const { store } = this.#options;
    return store.snapshot(() => {
      const takers = store.takers('Flows');
      return store
        .segments({ table: 'Flows' })
        .filter((s) => s.day === day && takers.get(s.id)?.includes(ACTIVITY_SOURCE));
    });
  }

  /** Rows by hour of some segments together. */
  async #sumRows(segments: readonly Segment[]): Promise<ReadonlyMap<number, number>> {
    const unknown = segments.filter((s) => !this.#rowsOf.has(s.id));
    for (const segment of unknown) {
      const [from, to] = segment.ranges['TimeGenerated']!;
      const hour = startOfHour(from);
      this.#rowsOf.set(segment.id, new Map(startOfHour(to) === hour ? [[hour, segment.rows]] : []));
    }
    const spread = unknown.filter((s) => this.#rowsOf.get(s.id)?.size === 0);
    const counts = await this.#child.count(spread.map((s) => s.path));
    const byPath = Map.groupBy(counts, ([path]) => path);
    for (const { id, path } of spread)
      this.#rowsOf.set(id, new Map(byPath.get(path)?.map(([, hour, n]) => [hour, n])));
    const sums = new Map<number, number>();
    for (const { id } of segments)
      for (const [hour, n] of this.#rowsOf.get(id)!) sums.set(hour, (sums.get(hour) ?? 0) + n);
    return sums;
  }
}

const partsOf = (rows: number, each: number): number => Math.max(1, Math.ceil(rows / each));

const startOfHour = (at: number): number => Math.floor(at / MICROS_PER_HOUR) * MICROS_PER_HOUR;
const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) * 1000;

/** Segments of PairHours and HostHours hold one hour each. */
const hourOf = (s: Segment): number => s.ranges['TimeGenerated']![0];

const touches = (s: Segment, hour: number): boolean => {
  const [from, to] = s.ranges['TimeGenerated']!;
  return to >= hour && from < hour + MICROS_PER_HOUR;
};

const drafts = (day: string, { written }: JobResult): readonly SegmentDraft[] =>
  written.map(({ table, file, rows, ranges }) => ({
    table,
    day,
    rows,
    ranges,
    isSorted: false,
    content: { file },
  }));
