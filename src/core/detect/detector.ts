import type { Micros } from '#core/base/index.ts';
import type { Claim, DetectorText } from './claim.ts';
import type { Knowledge } from './knowledge.ts';
import type { Span } from './kql.ts';
import type { Row } from './row.ts';
import type { Sample } from './sample.ts';

/** What a detector can be told, and what it takes when it is not told. */
export interface Parameter {
  readonly value: number;
  /** One sentence: what it decides. */
  readonly meaning: string;
}

export type Parameters = Readonly<Record<string, Parameter>>;
export type Values<P extends Parameters = Parameters> = { readonly [K in keyof P]: number };

/** One look at stored time. */
export interface Pass<P extends Parameters = Parameters> extends Span {
  readonly values: Values<P>;
  readonly knowledge: Knowledge;
}

/**
 * One way to find something in what hosts did. Candidates are reduced by the engine (KQL over the tables of `reads`);
 * scoring is pure, so that a finding can be computed again from the rows it came from.
 */
export interface Detector<P extends Parameters = Parameters> extends DetectorText {
  readonly parameters: P;
  /** Tables it reads: it rests while one of them is empty. */
  readonly reads: readonly string[];
  /** How far back one look goes, µs. */
  readonly window: Micros;
  /** How often it looks at the running day, µs of event time; what looks every minute looks at the last two hours only. */
  readonly every: Micros;
  /** KQL that yields the rows worth scoring; undefined where it has nothing to ask (no zones, no past to compare with). */
  readonly candidates: (pass: Pass<P>) => string | undefined;
  readonly score: (rows: readonly Row[], pass: Pass<P>) => readonly Claim[];
  /** Each must be found by it. */
  readonly fires: readonly Sample[];
  /** None of these may. */
  readonly silent: readonly Sample[];
}

/** A detector as lists hold it, whatever its parameters are called. */
export type AnyDetector = Detector<Parameters>;

export const MINUTE: Micros = 60_000_000;
export const HOUR: Micros = 3_600_000_000;
export const DAY: Micros = 24 * HOUR;

/** Checks nothing and changes nothing: it gives `parameters` and `values` one type. */
export function defineDetector<const P extends Parameters>(detector: Detector<P>): AnyDetector {
  // A list of detectors hands each the values of its own parameters, which the names are taken from.
  return detector as unknown as AnyDetector;
}

/** A detector's parameters as a pass wants them: what is set, else the default. Unknown names are left out. */
export function valuesOf(
  detector: Pick<AnyDetector, 'parameters'>,
  set: Readonly<Record<string, number>> = {},
): Values {
  return Object.fromEntries(
    Object.entries(detector.parameters).map(([name, p]) => [name, set[name] ?? p.value]),
  );
}
