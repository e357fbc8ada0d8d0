import type { HostFunction, Natives } from '../dialect/dialect.ts';
import { walkFunction } from '../machine/machine.ts';
import { isHostRow } from './host.ts';
import { FUNCTIONS } from './index.ts';
import { INTERNAL } from './internal.ts';

/** Every function that runs in JavaScript, for an engine to register before it runs a plan. */
export function hostFunctions(natives: Natives): HostFunction[] {
  const rows = [...FUNCTIONS.values()].filter(isHostRow);
  return [...INTERNAL, walkFunction(natives), ...rows.map((row) => row.host(natives))].map(bounded);
}

/**
 * What is out of JavaScript's range has no value: JSON nested deeper than can be walked, and what an infinite number or
 * one beyond 64 bits would be converted to. Functions rely on it.
 */
function bounded(fn: HostFunction): HostFunction {
  const call: HostFunction['call'] = (...args) => {
    try {
      return fn.call(...args);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  };
  return { ...fn, call };
}
