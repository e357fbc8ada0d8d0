import type { Pattern } from './pattern.ts';

/** One thing that a field's value is compared with. */
export type Test =
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly isCased: boolean }
  | {
      readonly kind: 'number';
      readonly compare: Comparison;
      readonly value: number;
      readonly part?: TimePart;
    }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly isThere: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly range: string }
  | {
      readonly kind: 'field';
      readonly other: string;
      readonly isCased: boolean;
      readonly how: 'equals' | 'startswith' | 'endswith' | 'contains';
    };

export type Comparison = '==' | '<' | '<=' | '>' | '>=';
export const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** What a search asks of an event. */
export type Search =
  | { readonly op: 'and' | 'or'; readonly parts: readonly Search[] }
  | { readonly op: 'not'; readonly part: Search }
  | {
      readonly op: 'field';
      readonly field: string;
      readonly tests: readonly Test[];
      readonly isAll: boolean;
    }
  | {
      readonly op: 'keywords';
      readonly patterns: readonly Pattern[];
      readonly regexes: readonly string[];
      readonly isAll: boolean;
    };

/** Thrown where a rule asks for something that cannot be done, with the path of what asks. */
export class SearchError extends Error {
  readonly path: readonly PropertyKey[];
  readonly advice: string;

  constructor(path: readonly PropertyKey[], message: string, advice: string) {
    super(message);
    this.path = path;
    this.advice = advice;
  }
}
