import { entryOf, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { objectAt, objectsAt, textAt } from '../json-records.ts';
import type { Hint } from '../observable.ts';
import { roleOf, tlpOf } from '../roles.ts';

const TYPES: Readonly<Record<string, Hint>> = {
  'IP Address': 'ip',
  'IPv6 Address': 'ip',
  'CIDR Block': 'cidr',
  FQDN: 'domain',
  URL: 'url',
  'URL Path': 'url-path',
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'Email Address': 'email',
  'User-agent': 'user-agent',
  ASN: 'asn',
};

/**
 * ThreatQ: indicators of its API, with type, status, score (0 to 10) and attributes as objects.
 * Source: ThreatQuotient's API, the indicator object.
 */
export const threatq: FeedFormat = {
  name: 'threatq',
  title: 'ThreatQ',
  accepts: ({ objects }) =>
    objects.some(
      (o) =>
        textAt(o, 'value') !== '' &&
        textAt(objectAt(o, 'type'), 'name') !== '' &&
        textAt(objectAt(o, 'status'), 'name') !== '',
    ),
  *read(feed) {
    for (const { at, value } of feed.records ?? []) {
      if (!value) {
        yield refusal(at, 'malformed-record');
        continue;
      }
      const raw = textAt(value, 'value');
      const type = textAt(objectAt(value, 'type'), 'name');
      const status = textAt(objectAt(value, 'status'), 'name');
      const hint = TYPES[type];
      const attributes = new Map(
        objectsAt(value, 'attributes').map((a) => [textAt(a, 'name'), textAt(a, 'value')] as const),
      );
      const score = textAt(value, 'score');
      if (!hint) yield refusal(at, 'unsupported-type', type);
      else if (status === 'Whitelisted') yield refusal(at, 'benign', raw);
      else
        yield entryOf(
          at,
          raw,
          {
            role: roleOf(attributes.get('Description') ?? '', [...attributes.values()].join(' ')),
            category: status,
            malware: attributes.get('Malware Family') ?? '',
            description: attributes.get('Description') ?? '',
            confidence:
              score === '' ? null : Math.round(Math.min(10, Math.max(0, Number(score))) * 10),
            tlp: tlpOf(textAt(objectsAt(value, 'sources')[0] ?? {}, 'tlp')),
            sourceId: textAt(value, 'id'),
            firstSeen: readInstant(textAt(value, 'published_at', 'created_at')),
            lastSeen: readInstant(textAt(value, 'touched_at', 'updated_at')),
            validUntil: readInstant(textAt(value, 'expires_at', 'expired_at')),
          },
          hint,
        );
    }
  },
};
