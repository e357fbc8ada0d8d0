import type { BoundColumn } from '../bound/expr.ts';
import type { HostParams, Rel } from './plan.ts';

/** What a host stage may ask of the engine: rows of a relation over temporary ones, as values of JavaScript. */
export type Ask = (rel: Rel) => Promise<readonly (readonly unknown[])[]>;

export interface HostExpansion {
  readonly rel: Rel;
  readonly columns: readonly BoundColumn[];
}

type Expander = (input: Rel, params: HostParams, ask: Ask) => Promise<HostExpansion>;

const EXPANDERS: Readonly<Record<string, Expander>> = {};

/** Runs the code of a host stage: asks what it has to know, and says what the relation becomes. */
export function expandHost(
  host: string,
  input: Rel,
  params: HostParams,
  ask: Ask,
): Promise<HostExpansion> {
  const expander = EXPANDERS[host];
  if (!expander) throw new Error(`no such host stage: ${host}`);
  return expander(input, params, ask);
}
