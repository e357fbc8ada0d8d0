import { LIMITS } from '../settings.ts';
import {
  ask,
  Documents,
  FeedError,
  type FetchContext,
  type Fetched,
  memberOf,
  parseJson,
} from './documents.ts';

const ACCEPT = { accept: 'application/taxii+json;version=2.1' } as const;

/**
 * TAXII 2.1: the objects of a collection (`…/collections/ID/`), or of every readable collection of an API root, added since
 * the last sync. The next page is asked for by `next`, or by the date of the last object where the server gives none.
 * Source: TAXII 2.1 (OASIS, June 2021), sections 3.4, 3.5, 5.4.
 */
export async function fetchTaxii(context: FetchContext): Promise<Fetched> {
  const documents = new Documents(context.folder);
  const dates: Record<string, string> = {};
  for (const collection of await collectionsOf(context)) {
    const before = memberOf(memberOf(context.cursor, 'dates'), collection);
    const last = await readCollection(collection, before, context, documents);
    if (last !== undefined) dates[collection] = last;
  }
  if (documents.files.length === 0) return { isUnchanged: true };
  return { isUnchanged: false, files: documents.files, cursor: { dates } };
}

/** Addresses of collections, each with a slash at its end. */
async function collectionsOf(context: FetchContext): Promise<readonly string[]> {
  const { location } = context.feed;
  const one = /^(.*\/collections\/[^/]+)\/?(?:objects\/?)?$/.exec(location)?.[1];
  if (one !== undefined) return [`${one}/`];
  const root = location.replace(/(\/collections)?\/*$/, '');
  const { body } = await ask(`${root}/collections/`, context, { headers: ACCEPT });
  const listed = memberOf(parseJson(body, 'The list of collections'), 'collections');
  const readable = (Array.isArray(listed) ? listed : []).filter(
    (item: unknown) => memberOf(item, 'can_read') !== false,
  );
  if (readable.length === 0)
    throw new FeedError('It has no collection that may be read; check its address and auth.');
  return readable.map(
    (item: unknown) => `${root}/collections/${encodeURIComponent(String(memberOf(item, 'id')))}/`,
  );
}

/** Reads pages until there are no more. Returns the date to go on from; undefined when nothing was there. */
async function readCollection(
  collection: string,
  since: unknown,
  context: FetchContext,
  documents: Documents,
): Promise<string | undefined> {
  let last = typeof since === 'string' ? since : undefined;
  // A second of overlap: objects of one instant may be added one after the other. Equal ones are one row.
  let after = last === undefined ? undefined : earlier(last);
  let next: string | undefined;
  const asked = new Set<string>();
  for (let page = 0; page < LIMITS.pages; page++) {
    const url = new URL(`${collection}objects/`);
    if (after !== undefined) url.searchParams.set('added_after', after);
    if (next !== undefined) url.searchParams.set('next', next);
    if (asked.has(url.href)) throw new FeedError('It sends the same page again and again.');
    asked.add(url.href);
    const { headers, body } = await ask(url.href, context, { headers: ACCEPT });
    const envelope = body.length === 0 ? {} : parseJson(body, 'A page of objects');
    const objects = memberOf(envelope, 'objects');
    if (Array.isArray(objects) && objects.length > 0) documents.add(body);
    const added = headers['x-taxii-date-added-last'];
    if (typeof added === 'string') last = added;
    if (memberOf(envelope, 'more') !== true) return last;
    const token = memberOf(envelope, 'next');
    if (typeof token === 'string' && token !== '') next = token;
    else {
      if (typeof added !== 'string' || added === after)
        throw new FeedError('It says that there is more, but not where.');
      next = undefined;
      after = added;
    }
  }
  throw new FeedError(`It has more than ${LIMITS.pages} pages; narrow it down.`);
}

function earlier(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? date : new Date(at - 1000).toISOString();
}
