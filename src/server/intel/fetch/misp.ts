import { createHash } from 'node:crypto';
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

const PAGE = 10_000;
const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' } as const;

/**
 * MISP's REST: attributes for detection of published events, changed since the last sync.
 * Source: MISP, "Automation API", attributes restSearch.
 */
export async function fetchMisp(context: FetchContext): Promise<Fetched> {
  const since = memberOf(context.cursor, 'timestamp');
  const started = Math.floor(context.clock() / 1e6);
  const documents = new Documents(context.folder);
  const url = `${context.feed.location.replace(/\/*$/, '')}/attributes/restSearch`;
  for (let page = 1; page <= LIMITS.pages; page++) {
    const body = JSON.stringify({
      returnFormat: 'json',
      to_ids: 1,
      published: 1,
      enforceWarninglist: true,
      includeEventTags: true,
      limit: PAGE,
      page,
      // An hour of overlap: clocks differ, and an event is published after its attributes changed.
      ...(typeof since === 'number' ? { timestamp: String(since - 3600) } : {}),
    });
    const answer = await ask(url, context, { headers: JSON_HEADERS, body });
    const found = memberOf(memberOf(parseJson(answer.body, 'The answer'), 'response'), 'Attribute');
    if (!Array.isArray(found))
      throw new FeedError('The answer holds no attributes; check that it is a MISP.');
    if (found.length > 0) documents.add(answer.body);
    if (found.length < PAGE) break;
  }
  if (documents.files.length === 0) return { isUnchanged: true };
  return { isUnchanged: false, files: documents.files, cursor: { timestamp: started } };
}

/**
 * A MISP feed: `manifest.json` with the events and when each changed, one file for each event. Only events that changed are
 * fetched; checksums of the manifest are held to.
 * Source: MISP core format, section 3 (manifest).
 */
export async function fetchMispFeed(context: FetchContext): Promise<Fetched> {
  const base = context.feed.location.replace(/(manifest\.json)?\/*$/, '');
  const known = memberOf(context.cursor, 'events');
  const { body } = await ask(`${base}/manifest.json`, context);
  const manifest = parseJson(body, 'manifest.json');
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
    throw new FeedError('manifest.json lists no events; check its address.');
  const documents = new Documents(context.folder);
  const events: Record<string, string> = {};
  const changed = Object.entries(manifest as Readonly<Record<string, unknown>>).filter(
    ([uuid, event]) => {
      const stamp = String(memberOf(event, 'timestamp') ?? '');
      if (!/^[0-9a-f-]{36}$/i.test(uuid)) return false;
      events[uuid] = stamp;
      return memberOf(known, uuid) !== stamp;
    },
  );
  for (const [uuid, event] of changed.slice(0, LIMITS.events)) {
    const answer = await ask(`${base}/${uuid}.json`, context);
    const wanted = memberOf(event, 'integrity:sha256');
    const actual = createHash('sha256').update(answer.body).digest('hex');
    if (typeof wanted === 'string' && wanted.toLowerCase() !== actual)
      throw new FeedError(`The event ${uuid} is not what the manifest says (its SHA-256 differs).`);
    documents.add(answer.body);
  }
  // The rest comes with the next sync, since its stamp is not noted.
  for (const [uuid] of changed.slice(LIMITS.events)) delete events[uuid];
  if (documents.files.length === 0) return { isUnchanged: true };
  return { isUnchanged: false, files: documents.files, cursor: { events } };
}
