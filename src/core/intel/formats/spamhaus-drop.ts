import { type Entry, entryOf, type FeedFormat, refusal } from '../feed.ts';
import { at, textAt } from '../json-records.ts';

/**
 * Spamhaus DROP and ASN-DROP: networks that criminals hijacked or run whole. As JSON lines (`{cidr, sblid, rir}` or `{asn,
 * asname, domain}`, the last line metadata with the copyright) or as text (`CIDR ; SBL…`).
 * Source: spamhaus.org/drop; EDROP is part of DROP since April 2024.
 */
export const spamhausDrop: FeedFormat = {
  name: 'spamhaus-drop',
  title: 'Spamhaus DROP',
  accepts: ({ objects, data }) =>
    objects.some((o) => textAt(o, 'sblid') !== '' && textAt(o, 'cidr') !== '') ||
    objects.some((o) => textAt(o, 'asname') !== '' && typeof at(o, 'asn') === 'number') ||
    (data.length > 0 && data.every((line) => /^[0-9a-f.:]+\/\d+\s*;\s*SBL\d+$/i.test(line))),
  *read(feed) {
    const facts = { role: 'hijacked', category: 'Spamhaus DROP' } as const;
    if (!feed.records) {
      for (const { at: where, line } of feed.dataLines()) {
        const [network = '', id = ''] = line.split(';');
        yield entryOf(where, network, { ...facts, ...listing(id.trim()) }, 'cidr');
      }
      return;
    }
    for (const { at: where, value } of feed.records) {
      if (!value) yield refusal(where, 'malformed-record');
      else if (textAt(value, 'type') === 'metadata') continue;
      else if (textAt(value, 'cidr') !== '')
        yield entryOf(
          where,
          textAt(value, 'cidr'),
          { ...facts, ...listing(textAt(value, 'sblid')) },
          'cidr',
        );
      else
        yield asnEntry(
          where,
          textAt(value, 'asn'),
          textAt(value, 'asname'),
          textAt(value, 'domain'),
        );
    }
  },
};

const listing = (id: string) =>
  /^SBL\d+$/.test(id)
    ? { sourceId: id, reference: `https://check.spamhaus.org/sbl/query/${id}` }
    : {};

const asnEntry = (where: number, asn: string, name: string, domain: string): Entry =>
  entryOf(
    where,
    asn,
    {
      role: 'hijacked',
      category: 'Spamhaus ASN-DROP',
      description: [name, domain].filter(Boolean).join(', '),
    },
    'asn',
  );
