import { type Entry, Feed, type FeedFormat } from './feed.ts';
import { FEED_FORMATS } from './formats/index.ts';
import type { Indicator, Refusal } from './indicator.ts';

/** A refused entry, for the person who keeps the list: line or element from 1. */
export interface RefusedEntry {
  readonly at: number;
  readonly refused: Refusal;
  readonly detail: string;
}

/** What a feed was found to hold. `entries` = `taken` + `withdrawn` + the sum of `refusals`. */
export interface FeedTotals {
  /** '' when the text holds nothing but comments. */
  readonly format: string;
  readonly entries: number;
  /** Entries that became indicators; one may become several. */
  readonly taken: number;
  /** Entries that end earlier ones. */
  readonly withdrawn: number;
  readonly indicators: number;
  readonly refusals: Readonly<Partial<Record<Refusal, number>>>;
  /** The first refusals of each reason. */
  readonly samples: readonly RefusedEntry[];
}

/** Where the content of a feed goes. */
export interface FeedSink {
  add(indicator: Indicator): void;
  /** The source's own key of an entry that no longer holds. */
  withdraw?(sourceId: string): void;
}

const SAMPLES_PER_REASON = 5;

/** The format that a text is in, told by its content; undefined when it holds nothing but comments. */
export function recogniseFeed(text: string): FeedFormat | undefined {
  const { head } = new Feed(text);
  return FEED_FORMATS.find((format) => format.accepts(head));
}

/**
 * Reads a feed whole. Every entry becomes indicators, a withdrawal, or a refusal that is counted. `format` names one of
 * FEED_FORMATS in the place of recognition; throws RangeError when there is none of that name.
 */
export function readFeed(text: string, sink: FeedSink, format?: string): FeedTotals {
  const feed = new Feed(text);
  const named = FEED_FORMATS.find((f) => f.name === format);
  if (format !== undefined && !named)
    throw new RangeError(
      `there is no feed format ${format}; there are ${FEED_FORMATS.map((f) => f.name).join(', ')}`,
    );
  const { head } = feed;
  const reader = named ?? FEED_FORMATS.find((f) => f.accepts(head));
  const counts = new Counts();
  for (const entry of reader?.read(feed) ?? []) counts.take(entry, sink);
  return counts.totals(reader?.name ?? '');
}

class Counts {
  #entries = 0;
  #taken = 0;
  #withdrawn = 0;
  #indicators = 0;
  readonly #refusals = new Map<Refusal, number>();
  readonly #samples: RefusedEntry[] = [];

  take(entry: Entry, sink: FeedSink): void {
    this.#entries++;
    if ('refused' in entry) {
      const count = (this.#refusals.get(entry.refused) ?? 0) + 1;
      this.#refusals.set(entry.refused, count);
      if (count <= SAMPLES_PER_REASON) this.#samples.push(entry);
    } else if ('withdraws' in entry) {
      this.#withdrawn++;
      sink.withdraw?.(entry.withdraws);
    } else {
      this.#taken++;
      this.#indicators += entry.indicators.length;
      for (const indicator of entry.indicators) sink.add(indicator);
    }
  }

  totals(format: string): FeedTotals {
    return {
      format,
      entries: this.#entries,
      taken: this.#taken,
      withdrawn: this.#withdrawn,
      indicators: this.#indicators,
      refusals: Object.fromEntries(this.#refusals),
      samples: this.#samples,
    };
  }
}
