import { entryOf, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { tableRows } from '../table.ts';

/** The header's value column, and what its values are. */
const VALUES = [
  ['sha1', 'cert-sha1'],
  ['dstip', 'ip'],
  ['ja3_md5', 'ja3'],
] as const;

/**
 * SSL Blacklist of abuse.ch: certificates (`# Listingdate,SHA1,Listingreason`), addresses of control servers (`#
 * Firstseen,DstIP,DstPort`) and JA3 prints (`# ja3_md5,Firstseen,Lastseen,Listingreason`). JA3 prints are shared with
 * harmless clients, which their low specificity reflects.
 * Source: sslbl.abuse.ch/blacklist.
 */
export const sslbl: FeedFormat = {
  name: 'sslbl',
  title: 'SSL Blacklist (abuse.ch)',
  accepts: ({ lines }) =>
    lines.some((line) =>
      /^#\s*(Listingdate,SHA1,Listingreason|Firstseen,DstIP,DstPort|ja3_md5,Firstseen,Lastseen)/i.test(
        line,
      ),
    ),
  *read(feed) {
    let names: readonly string[] = [];
    for (const { at, fields, line } of tableRows(feed, ',')) {
      if (line.startsWith('#')) {
        const header = line.slice(1).trim().toLowerCase().split(',');
        if (VALUES.some(([name]) => header.includes(name))) names = header;
        continue;
      }
      const value = VALUES.find(([name]) => names.includes(name));
      if (!fields || !value) {
        yield refusal(at, 'malformed-record', line);
        continue;
      }
      const read = (name: string) => fields[names.indexOf(name)] ?? '';
      const reason = read('listingreason');
      const port = read('dstport');
      yield entryOf(
        at,
        port === '' ? read(value[0]) : `${read(value[0])}:${port}`,
        {
          role: 'c2',
          category: reason,
          malware: reason.replace(/\s*C&C$/, ''),
          firstSeen: readInstant(read('listingdate') || read('firstseen')),
          lastSeen: readInstant(read('lastseen')),
        },
        value[1],
      );
    }
  },
};
