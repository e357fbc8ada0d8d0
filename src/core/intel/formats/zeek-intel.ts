import { entryOf, type FeedFormat, refusal } from '../feed.ts';
import type { Hint } from '../observable.ts';
import { confidenceOf, roleOf } from '../roles.ts';

/** Types of Zeek's intel framework; those that are not here (USER_NAME, FILE_NAME, …) are in no record of traffic. */
const TYPES: Readonly<Record<string, Hint>> = {
  'Intel::ADDR': 'ip',
  'Intel::SUBNET': 'cidr',
  'Intel::URL': 'url',
  'Intel::DOMAIN': 'domain',
  'Intel::EMAIL': 'email',
  'Intel::CERT_HASH': 'cert-sha1',
  'Intel::FILE_HASH': 'hash',
  'Intel::SOFTWARE': 'user-agent',
  'Intel::JA3': 'ja3',
  'Intel::JA4': 'ja4',
};

/**
 * Zeek's intel files: tab-separated, `#fields indicator indicator_type meta.source …`; `-` is unset.
 * Source: Zeek, "Intelligence Framework".
 */
export const zeekIntel: FeedFormat = {
  name: 'zeek-intel',
  title: 'Zeek intel file',
  accepts: ({ lines }) => lines.some((line) => /^#fields\s+.*\bindicator_type\b/.test(line)),
  *read(feed) {
    let names: readonly string[] = [];
    for (const { at, line } of feed.lines()) {
      if (line.startsWith('#fields')) names = line.split(/\t+/).slice(1);
      if (line.startsWith('#')) continue;
      const fields = line.split('\t');
      const read = (name: string) => {
        const value = fields[names.indexOf(name)] ?? '';
        return value === '-' ? '' : value;
      };
      const type = read('indicator_type');
      const hint = TYPES[type];
      const raw = read('indicator');
      if (raw === '' || type === '') yield refusal(at, 'malformed-record', line);
      else if (!hint) yield refusal(at, 'unsupported-type', type);
      else
        yield entryOf(
          at,
          raw,
          {
            role: roleOf(read('meta.desc')),
            category: read('meta.source'),
            description: read('meta.desc'),
            confidence: confidenceOf(read('meta.confidence')),
            reference: read('meta.url'),
          },
          hint,
        );
    }
  },
};
