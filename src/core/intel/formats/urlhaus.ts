import { type Entry, entryOf, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { textAt, textsAt } from '../json-records.ts';
import { tableRows } from '../table.ts';

/**
 * URLhaus of abuse.ch: addresses from which malware is served, as CSV (`# id,dateadded,url,url_status,…`) or JSON. What is
 * offline now stays an indicator: it may have been visited while it was not.
 * Source: urlhaus.abuse.ch/api.
 */
export const urlhaus: FeedFormat = {
  name: 'urlhaus',
  title: 'URLhaus (abuse.ch)',
  accepts: ({ objects, lines }) =>
    objects.some((o) => textAt(o, 'url') !== '' && textAt(o, 'url_status') !== '') ||
    lines.some((line) => /^#.*\bdateadded"?,"?url"?,"?url_status\b/.test(line)),
  *read(feed) {
    if (feed.records)
      for (const { at, value } of feed.records)
        yield value
          ? entry(at, (name) => textAt(value, name), textsAt(value, 'tags'))
          : refusal(at, 'malformed-record');
    else {
      let names: readonly string[] = [];
      for (const { at, fields, line } of tableRows(feed, ',')) {
        const header = /^#\s*("?id"?,.*)$/.exec(line)?.[1];
        if (header) names = header.split(',').map((name) => name.replaceAll(/["\s]/g, ''));
        if (line.startsWith('#')) continue;
        if (!fields) yield refusal(at, 'malformed-record', line);
        else {
          const read = (name: string) => fields[names.indexOf(name)] ?? '';
          yield entry(
            at,
            read,
            read('tags')
              .split(',')
              .filter((tag) => tag !== '' && tag !== 'None'),
          );
        }
      }
    }
  },
};

function entry(at: number, read: (name: string) => string, tags: readonly string[]): Entry {
  const status = read('url_status');
  return entryOf(
    at,
    read('url'),
    {
      role: 'payload',
      category: read('threat'),
      malware: tags[0] ?? '',
      description: status === '' ? '' : `${status} when listed`,
      sourceId: read('id'),
      reference: read('urlhaus_link') || read('urlhaus_reference') || read('link'),
      tags,
      firstSeen: readInstant(read('dateadded') || read('date_added')),
      lastSeen: readInstant(read('last_online')),
    },
    'url',
  );
}
