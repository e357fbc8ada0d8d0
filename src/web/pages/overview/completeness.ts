import type { Completeness } from '#core/contract/index.ts';
import { exactNumber, formatCount } from '#web/base/format.ts';

export interface Whole {
  readonly received: number;
  readonly lost: number;
  /** Stored or known already, of received; 1 while nothing has been received. */
  readonly share: number;
  readonly sentence: string;
}

/** All sources together: received = stored + known + lost. */
export function completenessOf(sources: readonly Completeness[]): Whole {
  const received = sources.reduce((sum, s) => sum + s.received, 0);
  const lost = sources.reduce(
    (sum, s) => sum + s.losses.reduce((n, loss) => n + loss.records, 0),
    0,
  );
  const share = received === 0 ? 1 : (received - lost) / received;
  const sentence =
    received === 0
      ? 'nothing received in the last day'
      : lost === 0
        ? `all ${formatCount(received)} records received`
        : `${exactNumber(lost)} of ${formatCount(received)} records lost, all counted`;
  return { received, lost, share, sentence };
}
