import { type Day, HOUR } from './day.ts';
import type { Host } from './estate.ts';

export type Shape = Readonly<Record<string, number | string>>;

/** Who really did what to whom: what findings are compared with. When is told by what was said of it. */
export interface Attack {
  /** The address that acts; for a flood from many sources, the target. */
  readonly actor: string;
  readonly targets: readonly string[];
  /** Others that act: sources of a flood, targets that go on. To name one of them as the doer finds the attack too. */
  readonly alsoActs?: readonly string[];
  /** Of whom a finding may speak that names no doer: what is flooded, what was opened, what is guessed at from outside. */
  readonly victims?: readonly string[];
}

/** One kind of attack. */
export interface AttackKind {
  readonly name: string;
  /** ATT&CK technique. */
  readonly technique: string;
  readonly says: string;
  /** Shapes from easy to hard, which the full grid runs through. */
  readonly grid: readonly Shape[];
  /** Happens on `day`, to or from `victim`: a host that no other attack uses, unless a campaign goes on from it. */
  happen(day: Day, shape: Shape, victim: Host): Attack;
}

/** A number of a shape; throws when it is missing or no number, so that a scenario's typo is told. */
export function numberOf(shape: Shape, name: string): number {
  const value = shape[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`the shape needs a number ${name}`);
}

/** A number of a shape that need not be there. */
export const numberOr = (shape: Shape, name: string, otherwise: number): number =>
  shape[name] === undefined ? otherwise : numberOf(shape, name);

/** When an attack begins, ms: at the hour `from` of its shape, or at some moment between two hours of the day. */
export const beginOf = (day: Day, shape: Shape, low: number, high: number): number =>
  day.start + numberOr(shape, 'from', low + (high - low) * day.random.next()) * HOUR;

/** Days before the last on which an attack with a history went on already: `days` of its shape, as far as there are. */
export const pastOf = (day: Day, shape: Shape): number =>
  Math.min(day.index, numberOr(shape, 'days', 1) - 1);

/** The server that an attack is at: the one numbered `server` in its shape, or any. */
export function serverOf(day: Day, shape: Shape): Host {
  const servers = day.estate.hosts.filter((h) => h.role !== 'workstation');
  const named = shape['server'] === undefined ? undefined : servers[numberOf(shape, 'server')];
  return named ?? day.random.pick(servers);
}
