import { type Facts, type Indicator, indicatorOf, type Refusal } from './indicator.ts';
import { type JsonObject, type JsonRecord, jsonRecords } from './json-records.ts';
import { type Hint, type Observed, observe } from './observable.ts';

/** What became of one line or element of a feed. There is exactly one of these for each: that is how nothing is lost. */
export type Entry =
  | { readonly at: number; readonly indicators: readonly [Indicator, ...Indicator[]] }
  | { readonly at: number; readonly refused: Refusal; readonly detail: string }
  | { readonly at: number; readonly withdraws: string };

/**
 * A form that feeds come in, told by its content. `accepts` sees the beginning and is false when unsure; the first format
 * of the list that accepts a text reads it.
 */
export interface FeedFormat {
  readonly name: string;
  readonly title: string;
  accepts(head: FeedHead): boolean;
  read(feed: Feed): Iterable<Entry>;
}

/** The beginning of a feed, as formats are told by. */
export interface FeedHead {
  /** First lines that are not blank, trimmed. */
  readonly lines: readonly string[];
  /** Those of them that begin with none of `#`, `;`, `//` and `!`. */
  readonly data: readonly string[];
  /** First entries when the text is JSON or NDJSON. */
  readonly objects: readonly JsonObject[];
}

const HEAD_LINES = 64;
const COMMENT = /^(#|;|\/\/|!)/;

/** A whole feed as text, and the forms that formats read it in. */
export class Feed {
  readonly text: string;
  #records: readonly JsonRecord[] | undefined;
  #isParsed = false;

  constructor(text: string) {
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  /** Entries of a JSON text; undefined when it is none. */
  get records(): readonly JsonRecord[] | undefined {
    if (!this.#isParsed) this.#records = jsonRecords(this.text);
    this.#isParsed = true;
    return this.#records;
  }

  /** Lines that are not blank, trimmed, with their number from 1. */
  *lines(): Generator<{ readonly at: number; readonly line: string }> {
    let number = 0;
    for (let start = 0; start < this.text.length; ) {
      const found = this.text.indexOf('\n', start);
      const end = found < 0 ? this.text.length : found;
      number++;
      const line = this.text.slice(start, end).trim();
      if (line !== '') yield { at: number, line };
      start = end + 1;
    }
  }

  /** Lines that are neither blank nor comments. */
  *dataLines(): Generator<{ readonly at: number; readonly line: string }> {
    for (const item of this.lines()) if (!COMMENT.test(item.line)) yield item;
  }

  get head(): FeedHead {
    const lines: string[] = [];
    for (const { line } of this.lines()) if (lines.push(line) === HEAD_LINES) break;
    const objects = (this.records ?? [])
      .slice(0, HEAD_LINES)
      .flatMap(({ value }) => (value ? [value] : []));
    return { lines, data: lines.filter((line) => !COMMENT.test(line)), objects };
  }
}

/** The entry of one value: an indicator, or why it is none. */
export function entryOf(where: number, raw: string, facts: Facts, hint: Hint = 'any'): Entry {
  return entryFrom(where, raw, observe(raw, hint), facts);
}

export function entryFrom(where: number, raw: string, seen: Observed, facts: Facts): Entry {
  return 'refused' in seen
    ? refusal(where, seen.refused, raw)
    : { at: where, indicators: [indicatorOf(seen, raw, facts)] };
}

export const refusal = (where: number, refused: Refusal, detail = ''): Entry => ({
  at: where,
  refused,
  detail: detail.slice(0, 200),
});

/**
 * One entry of several values that one record names: all that can be looked for, or the first reason when none can.
 */
export function entryOfAll(
  where: number,
  values: readonly { readonly raw: string; readonly seen: Observed }[],
  facts: Facts,
): Entry {
  const indicators: Indicator[] = [];
  let first: Entry | undefined;
  for (const { raw, seen } of values) {
    if ('refused' in seen) first ??= refusal(where, seen.refused, raw);
    else indicators.push(indicatorOf(seen, raw, facts));
  }
  const [head, ...rest] = indicators;
  return head
    ? { at: where, indicators: [head, ...rest] }
    : (first ?? refusal(where, 'no-observable'));
}
