import type { HostFunction } from '../dialect/dialect.ts';
import { FUNCTIONS } from './index.ts';
import { INTERNAL } from './internal.ts';

/** Every function that runs in JavaScript, for an engine to register before it runs a plan. */
export const HOST_FUNCTIONS: readonly HostFunction[] = [
  ...INTERNAL,
  ...[...FUNCTIONS.values()].flatMap((row) => ('host' in row ? [row.host as HostFunction] : [])),
];
