import { type FeedFormat, refusal } from '../feed.ts';

/** A web page given in the place of a feed: refused line by line, with the reason. */
export const webPage: FeedFormat = {
  name: 'web-page',
  title: 'Web page (refused)',
  accepts: ({ lines }) => /^<(!doctype|html|head|body|table|\?xml|div)\b/i.test(lines[0] ?? ''),
  *read(feed) {
    for (const { at, line } of feed.lines()) yield refusal(at, 'web-page', line);
  },
};
