export { Feed, type FeedFormat, type FeedHead } from './feed.ts';
export { FEED_FORMATS } from './formats/index.ts';
export { canonicalName } from './host-name.ts';
export {
  type Facts,
  INDICATOR_TYPES,
  type Indicator,
  type IndicatorType,
  indicatorOf,
  type Observable,
  observableKey,
  REFUSALS,
  type Refusal,
  ROLES,
  type Role,
  TLP_LEVELS,
  type Tlp,
} from './indicator.ts';
export { type Hint, type Observed, observe, refang } from './observable.ts';
export { isPublicSuffix, registeredName } from './public-suffix.ts';
export {
  type FeedSink,
  type FeedTotals,
  type RefusedEntry,
  readFeed,
  recogniseFeed,
} from './read-feed.ts';
export { type CanonicalUrl, parseUrl, printUrl, urlKey } from './url.ts';
