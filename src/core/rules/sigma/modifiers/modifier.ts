import type { Pattern } from '../pattern.ts';
import type { Comparison, TimePart } from '../search.ts';

/** A value on its way through the modifiers of its field. */
export type Value =
  | { readonly kind: 'text'; readonly pattern: Pattern; readonly raw: string }
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

/** `how` says what the values mean once all modifiers are applied. */
export interface Item {
  readonly values: readonly Value[];
  readonly how: 'match' | 'regex' | 'cidr' | 'exists' | 'field';
  readonly isAll: boolean;
  readonly isCased: boolean;
  readonly isNegated: boolean;
  readonly compare: Comparison;
  readonly part?: TimePart;
  /** For `field`: where in this field the other stands. */
  readonly place: 'equals' | 'startswith' | 'endswith' | 'contains';
  /** Of a regular expression: i, m, s. */
  readonly flags: string;
  /** How many values were written; a single one cannot have `all`. */
  readonly written: number;
}

export interface ModifierContext {
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
}

/** Thrown by modifiers: what is wrong, what to do. */
export class ModifierError extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** One modifier: `field|name`. Applied from left to right. */
export interface Modifier {
  readonly name: string;
  apply(item: Item, context: ModifierContext): Item;
}

export function eachValue(item: Item, change: (value: Value) => readonly Value[]): Item {
  return { ...item, values: item.values.flatMap(change) };
}

export function needText(value: Value, modifier: string): Extract<Value, { kind: 'text' }> {
  if (value.kind === 'text') return value;
  if (value.kind === 'number') return textValue(String(value.value));
  throw new ModifierError(
    `${modifier} goes with text`,
    `Take ${modifier} away, or quote the value.`,
  );
}

export function textValue(text: string): Extract<Value, { kind: 'text' }> {
  return { kind: 'text', pattern: { pieces: text === '' ? [] : [text] }, raw: text };
}
