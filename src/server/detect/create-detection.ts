import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import {
  type AnyDetector,
  DAY,
  DETECTORS,
  HOUR,
  type Knowledge,
  MINUTE,
} from '#core/detect/index.ts';
import type { Store } from '#server/store/index.ts';
import {
  canLook,
  countedSpan,
  type DetectDeps,
  learnKnowledge,
  lookOnce,
} from './detect-window.ts';
import { type DetectorState, openDetectionState } from './detection-state.ts';

export interface DetectionOptions extends Omit<DetectDeps, 'signal' | 'store'> {
  readonly store: Store;
  /** µs by the clock. */
  readonly clock: () => number;
  readonly detectors?: readonly AnyDetector[];
  /** Findings are handed on before the state says that the data was looked at: after a crash they come again. */
  readonly onFindings: (findings: readonly Finding[]) => Promise<unknown>;
  readonly onError?: (error: unknown) => void;
  /** Hears of a look that did not see all, and what it left out. */
  readonly onCut?: (detector: string, cut: string) => void;
  /** How long after a change of the aggregates a look begins, ms. 1 s unless given. */
  readonly quietMs?: number;
}

export interface Detection {
  start(): void;
  /** Resolves when all that was counted before the call has been looked at. */
  settle(): Promise<void>;
  state(): readonly DetectorState[];
  /** Detectors that have yet to look at something that was counted, and when the oldest of it was committed, µs. */
  waiting(): { readonly names: readonly string[]; readonly since: Micros | undefined };
  stop(): Promise<void>;
}

const QUIET_MS = 1000;
/** A round is followed by a pause of so many times its length, and of at most so many ms. */
const REST = 2;
const LONGEST_REST_MS = 5000;
/** In a round, what does not look every minute takes about this long; what is left of it waits for the next round. */
const SLOW_MS = 2000;
/** What is looked at soon after it came; the whole window is looked at every hour. */
const SOON: Micros = 2 * HOUR;
/** A growing hour is looked at again by what looks hourly after this, and after twenty times what the last look took. */
const LATER_MS = 45_000;
const pauseOf = (ms: number): Micros => 1000 * Math.max(LATER_MS, 20 * ms);

/** A stretch of time that a detector should look at. */
interface Due {
  readonly from: Micros;
  readonly to: Micros;
}

/**
 * Runs the detectors as the aggregates change. What they call now is the newest hour that is counted, never the wall
 * clock: data that is late, or loaded from an archive, is looked at in its own days.
 */
export function createDetection(options: DetectionOptions): Detection {
  const { store, clock, detectors = DETECTORS, quietMs = QUIET_MS } = options;
  const state = openDetectionState(store.state);
  const ending = new AbortController();
  const deps = { ...options, signal: ending.signal };
  // Flows come before they are counted: what detectors read of them is looked at when the counts change.
  const awaited = new Set(detectors.flatMap(({ reads }) => reads).filter((t) => t !== 'Flows'));
  let timer: NodeJS.Timeout | undefined;
  /** When the timer ends, ms. */
  let timerAt = 0;
  let round: Promise<void> | undefined;
  let stopListening: (() => void) | undefined;
  let restUntil = 0;
  /** True when something changed that was looked at too lately to look at again. */
  let isLeft = false;
  /** True when a round ended before all had looked, so that scans and floods are not kept waiting. */
  let isCut = false;
  /**
   * When counts were committed that somebody has yet to look at, oldest first. Segments do not tell: those of an hour that
   * grows are replaced before all have looked.
   */
  let commits: readonly Micros[] = [];
  let known:
    | { readonly at: number; readonly to: Micros; readonly knowledge: Knowledge }
    | undefined;

  async function knowledgeAt(to: Micros, knownFrom: Micros): Promise<Knowledge> {
    // What hosts are for changes slowly; asking for it costs as much as a detector.
    if (known && known.to === to && clock() - known.at < HOUR) return known.knowledge;
    const knowledge = await learnKnowledge(deps, { from: to - DAY, to, knownFrom });
    known = { at: clock(), to, knowledge };
    return knowledge;
  }

  async function look(slowMs: number): Promise<void> {
    const counted = countedSpan(store);
    if (!counted) return;
    const covered = lastCommit(store);
    isLeft = false;
    isCut = false;
    const able = detectors.filter((detector) => canLook(detector, store));
    const quick = able.filter(({ every }) => every <= MINUTE);
    // Those that waited longest first, so that each has its turn however much comes.
    const slow = able
      .filter(({ every }) => every > MINUTE)
      .sort((a, b) => state.of(a.name).lookedAt - state.of(b.name).lookedAt);
    let slowUntil = Number.POSITIVE_INFINITY;
    for (const detector of [...quick, ...slow]) {
      const due = dueOf(detector, counted);
      if (due.length === 0) continue;
      if (detector.every > MINUTE) {
        slowUntil = Math.min(slowUntil, performance.now() + slowMs);
        isCut = performance.now() > slowUntil;
        if (isCut) return;
      }
      const before = state.of(detector.name).covered;
      for (const [i, { from, to }] of due.entries()) {
        if (ending.signal.aborted) return;
        const knowledge = await knowledgeAt(to, counted.from);
        const span = { from, to, knownFrom: counted.from };
        const done = await lookOnce(detector, span, knowledge, deps);
        if (done.error !== undefined) options.onError?.(done.error);
        if (done.cut !== undefined) options.onCut?.(detector.name, done.cut);
        if (done.findings.length > 0) await options.onFindings(done.findings);
        state.note(done, clock(), i === due.length - 1 ? covered : before);
      }
    }
  }

  /** Days that got rows since the detector looked: whole days before the newest, and the running one as far as it goes. */
  function dueOf(detector: AnyDetector, counted: { from: Micros; to: Micros }): Due[] {
    const { covered, upTo, lookedAt, ms } = state.of(detector.name);
    const fresh = store.segments({ table: 'PairHours' }).filter((s) => s.committedAt > covered);
    const changed = new Set(fresh.map((s) => s.day));
    // Hours are not counted in their order: what came lately may be of long ago.
    const oldest = Math.min(...fresh.map(({ ranges }) => ranges['TimeGenerated']?.[0] ?? 0));
    return [...changed].sort().flatMap((day): Due[] => {
      const end = Date.parse(`${day}T00:00:00Z`) * 1000 + DAY;
      if (end < counted.to)
        return [{ from: Math.max(end - detector.window, counted.from), to: end }];
      const { to } = counted;
      const isWhole =
        upTo === 0 || oldest < to - SOON || to - upTo >= Math.min(HOUR, detector.every);
      const isSoon = upTo > 0 && to - upTo < detector.every;
      if (detector.every > MINUTE && isSoon && clock() - lookedAt < pauseOf(ms)) {
        isLeft = true;
        return [];
      }
      const window = isWhole ? detector.window : Math.min(SOON, detector.window);
      return [{ from: Math.max(to - window, counted.from), to }];
    });
  }

  /** Begins a round so many ms from now, unless one begins before; a later one gives way to it. */
  function wake(least = quietMs): void {
    if (ending.signal.aborted) return;
    const at = Math.max(Date.now() + least, restUntil);
    if (timer && timerAt <= at) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timer = undefined;
      run(SLOW_MS).catch(() => {
        // Told by onError; the next change tries again.
      });
    }, at - Date.now());
    timer.unref();
  }

  function run(slowMs = Number.POSITIVE_INFINITY): Promise<void> {
    round = (round ?? Promise.resolve()).then(async () => {
      const startedAt = Date.now();
      try {
        await look(slowMs);
      } catch (error) {
        if (ending.signal.aborted) return;
        options.onError?.(error);
        throw error;
      } finally {
        restUntil = Date.now() + Math.min(LONGEST_REST_MS, REST * (Date.now() - startedAt));
        if (isCut && stopListening) wake();
        else if (isLeft && stopListening) wake(LATER_MS);
      }
    });
    const current = round;
    round = current.catch(() => {
      // The next round begins afresh; whoever waits for this one is told.
    });
    return current;
  }

  /** What could look now, others rest; and up to which commit each has. */
  const awake = () => detectors.filter((d) => canLook(d, store)).map(({ name }) => state.of(name));

  function noteCommits(more: readonly Micros[]): void {
    const covered = Math.min(...awake().map((d) => d.covered));
    commits = [...new Set([...commits, ...more])].filter((at) => at > covered);
  }

  return {
    start() {
      stopListening = store.onChange((tables) => {
        if (tables.has('PairHours')) noteCommits([lastCommit(store)]);
        if (!awaited.isDisjointFrom(tables)) wake();
      });
      noteCommits(
        store
          .segments({ table: 'PairHours' })
          .map((s) => s.committedAt)
          .sort((a, b) => a - b),
      );
      wake();
    },
    settle: () => run(),
    state: () => detectors.map(({ name }) => state.of(name)),
    waiting() {
      noteCommits([]);
      const newest = commits.at(-1) ?? 0;
      const behind = awake().filter((d) => d.covered < newest);
      return { names: behind.map((d) => d.name), since: commits[0] };
    },
    async stop() {
      ending.abort();
      stopListening?.();
      clearTimeout(timer);
      await round;
    },
  };
}

const lastCommit = (store: Store): Micros =>
  Math.max(0, ...store.segments({ table: 'PairHours' }).map((s) => s.committedAt));
