import { ACTIVITY_AGES } from '#server/activity/index.ts';
import type { Log } from '#server/http/index.ts';
import type { RetentionPolicy, UpkeepEvent } from '#server/store/index.ts';
import type { Config } from '../config/index.ts';
import { printSize } from '../format.ts';

/** The configuration's retention in the words of the store. */
export function readRetention({ budget, minFree, tables }: Config['retention']): RetentionPolicy {
  const ages = Object.entries(tables).flatMap(([table, keep]) =>
    keep?.maxAge === undefined ? [] : [[table, keep.maxAge * 1000] as const],
  );
  return {
    maxAge: { ...ACTIVITY_AGES, ...Object.fromEntries(ages) },
    reserveBytes: minFree,
    ...(budget === undefined ? {} : { budgetBytes: budget }),
  };
}

/** What upkeep did, in the log. */
export function tellUpkeep(event: UpkeepEvent, log: Log): void {
  switch (event.kind) {
    case 'compacted':
      log.debug('compacted', { ...event.compaction });
      return;
    case 'retained': {
      const { expiredSegments, expiredBytes, missingBytes } = event.pass;
      if (expiredSegments > 0)
        log.info('retention deleted old data', {
          segments: expiredSegments,
          size: printSize(expiredBytes),
        });
      if (missingBytes > 0)
        log.warn('room is short, and nothing more may be deleted', {
          missing: printSize(missingBytes),
        });
      return;
    }
    case 'failed':
      log.error(`${event.task} failed; it is tried again`, { error: event.error });
  }
}
