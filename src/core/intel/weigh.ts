import type { Micros } from '#core/base/index.ts';
import type { Indicator, IndicatorType, Observable, Role } from './indicator.ts';

const DAY = 86_400_000_000;

/** How the score of an indicator sinks with the days since it was last seen. */
export interface Decay {
  readonly lifetime: Micros;
  readonly speed: number;
}

/**
 * base × (1 − (age ÷ lifetime)^(1 ÷ speed)); 0 from the end of the lifetime on.
 * Source: MISP, "Decaying of indicators", the polynomial model; its NIDS model has 120 days and speed 2.
 */
export function decayed(base: number, age: Micros, { lifetime, speed }: Decay): number {
  if (age <= 0) return base;
  return age >= lifetime ? 0 : base * (1 - (age / lifetime) ** (1 / speed));
}

/** Days that a value stays bad when its source sets no end, by what stands behind it; null: as long as it is listed. */
export function lifetimeOf({
  type,
  port,
  role,
}: Pick<Indicator, 'type' | 'port' | 'role'>): Micros | null {
  switch (type) {
    case 'ip':
      if (role === 'scanner' || role === 'bruteforcer' || role === 'spam') return 7 * DAY;
      return (port === null ? 14 : 30) * DAY;
    case 'cidr':
    case 'asn':
    case 'md5':
    case 'sha1':
    case 'sha256':
      return null;
    case 'domain':
    case 'domain-suffix':
      return (role === 'phishing' ? 7 : 90) * DAY;
    case 'url':
    case 'url-prefix':
    case 'url-path':
      return (role === 'phishing' ? 7 : 14) * DAY;
    default:
      return 180 * DAY;
  }
}

/** When an indicator that a feed named at `seen` ends; null for never. The source's own end comes first. */
export function expiryOf(indicator: Indicator, seen: Micros): Micros | null {
  if (indicator.validUntil !== null) return indicator.validUntil;
  const lifetime = lifetimeOf(indicator);
  return lifetime === null
    ? null
    : Math.max(seen, indicator.lastSeen ?? indicator.firstSeen ?? seen) + lifetime;
}

/** How surely a hit on a value is a hit on what stands behind it, 0 to 1: addresses are shared and change hands. */
export function specificity({ type, value, port }: Observable): number {
  switch (type) {
    case 'ip':
      return port === null ? 0.6 : 1;
    case 'cidr':
      return Number(value.slice(value.indexOf('/') + 1)) >= (value.includes(':') ? 56 : 24)
        ? 0.5
        : 0.3;
    case 'domain':
      return 0.9;
    case 'domain-suffix':
      return 0.8;
    case 'url-prefix':
    case 'email':
      return 0.8;
    case 'url-path':
    case 'user-agent':
      return 0.3;
    case 'asn':
    case 'ja3':
    case 'ja3s':
    case 'ja4':
    case 'jarm':
      return 0.2;
    default:
      return 1;
  }
}

/** Specificity of what many strangers share: a name on a CDN, an address of a cloud. */
export const SHARED_SPECIFICITY = 0.2;

/** What is assumed of a source that gives no confidence: MISP's default base score. */
export const DEFAULT_CONFIDENCE = 80;

/** How the feed stands to what it names. */
export interface FeedTrust {
  /** 0 to 1. */
  readonly trust: number;
  /** For entries that give none; 0 to 100. */
  readonly confidence: number;
  /** True where what is listed counts as seen at the fetch; false where entries are as old as they say. */
  readonly isWholeList: boolean;
}

/** Effective confidence, 0 to 100: decayed score × trust × specificity. */
export function effectiveConfidence(
  indicator: Indicator,
  feed: FeedTrust,
  when: { readonly now: Micros; readonly fetched: Micros; readonly isShared: boolean },
): number {
  const base = indicator.confidence ?? feed.confidence;
  const stated = indicator.lastSeen ?? indicator.firstSeen ?? when.fetched;
  const seen = feed.isWholeList ? Math.max(when.fetched, stated) : stated;
  const lifetime = lifetimeOf(indicator);
  const score =
    lifetime === null
      ? base
      : decayed(base, when.now - seen, { lifetime, speed: speedOf(indicator.type) });
  return (
    score *
    feed.trust *
    (when.isShared ? Math.min(SHARED_SPECIFICITY, specificity(indicator)) : specificity(indicator))
  );
}

/** Below 1 the score stays up for long and then falls; above it falls at once. */
const speedOf = (type: IndicatorType): number => (type === 'ip' || type === 'cidr' ? 0.5 : 0.4);

/** Which way traffic must go for a role to matter; `any` for networks that nobody should speak with. */
export function directionOf(role: Role): 'outbound' | 'inbound' | 'any' {
  switch (role) {
    case 'scanner':
    case 'bruteforcer':
    case 'spam':
      return 'inbound';
    case 'hijacked':
    case 'tor':
    case 'proxy':
    case 'unknown':
      return 'any';
    default:
      return 'outbound';
  }
}
