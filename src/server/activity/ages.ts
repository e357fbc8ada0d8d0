import { MICROS_PER_DAY } from '#core/base/index.ts';

/** How long the tables are kept unless configured, µs: as long as what reads them looks back. */
export const ACTIVITY_AGES: Readonly<Record<string, number>> = {
  PairHours: 35 * MICROS_PER_DAY,
  HostHours: 70 * MICROS_PER_DAY,
  PairDays: 90 * MICROS_PER_DAY,
};
