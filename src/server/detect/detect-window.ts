import { type Finding, mergeFindings } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import {
  type AnyDetector,
  DAY,
  DETECTORS,
  HOUR,
  type Knowledge,
  makeKnowledge,
  NO_ZONES,
  readRoles,
  rolesKql,
  type Span,
  toRows,
  type Zones,
} from '#core/detect/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { StoreReader } from '#server/store/index.ts';
import { ask, runDetector } from './run-detector.ts';

export interface DetectDeps {
  readonly store: StoreReader;
  readonly query: QueryService;
  readonly zones?: Zones;
  /** Parameters that are set, by detector and name. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly signal?: AbortSignal;
}

export interface DetectOptions extends DetectDeps {
  /** Half-open; all that is stored where absent. */
  readonly from?: Micros;
  readonly to?: Micros;
  readonly detectors?: readonly AnyDetector[];
  readonly onLook?: (done: LookDone) => void;
}

/** What is told of each look. */
export interface LookDone {
  readonly detector: string;
  readonly from: Micros;
  readonly to: Micros;
  readonly findings: readonly Finding[];
  readonly ms: number;
  /** Why it could not look; its findings are none then. */
  readonly error?: unknown;
  /** Why it did not see all: more was worth scoring than one answer may hold. */
  readonly cut?: string;
}

/** The hours that are counted: start of the first, end of the last. Undefined where there are none. */
export function countedSpan(store: StoreReader): { from: Micros; to: Micros } | undefined {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { ranges } of store.segments({ table: 'PairHours' })) {
    const range = ranges['TimeGenerated'];
    if (!range) continue;
    from = Math.min(from, range[0]);
    to = Math.max(to, range[1] + HOUR);
  }
  return to > from ? { from, to } : undefined;
}

/** A detector rests while a table that it reads has nothing. */
export const canLook = ({ reads }: AnyDetector, store: StoreReader): boolean => {
  const tables = store.tables();
  return reads.every((table) => tables.includes(table));
};

/** What hosts are for, as the day before `to` shows it. */
export async function learnKnowledge(deps: DetectDeps, span: Span): Promise<Knowledge> {
  const day = { ...span, from: Math.max(span.to - DAY, span.knownFrom) };
  const { columns, rows } = await ask(deps, rolesKql(day));
  return makeKnowledge(readRoles(toRows(columns, rows)), deps.zones ?? NO_ZONES);
}

/**
 * Looks at stored time as it would have been looked at while it passed: in order, each detector over its own window,
 * knowing nothing of what came later. One finding of each key is given: what the gravest says, over the times of all.
 */
export async function detectWindow(options: DetectOptions): Promise<readonly Finding[]> {
  const { store, detectors = DETECTORS } = options;
  const counted = countedSpan(store);
  if (!counted) return [];
  const from = Math.max(options.from ?? counted.from, counted.from);
  // Hours are counted whole, so a window ends with one.
  const to = Math.min(Math.ceil((options.to ?? counted.to) / HOUR) * HOUR, counted.to);
  const found = new Map<string, Finding>();
  for (const end of endsOf(from, to)) {
    const span = { from: end - DAY, to: end, knownFrom: counted.from };
    const knowledge = await learnKnowledge(options, span);
    for (const detector of detectors) {
      options.signal?.throwIfAborted();
      if (!canLook(detector, store)) continue;
      const look = { ...span, from: Math.max(end - detector.window, counted.from) };
      const done = await lookOnce(detector, look, knowledge, options);
      for (const finding of done.findings) {
        if (finding.last < from) continue;
        const before = found.get(finding.key);
        found.set(finding.key, before ? mergeFindings(before, finding) : finding);
      }
      options.onLook?.(done);
    }
  }
  return [...found.values()].sort((a, b) => a.first - b.first || (a.key < b.key ? -1 : 1));
}

/** Ends of the days of a window, counted back from its end, in order. */
function endsOf(from: Micros, to: Micros): readonly Micros[] {
  const ends: Micros[] = [];
  for (let end = to; end > from; end -= DAY) ends.unshift(end);
  return ends;
}

/** One look; what goes wrong with one detector is its own. */
export async function lookOnce(
  detector: AnyDetector,
  span: Span,
  knowledge: Knowledge,
  deps: DetectDeps,
): Promise<LookDone> {
  const { from, to } = span;
  const startedAt = performance.now();
  try {
    const look = await runDetector(
      detector,
      span,
      knowledge,
      deps,
      deps.parameters?.[detector.name],
    );
    const { findings, ms, cut } = look;
    return { detector: detector.name, from, to, findings, ms, ...(cut ? { cut } : {}) };
  } catch (error) {
    if (deps.signal?.aborted) throw error;
    const ms = performance.now() - startedAt;
    return { detector: detector.name, from, to, findings: [], ms, error };
  }
}
