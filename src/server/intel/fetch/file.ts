import { readFileSync, statSync } from 'node:fs';
import { LIMITS } from '../settings.ts';
import {
  Documents,
  FeedError,
  type FetchContext,
  type Fetched,
  memberOf,
  unpack,
} from './documents.ts';

/** A file of this machine; unchanged while its time and size are. */
export function fetchFile({ feed, cursor, folder }: FetchContext): Fetched {
  let stamp: string;
  try {
    const { mtimeMs, size } = statSync(feed.location);
    if (size > LIMITS.documentBytes)
      throw new FeedError(`${feed.location} is larger than 200 MiB, the most that is read.`);
    stamp = `${mtimeMs} ${size}`;
    if (memberOf(cursor, 'stamp') === stamp) return { isUnchanged: true };
    const documents = new Documents(folder);
    for (const document of unpack(readFileSync(feed.location))) documents.add(document);
    return { isUnchanged: false, files: documents.files, cursor: { stamp } };
  } catch (error) {
    if (error instanceof FeedError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new FeedError(`${feed.location} cannot be read: ${why}.`);
  }
}
