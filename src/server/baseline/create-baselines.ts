import { zstdCompressSync } from 'node:zlib';
import type { Finding } from '#core/alert/index.ts';
import { type Micros, printDay } from '#core/base/index.ts';
import { encodeRows } from '#core/parquet/index.ts';
import { anomalies } from '#core/schema/index.ts';
import type { SegmentDraft, Store } from '#server/store/index.ts';
import { type Found, HOUR, type LookDeps, lookAtHours } from './look.ts';
import { anomalyRow, findingOf } from './tell.ts';

export interface BaselineOptions extends Pick<LookDeps, 'query'> {
  readonly store: Store;
  /** µs. */
  readonly clock: () => number;
  /** Handed on before the hour counts as looked at: after a crash they come again. */
  readonly onFindings: (findings: readonly Finding[]) => Promise<unknown>;
  readonly onError?: (error: unknown) => void;
  /** How long after a change of HostHours a look begins, ms. 30 s unless given. */
  readonly quietMs?: number;
}

export interface Baselines {
  start(): void;
  /** Resolves when every hour that can be judged was. */
  settle(): Promise<void>;
  /** The end of the last hour that was looked at, µs; 0 before. */
  lookedUpTo(): Micros;
  stop(): Promise<void>;
}

const IDENTITY = 'weir:baselines';
const QUIET_MS = 30_000;
/** An hour that is over by so much gets no rows of streams any more. */
const LATE: Micros = 600_000_000;
/** What is loaded from an archive is judged for so long before its end. */
const BACK: Micros = 7 * 24 * HOUR;

/** Judges each counted hour once. Inert until started. */
export function createBaselines(options: BaselineOptions): Baselines {
  const { store, clock, query, quietMs = QUIET_MS } = options;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopListening: (() => void) | undefined;

  const lookedUpTo = () => store.checkpoint(IDENTITY)?.position ?? 0;

  /** Starts of the hours to judge, oldest first. */
  function due(): readonly Micros[] {
    const hours = [
      ...new Set(
        store.segments({ table: 'HostHours' }).flatMap((s) => s.ranges['TimeGenerated']?.[0] ?? []),
      ),
    ].sort((a, b) => a - b);
    const newest = hours.at(-1);
    if (newest === undefined) return [];
    const from = lookedUpTo() || newest - BACK;
    return hours.filter((hour) => hour >= from && (hour < newest || clock() >= hour + HOUR + LATE));
  }

  /** Hours of one day. */
  async function judgeHours(hours: readonly Micros[]): Promise<void> {
    const found = await lookAtHours(hours, { query, signal: ending.signal });
    const findings = found.flatMap((one) => findingOf(one) ?? []);
    if (findings.length > 0) await options.onFindings(findings);
    await store.commit({
      segments: draftOf(found),
      checkpoints: [
        {
          identity: IDENTITY,
          source: 'baselines',
          object: 'hours that were judged',
          position: Math.max(...hours) + HOUR,
          from: lookedUpTo(),
          state: {},
        },
      ],
    });
  }

  async function work(): Promise<void> {
    for (const hours of Map.groupBy(due(), printDay).values()) {
      if (ending.signal.aborted) return;
      await judgeHours(hours);
    }
  }

  function begin(): Promise<void> {
    running ??= work()
      .catch((error: unknown) => {
        if (ending.signal.aborted) return;
        options.onError?.(error);
        throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  function wake(): void {
    if (timer !== undefined || ending.signal.aborted) return;
    timer = setTimeout(() => {
      timer = undefined;
      // Told by onError; the next change tries again.
      begin().catch(() => {});
    }, quietMs);
    timer.unref();
  }

  return {
    start() {
      stopListening ??= store.onChange((tables) => {
        if (tables.has('HostHours')) wake();
      });
      wake();
    },
    async settle() {
      await running?.catch(() => {});
      await begin();
    },
    lookedUpTo,
    async stop() {
      ending.abort();
      stopListening?.();
      clearTimeout(timer);
      await running?.catch(() => {});
    },
  };
}

/** What was found on one day. */
function draftOf(found: readonly Found[]): readonly SegmentDraft[] {
  const [first] = found;
  if (!first) return [];
  const compress = (bytes: Uint8Array) => zstdCompressSync(bytes);
  const { bytes, rows, ranges } = encodeRows(anomalies, found.map(anomalyRow), { compress });
  const day = printDay(first.point.at);
  return [{ table: anomalies.name, day, rows, ranges, isSorted: false, content: { bytes } }];
}
