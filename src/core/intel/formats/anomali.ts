import { type Entry, entryOf, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { type JsonObject, type JsonRecord, objectsAt, textAt, textsAt } from '../json-records.ts';
import type { Hint } from '../observable.ts';
import { confidenceOf, roleOf, tlpOf } from '../roles.ts';

/** Which field holds the value of each `value_type` in the stream of the Integrator; `value` in the API. */
const VALUES: Readonly<Record<string, readonly [Hint, string]>> = {
  ip: ['ip', 'srcip'],
  ipv6: ['ip', 'srcip'],
  domain: ['domain', 'domain'],
  url: ['url', 'url'],
  md5: ['hash', 'md5'],
  hash: ['hash', 'md5'],
  email: ['email', 'email'],
  user_agent: ['user-agent', 'user_agent'],
};

/**
 * Anomali ThreatStream: intelligence of its API (`{objects: [{itype, value, …}]}`) or of the Integrator's stream.
 * Source: ThreatStream API, Intelligence resource. `itype` says what it does (mal_ip, c2_domain, phish_url).
 */
export const anomali: FeedFormat = {
  name: 'anomali',
  title: 'Anomali ThreatStream',
  accepts: ({ objects }) =>
    objects.some((o) => isIntelligence(o) || objectsAt(o, 'objects').some(isIntelligence)),
  *read(feed) {
    let number = 0;
    for (const record of feed.records ?? [])
      for (const value of unwrapped(record))
        yield value ? entry(++number, value) : refusal(++number, 'malformed-record');
  },
};

const isIntelligence = (o: JsonObject): boolean =>
  /^[a-z0-9]+_[a-z0-9_]+$/.test(textAt(o, 'itype')) &&
  (textAt(o, 'value_type') !== '' || (textAt(o, 'value') !== '' && textAt(o, 'type') !== ''));

function unwrapped({ value }: JsonRecord): readonly (JsonObject | undefined)[] {
  const inner = value ? objectsAt(value, 'objects') : [];
  return inner.length > 0 ? inner : [value];
}

function entry(at: number, item: JsonObject): Entry {
  const kind = textAt(item, 'value_type', 'type');
  const [hint, field] = VALUES[kind] ?? [undefined, ''];
  const raw = textAt(item, 'value', field);
  if (!hint) return refusal(at, 'unsupported-type', kind);
  if (textAt(item, 'state') === 'falsepos') return refusal(at, 'benign', raw);
  if (textAt(item, 'status', 'state') === 'inactive') return refusal(at, 'expired', raw);
  const itype = textAt(item, 'itype');
  return entryOf(
    at,
    raw,
    {
      role: roleOf(itype.replaceAll('_', ' '), itype),
      category: itype,
      malware: textAt(item, 'maltype'),
      description: textAt(item, 'detail', 'detail2'),
      confidence: confidenceOf(textAt(item, 'confidence')),
      tlp: tlpOf(textAt(item, 'tlp')),
      sourceId: textAt(item, 'id'),
      reference: textAt(item, 'resource_uri'),
      tags: textsAt(item, 'tags'),
      firstSeen: readInstant(textAt(item, 'date_first', 'created_ts', 'added_at')),
      lastSeen: readInstant(textAt(item, 'date_last', 'modified_ts')),
      validUntil: readInstant(textAt(item, 'expiration_ts')),
    },
    hint,
  );
}
