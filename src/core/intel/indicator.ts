import type { Micros } from '#core/base/index.ts';

/**
 * What an indicator names. `domain` is that host alone, `domain-suffix` the host and all below it; `url-path` is a path
 * on any host; hashes are lower-case hexadecimal.
 */
export const INDICATOR_TYPES = [
  'ip',
  'cidr',
  'asn',
  'domain',
  'domain-suffix',
  'url',
  'url-prefix',
  'url-path',
  'md5',
  'sha1',
  'sha256',
  'cert-sha1',
  'cert-sha256',
  'ja3',
  'ja3s',
  'ja4',
  'jarm',
  'email',
  'user-agent',
] as const;
export type IndicatorType = (typeof INDICATOR_TYPES)[number];

/**
 * What stands behind a value. It decides which direction of traffic matters: c2, payload, phishing and miner when an
 * inside host goes there; scanner, bruteforcer and spam when it comes in, and then only with a success.
 */
export const ROLES = [
  'c2',
  'payload',
  'phishing',
  'miner',
  'scanner',
  'bruteforcer',
  'spam',
  'hijacked',
  'sinkhole',
  'tor',
  'proxy',
  'unknown',
] as const;
export type Role = (typeof ROLES)[number];

/** Traffic Light Protocol 2.0; `white` of 1.0 is `clear`. */
export const TLP_LEVELS = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const;
export type Tlp = (typeof TLP_LEVELS)[number];

/** The value of an indicator in the one form that is compared. */
export interface Observable {
  readonly type: IndicatorType;
  readonly value: string;
  /** TCP or UDP port that goes with an address; null for any. */
  readonly port: number | null;
}

/** What one source says of one value. Texts are '' and lists empty where it says nothing. */
export interface Indicator extends Observable {
  /** The value as the source wrote it. */
  readonly raw: string;
  readonly role: Role;
  /** What the source calls the threat, in its own words. */
  readonly category: string;
  readonly malware: string;
  readonly description: string;
  /** 0 to 100; null where the source gives none, and the feed's own default holds. */
  readonly confidence: number | null;
  readonly tlp: Tlp | '';
  /** The source's own key of the entry. */
  readonly sourceId: string;
  readonly reference: string;
  readonly tags: readonly string[];
  /** Kill chain phases, as `chain:phase`. */
  readonly killChain: readonly string[];
  readonly firstSeen: Micros | null;
  readonly lastSeen: Micros | null;
  readonly validFrom: Micros | null;
  /** First instant at which it no longer holds; null when the source sets no end. */
  readonly validUntil: Micros | null;
}

/** What a format tells of an entry beside its value. */
export type Facts = Partial<Omit<Indicator, keyof Observable | 'raw'>>;

const NOTHING_KNOWN: Omit<Indicator, keyof Observable | 'raw'> = {
  role: 'unknown',
  category: '',
  malware: '',
  description: '',
  confidence: null,
  tlp: '',
  sourceId: '',
  reference: '',
  tags: [],
  killChain: [],
  firstSeen: null,
  lastSeen: null,
  validFrom: null,
  validUntil: null,
};

export const indicatorOf = (what: Observable, raw: string, facts: Facts): Indicator => ({
  ...NOTHING_KNOWN,
  ...facts,
  type: what.type,
  value: what.value,
  port: what.port,
  raw,
});

/** One text for one thing that is looked for: two sources that mean the same have the same key. */
export const observableKey = ({ type, value, port }: Observable): string =>
  port === null ? `${type}:${value}` : `${type}:${value}#${port}`;

/** Why an entry of a feed became no indicator. Closed, since it is counted by. */
export const REFUSALS = {
  'no-observable': 'nothing in it is an address, name, URL or hash',
  'malformed-record': 'the entry cannot be read',
  'malformed-address': 'not an IP address or network',
  'reserved-address': 'a private or reserved address, which says nothing about the internet',
  'network-too-wide': 'the network is wider than /8 (IPv4) or /19 (IPv6)',
  'host-bits-set': 'the address has bits below its prefix; write the network address',
  'malformed-name': 'not a host name',
  'bare-name': 'a name without a dot is no internet host',
  'unknown-suffix': 'the last label is no top-level domain',
  'public-suffix': 'a suffix under which anybody registers would match strangers',
  'malformed-url': 'not a URL with a host',
  'malformed-hash': 'not a hash of that kind',
  'malformed-port': 'not a port from 1 to 65535',
  'too-long': 'longer than any value that is compared',
  'unsupported-type': 'a kind of indicator that no record of traffic holds',
  'unsupported-pattern': 'a pattern beyond comparisons of single values',
  'not-for-detection': 'its source marks it as context, not for detection',
  'not-an-indicator': 'a statement about threats that names nothing to look for',
  withdrawn: 'its source has withdrawn it',
  expired: 'it has ended, by its own dates',
  benign: 'its source says that it is harmless',
  'web-page': 'a web page, not a feed; give the address of the list itself',
  'warning-list': 'on a list of values that are never indicators',
} as const;
export type Refusal = keyof typeof REFUSALS;
