import type { StatusAnswer } from '#core/contract/index.ts';
import type { Filters } from '#web/base/selection.ts';
import type { Scope } from '#web/query/index.ts';

/** What the sentences are computed for. */
export interface Context {
  readonly scope: Scope;
  readonly status: StatusAnswer;
  readonly hasRollups: boolean;
  /** `the day before`. */
  readonly beforeName: string;
  readonly now: number;
}

/** Where a sentence leads: a query in Explore, a narrower Overview, or another page. */
export type Step =
  | { readonly text: string; readonly kql: string }
  | { readonly text: string; readonly filters: Filters }
  | { readonly text: string; readonly page: string };

/** Something a person would tell a colleague. */
export interface Change {
  readonly id: string;
  readonly tone: 'bad' | 'deny' | 'info';
  /** Larger comes first: 100 and more needs a look now, 50 today, 10 some day. */
  readonly weight: number;
  /** The news, in bold; what follows completes the sentence. */
  readonly news: string;
  readonly rest: string;
  /** The evidence. */
  readonly why: string;
  readonly steps: readonly Step[];
  /** Addresses of an incident: guesses about nobody else need not be said as well. */
  readonly covers?: readonly string[];
  /** Addresses that a guess is about. */
  readonly about?: readonly string[];
}

/** What is to be said, the weightiest first: without guesses about those whom an incident covers already. */
export function chooseChanges(changes: readonly Change[]): readonly Change[] {
  const incidents = changes.flatMap((c) => (c.covers ? [new Set(c.covers)] : []));
  return changes
    .filter(({ about }) => !about || !incidents.some((i) => about.every((a) => i.has(a))))
    .toSorted((a, b) => b.weight - a.weight);
}

export type Row = Readonly<Record<string, unknown>>;

/** One thing that Weir looks for on the Overview. */
export interface Finding {
  readonly id: string;
  /** What it asks; undefined when it cannot be asked here, or needs nothing beside the status. */
  readonly kql: (context: Context) => string | undefined;
  readonly judge: (rows: readonly Row[], context: Context) => readonly Change[];
}

export const defineFinding = (finding: Finding): Finding => Object.freeze(finding);
