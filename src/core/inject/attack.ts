import type { Day } from './day.ts';
import type { Host } from './estate.ts';

export type Shape = Readonly<Record<string, number | string>>;

/** What really happened: the truth that findings are compared with. */
export interface Attack {
  /** The address that acts; for a flood from many sources, the target. */
  readonly actor: string;
  readonly targets: readonly string[];
  /** Addresses any of which a finding may name: by default the actor and the targets. */
  readonly names?: readonly string[];
  /** How many events it had: calls, attempts, flows. */
  readonly events: number;
  /** ms; the first and the last event. */
  readonly first: number;
  readonly last: number;
}

/** One kind of attack. */
export interface AttackKind {
  readonly name: string;
  /** ATT&CK technique. */
  readonly technique: string;
  readonly says: string;
  /** Shapes from easy to hard, which the full grid runs through. */
  readonly grid: readonly Shape[];
  /** Happens on `day`, to or from `victim`: a host that no other attack uses. */
  happen(day: Day, shape: Shape, victim: Host): Attack;
}

/** A number of a shape; throws when it is missing or no number, so that a scenario's typo is told. */
export function numberOf(shape: Shape, name: string): number {
  const value = shape[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`the shape needs a number ${name}`);
}
