import type { FeedKind, Role, WarningClass } from '#core/intel/index.ts';

/** One feed as configured. Plain data but for the secret, which is read when it is used. */
export interface FeedSettings {
  readonly name: string;
  readonly kind: FeedKind;
  /** A URL, or a path. TAXII: of the collection, or of an API root whose collections are all read. */
  readonly location: string;
  /** One of FEED_FORMATS; told by content unless given. */
  readonly format?: string | undefined;
  readonly everyMs: number;
  /** 0 to 1. */
  readonly trust: number;
  /** For entries that give none, 0 to 100. */
  readonly confidence: number;
  /** For entries that name none. */
  readonly role?: Role | undefined;
  /** True when each fetch is the whole list: what is missing from it twice is withdrawn. */
  readonly isWholeList: boolean;
  /** May lead to private addresses: a MISP in one's own network. */
  readonly allowsPrivate: boolean;
  readonly auth?: { readonly as: string; readonly read: () => string } | undefined;
}

export interface WarningListSettings {
  readonly path: string;
  readonly class?: WarningClass | undefined;
}

/** The feed of what people add by hand. */
export const BY_HAND = 'by hand';

/** Most bytes that one document of a feed may have, as sent and unpacked. */
export const LIMITS = {
  documentBytes: 200 * 2 ** 20,
  unpackedBytes: 400 * 2 ** 20,
  pages: 2_000,
  totalBytes: 1024 * 2 ** 20,
  events: 5_000,
  fetchMs: 10 * 60_000,
} as const;
