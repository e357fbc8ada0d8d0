import { ask, Documents, type FetchContext, type Fetched, memberOf, unpack } from './documents.ts';

/** One document under a URL, asked for only when it changed (ETag, Last-Modified). */
export async function fetchUrl(context: FetchContext): Promise<Fetched> {
  const { feed, cursor, folder } = context;
  const etag = memberOf(cursor, 'etag');
  const modified = memberOf(cursor, 'modified');
  const { status, headers, body } = await ask(feed.location, context, {
    headers: {
      ...(typeof etag === 'string' ? { 'if-none-match': etag } : {}),
      ...(typeof modified === 'string' ? { 'if-modified-since': modified } : {}),
    },
  });
  if (status === 304) return { isUnchanged: true };
  const documents = new Documents(folder);
  for (const document of unpack(body)) documents.add(document);
  return {
    isUnchanged: false,
    files: documents.files,
    cursor: {
      ...(headers.etag === undefined ? {} : { etag: headers.etag }),
      ...(headers['last-modified'] === undefined ? {} : { modified: headers['last-modified'] }),
    },
  };
}
