/** How a feed is fetched: one document by URL or file, TAXII 2.1, MISP's REST, the folder of a MISP feed. */
export const FEED_KINDS = ['url', 'file', 'taxii', 'misp', 'misp-feed'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];
