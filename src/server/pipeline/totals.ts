/** What was decided about an object at its beginning and how many records it held so far; kept with its checkpoint. */
export interface ObjectReader {
  readonly format: string;
  readonly context: unknown;
  /** Records up to the checkpoint: what is known when the object is given again. */
  readonly records: number;
  /** True when a person named the format and nothing of it was stored: perhaps it was the wrong one. */
  readonly isDoubtful?: boolean;
}

/** What became of one object, or of several added up. records = stored + known + quarantined, always. */
export interface Counts {
  records: number;
  stored: number;
  known: number;
  quarantined: number;
}

export interface ObjectTotals extends Counts {
  readonly object: string;
  /** Name of the format; '' while it is not known. */
  format: string;
  /** Uncompressed bytes read. */
  bytes: number;
  /** What the object looks like and what is accepted, when it is of no format. */
  refused: string | null;
  /** The name under which the same content was read before. */
  readonly knownAs: string | null;
  /** A sentence, when reading ended before the object did. */
  readProblem: string | null;
}

/** Why nothing of an object was read, as a sentence; null when something was, or there was nothing in it. */
export function whyUnread({ refused, readProblem, stored, known }: ObjectTotals): string | null {
  return refused ?? (stored + known === 0 ? readProblem : null);
}
