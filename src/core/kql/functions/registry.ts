import type { HostFunction, Natives } from '../dialect/dialect.ts';
import { isOutgrown } from '../limits.ts';
import { walkFunction } from '../machine/machine.ts';
import { isHostRow } from './host.ts';
import { FUNCTIONS } from './index.ts';
import { INTERNAL } from './internal.ts';

/** Every function that runs in JavaScript, for an engine to register before it runs a plan. */
export function hostFunctions(natives: Natives): HostFunction[] {
  const rows = [...FUNCTIONS.values()].filter(isHostRow);
  return [...INTERNAL, walkFunction(natives), ...rows.map((row) => row.host(natives))].map(bounded);
}

/** What outgrows JavaScript has no value: JSON nested deeper than can be walked, a text longer than there can be. */
export function bounded(fn: HostFunction): HostFunction {
  const call: HostFunction['call'] = (...args) => {
    try {
      return fn.call(...args);
    } catch (error) {
      if (isOutgrown(error)) return null;
      throw error;
    }
  };
  return { ...fn, call };
}
