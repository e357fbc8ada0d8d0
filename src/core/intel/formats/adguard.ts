import { entryOf, type FeedFormat, refusal } from '../feed.ts';

const RULE = /^(@@)?\|\|([^\s^$/*]+)\^?(\$\S+)?$/;

/**
 * AdGuard and Adblock filter lists: `||name^` is the host and all below it. Exceptions (`@@`), cosmetic rules, regular
 * expressions and patterns are refused.
 * Source: AdGuard DNS filtering syntax.
 */
export const adguard: FeedFormat = {
  name: 'adguard',
  title: 'AdGuard or Adblock list',
  accepts: ({ lines, data }) =>
    lines.some((line) => /^\[Adblock/i.test(line)) ||
    (data.length > 0 && data.filter((line) => RULE.test(line)).length * 2 >= data.length),
  *read(feed) {
    for (const { at, line } of feed.lines()) {
      // In these lists `##` hides elements of pages, so `#` alone begins a comment only with a blank behind it.
      if (/^(!|\[Adblock|#(?!#|@#))/i.test(line)) continue;
      const [, exception, name = ''] = RULE.exec(line) ?? [];
      if (name === '') yield refusal(at, 'unsupported-pattern', line);
      else if (exception) yield refusal(at, 'benign', line);
      else yield entryOf(at, name, {}, /^[\d.]+$/.test(name) ? 'ip' : 'domain-suffix');
    }
  },
};
