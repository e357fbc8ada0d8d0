import type { HostFunction, Natives } from '../dialect/dialect.ts';
import { isHostRow } from './host.ts';
import { FUNCTIONS } from './index.ts';
import { INTERNAL } from './internal.ts';

/** Every function that runs in JavaScript, for an engine to register before it runs a plan. */
export function hostFunctions(natives: Natives): HostFunction[] {
  const rows = [...FUNCTIONS.values()].filter(isHostRow);
  return [...INTERNAL, ...rows.map((row) => row.host(natives))];
}
