import { type Entry, entryOf, type Feed, type FeedFormat, refusal } from '../feed.ts';
import type { Facts } from '../indicator.ts';
import { readInstant } from '../instants.ts';
import { at, type JsonObject, objectsAt, textAt, textsAt } from '../json-records.ts';
import type { Hint } from '../observable.ts';
import { roleOf, tlpOf } from '../roles.ts';

/** OTX's types of indicators; those that are not here (CVE, Mutex, YARA, …) are in no record of traffic. */
const TYPES: Readonly<Record<string, Hint>> = {
  IPv4: 'ip',
  IPv6: 'ip',
  CIDR: 'cidr',
  domain: 'domain',
  hostname: 'domain',
  URL: 'url',
  email: 'email',
  'FileHash-MD5': 'md5',
  'FileHash-SHA1': 'sha1',
  'FileHash-SHA256': 'sha256',
};

/**
 * AlienVault OTX: pulses with their indicators, an answer of `/pulses/subscribed` or an array of pulses. Anybody may publish
 * a pulse, hence the low confidence.
 * Source: otx.alienvault.com/api.
 */
export const otx: FeedFormat = {
  name: 'otx',
  title: 'AlienVault OTX',
  accepts: ({ objects }) =>
    objects.some(
      (o) =>
        isPulse(o) || (textAt(o, 'indicator') !== '' && Object.hasOwn(TYPES, textAt(o, 'type'))),
    ),
  *read(feed) {
    yield* entries(feed);
  },
};

const isPulse = (o: JsonObject): boolean =>
  Array.isArray(at(o, 'indicators')) && textAt(o, 'name') !== '';

function* entries(feed: Feed): Generator<Entry> {
  let number = 0;
  for (const { value } of feed.records ?? []) {
    if (!value) yield refusal(++number, 'malformed-record');
    else if (!isPulse(value)) yield indicator(++number, value, { confidence: 30 });
    else {
      const facts: Facts = {
        confidence: 30,
        category: textAt(value, 'name'),
        malware: textsAt(value, 'malware_families')[0] ?? '',
        reference: textsAt(value, 'references')[0] ?? '',
        tags: textsAt(value, 'tags'),
        tlp: tlpOf(textAt(value, 'TLP', 'tlp')),
        firstSeen: readInstant(textAt(value, 'created')),
      };
      for (const inner of objectsAt(value, 'indicators')) yield indicator(++number, inner, facts);
    }
  }
}

function indicator(where: number, item: JsonObject, facts: Facts): Entry {
  const raw = textAt(item, 'indicator');
  const type = textAt(item, 'type');
  // A URI is a whole URL or its path alone.
  const hint = type === 'URI' ? (raw.startsWith('/') ? 'url-path' : 'url') : TYPES[type];
  if (hint === undefined) return refusal(where, 'unsupported-type', type);
  if (['0', 'false'].includes(textAt(item, 'is_active'))) return refusal(where, 'expired', raw);
  return entryOf(
    where,
    raw,
    {
      ...facts,
      role: roleOf(textAt(item, 'role'), textAt(item, 'description'), (facts.tags ?? []).join(' ')),
      description: textAt(item, 'description', 'title'),
      sourceId: textAt(item, 'id', '_id'),
      firstSeen: readInstant(textAt(item, 'created')) ?? facts.firstSeen ?? null,
      validUntil: readInstant(textAt(item, 'expiration')),
    },
    hint,
  );
}
