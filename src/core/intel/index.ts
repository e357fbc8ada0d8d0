export { Feed, type FeedFormat, type FeedHead } from './feed.ts';
export { FEED_KINDS, type FeedKind } from './feed-kinds.ts';
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
export { Matcher, TEXT_KINDS, type Term, type TextType } from './match/matcher.ts';
export { MatcherBuilder } from './match/matcher-builder.ts';
export { openMatcher, writeMatcher } from './match/matcher-file.ts';
export { TERM_FLAGS, type Weight } from './match/terms.ts';
export { flatText, TextTableBuilder as DistinctTexts } from './match/text-table.ts';
export { type Hint, type Observed, observe, refang } from './observable.ts';
export { isPublicSuffix, registeredName } from './public-suffix.ts';
export {
  type FeedSink,
  type FeedTotals,
  type RefusedEntry,
  readFeed,
  recogniseFeed,
} from './read-feed.ts';
export { roleOf } from './roles.ts';
export { type CanonicalUrl, parseUrl, printUrl, urlKey } from './url.ts';
export { type Contact, judgeContact, type Verdict } from './verdict.ts';
export {
  flagOf,
  readWarningList,
  WARNING_CLASSES,
  type Warning,
  type WarningClass,
  type WarningList,
  WarningLists,
} from './warning-lists.ts';
export {
  DEFAULT_CONFIDENCE,
  decayed,
  directionOf,
  effectiveConfidence,
  expiryOf,
  type FeedTrust,
  lifetimeOf,
  specificity,
} from './weigh.ts';
