import { type Entry, entryOf, type FeedFormat } from '../feed.ts';
import { roleOf } from '../roles.ts';

/**
 * One address, network, name, URL or hash a line; what follows behind a blank, `#` or `;` describes it. Lines that begin with
 * `#`, `;`, `!` or `//` are comments.
 */
export const plain: FeedFormat = {
  name: 'plain',
  title: 'Plain list',
  accepts: ({ data }) => data.length > 0,
  *read(feed) {
    for (const { at, line } of feed.dataLines()) yield entry(at, line);
  },
};

function entry(at: number, line: string): Entry {
  const [, value = '', rest = ''] = /^([^\s;]+)[\s;]*(.*)$/.exec(line) ?? [];
  const hash = value.includes('://') ? -1 : value.indexOf('#');
  const raw = hash > 0 ? value.slice(0, hash) : value;
  const description = rest.replace(/^#+\s*/, '');
  return entryOf(at, raw, { role: roleOf(description), description });
}
