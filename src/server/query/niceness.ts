import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As `nice` counts. Of a worker: less than ordinary, far from idle. */
export const NICE = 5;
/** Of a worker that lets others go first: it gets a quarter of what they do. */
export const NICE_BEHIND = 11;

/**
 * Sets how nice every thread of a process is; false where that is not allowed, as it is not to take niceness back
 * without the right to. Linux counts it by thread, other systems by process.
 */
export function setNiceness(pid: number, nice: number): boolean {
  try {
    for (const thread of threadsOf(pid)) setPriority(thread, nice);
    return true;
  } catch {
    // The process or one of its threads has ended, or may not be changed: the caller does without.
    return false;
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    // There is no such folder on other systems.
    return [pid];
  }
}
