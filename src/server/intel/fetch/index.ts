import type { FeedKind } from '#core/intel/index.ts';
import type { FetchContext, Fetched } from './documents.ts';
import { fetchFile } from './file.ts';
import { fetchMisp, fetchMispFeed } from './misp.ts';
import { fetchTaxii } from './taxii.ts';
import { fetchUrl } from './url.ts';

export { FeedError, type FetchContext, type Fetched } from './documents.ts';

/** How each kind of feed is fetched. */
export const FETCHERS: Readonly<
  Record<FeedKind, (context: FetchContext) => Fetched | Promise<Fetched>>
> = {
  url: fetchUrl,
  file: fetchFile,
  taxii: fetchTaxii,
  misp: fetchMisp,
  'misp-feed': fetchMispFeed,
};
