import type { Day } from './day.ts';

/** Something harmless that happens every day. */
export interface Habit {
  readonly name: string;
  /** One sentence: what happens, and what it looks like when it is hard. */
  readonly says: string;
  /** True for what looks like an attack to a careless detector: it counts as false positives only. */
  readonly isHard: boolean;
  happen(day: Day): void;
}
