import { type Entry, entryOf, type FeedFormat, refusal } from '../feed.ts';

/**
 * DShield's block list: `start, end, prefix length, targets scanned, name, country, contact`, separated by tabs. Sources of
 * scans, so they matter when they come in.
 * Source: feeds.dshield.org/block.txt.
 */
export const dshield: FeedFormat = {
  name: 'dshield',
  title: 'DShield block list',
  accepts: ({ data }) => /^Start\s+End\s+Net(mask|block)\s+Attacks/i.test(data[0] ?? ''),
  *read(feed) {
    for (const { at, line } of feed.dataLines()) {
      if (/^Start\s+End\s+Net/i.test(line)) continue;
      const [start = '', , length = '', targets = '', name = ''] = line.split('\t');
      const entry: Entry = /^\d{1,2}$/.test(length)
        ? entryOf(
            at,
            `${start}/${length}`,
            {
              role: 'scanner',
              category: 'DShield',
              description: `${targets} targets scanned; ${name}`,
            },
            'cidr',
          )
        : refusal(at, 'malformed-record', line);
      yield entry;
    }
  },
};
