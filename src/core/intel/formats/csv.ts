import type { FeedFormat } from '../feed.ts';
import { delimiterOf, readTable } from '../table.ts';

/** Tables separated by commas, tabs, semicolons or bars, by their header or by what their cells look like. */
export const csv: FeedFormat = {
  name: 'csv',
  title: 'CSV or another table',
  accepts: ({ data }) => delimiterOf(data) !== undefined,
  *read(feed) {
    yield* readTable(feed, delimiterOf(feed.head.data) ?? ',');
  },
};
