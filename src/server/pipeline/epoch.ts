import type { ProblemCode } from '#core/decode/index.ts';
import type { Mark, Progress, Recognised } from '#server/source/index.ts';
import type { Change, Checkpoint, Quarantined, SegmentDraft, Tally } from '#server/store/index.ts';
import type { SealedReply } from './messages.ts';
import type { ObjectReader, ObjectTotals } from './totals.ts';

/** One object being read. */
export interface Run {
  readonly id: number;
  readonly source: string;
  readonly name: string;
  readonly known: Recognised;
  readonly totals: ObjectTotals;
  /** Format and context once they are known. */
  reader: Pick<ObjectReader, 'format' | 'context'> | null;
  /** True while the format is one that a person named and nothing was stored. */
  isDoubtful: boolean;
  /** Records committed or about to be, from the object's beginning. */
  records: number;
  /** The source's state at a position of the present reading. */
  stateAt: (position: number) => unknown;
  /** Set when reading has ended: the bytes that made no whole record. */
  rest: Uint8Array | null;
}

interface RunProblem {
  readonly run: Run;
  readonly code: ProblemCode;
  readonly offset: number;
  readonly detail: string;
  readonly excerpt: string;
}

/** How far a run had been handed out when its epoch was sealed. */
interface Advance {
  readonly run: Run;
  readonly mark: Mark;
  readonly source: unknown;
  readonly rest: Uint8Array | null;
}

const MINUTE = 60_000_000;

/** What was handed to the decoders between two seals; becomes true in one commit. */
export class Epoch {
  readonly number: number;
  readonly openedAt: number;
  /** Uncompressed bytes handed out. */
  bytes = 0;
  readonly done: Promise<void>;
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly #runs = new Map<number, Run>();
  readonly #known = new Map<Run, number>();
  readonly #problems: RunProblem[] = [];
  #advances: readonly Advance[] = [];

  constructor(number: number, openedAt: number) {
    this.number = number;
    this.openedAt = openedAt;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits for the epoch hears of its failure; nobody need wait.
    this.done.catch(() => undefined);
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  has(run: Run): boolean {
    return this.#runs.has(run.id);
  }

  /** The run has handed out bytes in this epoch, or has ended in it. */
  touch(run: Run): void {
    this.#runs.set(run.id, run);
  }

  countKnown(run: Run, records: number): void {
    this.touch(run);
    this.#known.set(run, (this.#known.get(run) ?? 0) + records);
  }

  /** Counts a problem that was met outside the decoders. */
  problem(problem: RunProblem): void {
    this.touch(problem.run);
    this.#problems.push(problem);
  }

  /** Notes how far each run had come; nothing is added to the epoch afterwards. */
  close(): void {
    this.#advances = [...this.#runs.values()]
      .filter((run) => run.reader !== null && !run.known.isKnownWhole)
      .map((run) => {
        const mark = run.known.trail.mark();
        return { run, mark, source: run.stateAt(mark.position), rest: run.rest };
      });
  }

  /** The one change of the epoch, from what the decoders gave back. `now` in µs. */
  change(replies: readonly SealedReply[], now: number): Change {
    const segments: SegmentDraft[] = replies.flatMap((reply) =>
      reply.segments.map(({ table, day, rows, ranges, bytes }) => ({
        table,
        day,
        rows,
        ranges,
        isSorted: false,
        content: { bytes },
      })),
    );
    const tallies = new Map<
      string,
      { stored: number; known: number; problems: Partial<Record<ProblemCode, number>> }
    >();
    const tallyOf = (source: string) => {
      let tally = tallies.get(source);
      if (!tally) {
        tally = { stored: 0, known: 0, problems: {} };
        tallies.set(source, tally);
      }
      return tally;
    };
    const quarantined: Quarantined[] = [];
    const sample = (run: Run, { code, offset, detail, excerpt }: Omit<RunProblem, 'run'>) =>
      quarantined.push({
        source: run.source,
        object: run.name,
        offset,
        code,
        detail,
        excerpt,
        at: now,
      });

    for (const reply of replies)
      for (const counts of reply.runs) {
        const run = this.#runs.get(counts.run);
        if (!run) continue;
        const tally = tallyOf(run.source);
        tally.stored += counts.stored;
        run.records += counts.stored;
        if (counts.stored > 0) run.isDoubtful = false;
        for (const [code, count] of Object.entries(counts.problems) as [ProblemCode, number][]) {
          tally.problems[code] = (tally.problems[code] ?? 0) + count;
          run.records += count;
        }
        for (const problem of counts.samples) sample(run, problem);
      }
    for (const { run, ...problem } of this.#problems) {
      const { problems } = tallyOf(run.source);
      problems[problem.code] = (problems[problem.code] ?? 0) + 1;
      run.records++;
      sample(run, problem);
    }
    for (const [run, records] of this.#known) tallyOf(run.source).known += records;

    const checkpoints = this.#advances.flatMap(({ run, mark, source, rest }): Checkpoint[] => {
      const { records, isDoubtful } = run;
      const reader: ObjectReader = { ...run.reader!, records, ...(isDoubtful && { isDoubtful }) };
      const progress: Progress = rest ? { source, reader, rest } : { source, reader };
      const checkpoint = run.known.advance(mark, progress);
      return checkpoint ? [checkpoint] : [];
    });
    return {
      segments,
      checkpoints,
      quarantined,
      tallies: [...tallies].map(([source, t]) => printTally(source, now, t)),
    };
  }
}

function printTally(
  source: string,
  now: number,
  tally: Pick<Tally, 'stored' | 'known' | 'problems'>,
): Tally {
  const lost = Object.values(tally.problems).reduce((sum, n) => sum + n, 0);
  return {
    source,
    minute: Math.floor(now / MINUTE) * MINUTE,
    received: tally.stored + tally.known + lost,
    ...tally,
  };
}
