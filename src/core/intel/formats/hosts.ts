import { entryOfAll, type FeedFormat, refusal } from '../feed.ts';
import { observe } from '../observable.ts';

const LINE = /^(0\.0\.0\.0|127\.0\.0\.1|::1?|fe80::1%lo0|255\.255\.255\.255)\s+(\S.*)$/;
/** Names that every hosts file has for the machine itself. */
const OWN = /^(localhost|localhost\.localdomain|local|broadcasthost|ip6-\w+|0\.0\.0\.0)$/;

/** Hosts files that lead names nowhere: `0.0.0.0 name [name …] # comment`. Each name is that host alone. */
export const hosts: FeedFormat = {
  name: 'hosts',
  title: 'Hosts file',
  accepts: ({ data }) =>
    data.length > 0 && data.filter((line) => LINE.test(line)).length * 10 >= data.length * 9,
  *read(feed) {
    for (const { at, line } of feed.dataLines()) {
      const [text = '', comment = ''] = line.split('#');
      const names = LINE.exec(text.trim())?.[2]?.split(/\s+/) ?? [];
      const blocked = names.filter((name) => !OWN.test(name));
      if (names.length === 0) yield refusal(at, 'malformed-record', line);
      else if (blocked.length === 0) yield refusal(at, 'benign', line);
      else
        yield entryOfAll(
          at,
          blocked.map((raw) => ({ raw, seen: observe(raw, 'domain') })),
          { description: comment.trim() },
        );
    }
  },
};
