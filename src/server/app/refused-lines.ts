import { Feed, recogniseFeed } from '#core/intel/index.ts';
import { findRefusedLines } from '#server/enrich/index.ts';
import type { Log } from '#server/http/index.ts';
import { CommandError } from './command.ts';

/**
 * Lines of the configuration's `indicators` that say nothing to anybody: neither a bad address nor an indicator, each file
 * with a sentence. Throws with the name of a file that cannot be read.
 */
export const refusedLines = (indicators: readonly string[]) =>
  findRefusedLines(indicators, linesOfIndicators);

/** The lines of a text that its feed takes; all of one in JSON, of whose elements the feed tells by itself. */
function linesOfIndicators(text: string): ReadonlySet<number> {
  const feed = new Feed(text);
  if (feed.records) return new Set(Array.from(text.split('\n'), (_, i) => i + 1));
  const entries = [...(recogniseFeed(text)?.read(feed) ?? [])];
  return new Set(entries.flatMap((entry) => ('indicators' in entry ? entry.at : [])));
}

/** Lines of lists that cannot be read, in the log. Throws CommandError when a list is not there, rather than let every reduction fail. */
export function tellRefusedLines(indicators: readonly string[], log: Log): void {
  try {
    for (const { says } of refusedLines(indicators)) log.warn(says);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(message, 'Correct it, or take it out of the configuration.', error);
  }
}
