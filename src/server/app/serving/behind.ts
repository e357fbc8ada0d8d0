import type { Micros } from '#core/base/index.ts';
import type { Behind } from '#core/contract/index.ts';
import type { Activity } from '#server/activity/index.ts';
import type { Detection } from '#server/detect/index.ts';
import type { Reducer } from '#server/reduce/index.ts';
import type { Scheduler } from '#server/rules/index.ts';
import { printCount } from '../format.ts';

export interface BehindDeps {
  readonly reducer: Pick<Reducer, 'state'>;
  readonly activity: Pick<Activity, 'state'>;
  readonly detection: Pick<Detection, 'state' | 'waiting'>;
  readonly scheduler: Pick<Scheduler, 'lag'>;
  /** µs. */
  readonly clock: () => Micros;
}

/** How far everything that follows the store is behind it, and why. */
export function tellBehind(deps: BehindDeps): Behind[] {
  return [tellReducing(deps), tellCounting(deps), tellLooking(deps), tellRules(deps)];
}

const NOTHING_WAITS = 'Nothing waits.';
const secondsSince = (since: Micros | undefined, now: Micros): number =>
  since === undefined ? 0 : Math.max(0, Math.round((now - since) / 1e6));

function tellReducing({ reducer, clock }: BehindDeps): Behind {
  const { isCurrent, waitingSince, lastError } = reducer.state();
  return stageOf('reducing', secondsSince(waitingSince, clock()), lastError, {
    none: isCurrent ? NOTHING_WAITS : 'It begins a few seconds after rows come.',
    some: 'Rows are folded an hour of event time at once, the newest hour again as it grows.',
  });
}

function tellCounting({ activity, clock }: BehindDeps): Behind {
  const { waitingRows, waitingSince, isRunning, lastError } = activity.state();
  return stageOf('counting', secondsSince(waitingSince, clock()), lastError, {
    none: NOTHING_WAITS,
    some: `${printCount(waitingRows)} rows wait${isRunning ? ', and some are being counted now' : ''}. Detectors see them once they are counted.`,
  });
}

function tellLooking({ detection, clock }: BehindDeps): Behind {
  const looked = detection.state().filter((d) => d.lookedAt > 0);
  const failed = looked.filter((d) => d.error !== '');
  const { names, since } = detection.waiting();
  return stageOf(
    'looking',
    secondsSince(since, clock()),
    failed[0] ? `${failed.map((d) => d.name).join(', ')}: ${failed[0].error}` : null,
    {
      none: NOTHING_WAITS,
      some: `${looked.length === 0 ? 'No detector has looked yet' : `${names.length} of ${looked.length} detectors, ${names[0]} among them, have yet to look`} at what was counted last. What looks far back looks again 45 seconds later at the soonest.`,
    },
  );
}

function tellRules({ scheduler }: BehindDeps): Behind {
  const { sources, waitMicros } = scheduler.lag();
  const [slowest] = sources.toSorted((a, b) => b.lag - a.lag);
  const says = slowest
    ? `Rules wait for ${slowest.source}, whose rows come up to ${printLag(slowest.lag)} late.`
    : 'Rules wait so long for rows that come late; none came within the last hour.';
  return { stage: 'rules', lagSeconds: Math.round(waitMicros / 1e6), hasFailed: false, says };
}

const printLag = (lag: Micros): string =>
  lag < 120e6 ? `${Math.round(lag / 1e6)} s` : `${Math.round(lag / 60e6)} min`;

function stageOf(
  stage: Behind['stage'],
  lagSeconds: number,
  error: string | null,
  says: { readonly none: string; readonly some: string },
): Behind {
  if (error !== null)
    return { stage, lagSeconds, hasFailed: true, says: `It failed and is tried again: ${error}` };
  return { stage, lagSeconds, hasFailed: false, says: lagSeconds > 0 ? says.some : says.none };
}
