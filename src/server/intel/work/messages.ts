import type { FeedTotals, Role } from '#core/intel/index.ts';
import type { WarningListSettings } from '../settings.ts';

/** What the working process is asked. Paths are absolute; instants are µs. */
export type Request =
  | { readonly kind: 'setup'; readonly spillFolder: string }
  | { readonly kind: 'parse'; readonly job: ParseJob }
  | { readonly kind: 'compile'; readonly job: CompileJob }
  | { readonly kind: 'contacts'; readonly job: ContactJob };

export interface ParseJob {
  readonly feed: string;
  /** Documents as they were fetched. */
  readonly files: readonly string[];
  readonly format?: string | undefined;
  readonly role?: Role | undefined;
  readonly confidence: number;
  readonly isWholeList: boolean;
  readonly isManual: boolean;
  readonly now: number;
  /** The sync before this one: what it still named is kept once more when it is missing now. */
  readonly before: number | null;
  /** Segments that hold the feed's rows now. */
  readonly old: readonly string[];
  readonly warningLists: readonly WarningListSettings[];
  /** Where to write the rows. */
  readonly out: string;
  readonly scratch: string;
}

export interface ParseResult {
  readonly totals: FeedTotals;
  /** Rows in the file; 0 when none was written. */
  readonly rows: number;
}

export interface CompileJob {
  readonly feeds: readonly {
    readonly name: string;
    readonly files: readonly string[];
    readonly trust: number;
    readonly confidence: number;
    readonly isWholeList: boolean;
    /** Instant of the last sync. */
    readonly fetched: number;
  }[];
  /** Only indicators that were named first after this instant, up to the other; all when undefined. */
  readonly created?: { readonly after: number; readonly upTo: number } | undefined;
  readonly now: number;
  readonly warningLists: readonly WarningListSettings[];
  /** Values that people declared harmless. */
  readonly harmless: readonly string[];
  readonly out: string;
}

export interface CompileResult {
  readonly terms: number;
  readonly sizeBytes: number;
  /** Warning lists of regular expressions. */
  readonly unevaluatedLists: number;
}

export interface ContactJob {
  /** The compiled matcher that says what is looked for. */
  readonly matcher: string;
  /** The one that says what is known of it, where that is another. */
  readonly details?: string | undefined;
  readonly files: readonly string[];
  readonly source: 'Flows' | 'PairDays';
  readonly now: number;
}

/** What one inside host and one value that is looked for had to do with each other in one day. */
export interface Contact {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** The value as it was seen: an address. */
  readonly seen: string;
  /** The other end. */
  readonly asset: string;
  /** `outbound` when the asset began it. */
  readonly direction: 'outbound' | 'inbound';
  /** Of the responder; null for protocols without ports. */
  readonly port: number | null;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  readonly flows: number;
  readonly allowed: number;
  readonly sentBytes: number;
  /** From the responder to the initiator. */
  readonly replyBytes: number;
  /** The most telling indicator that names it. */
  readonly indicator: {
    readonly type: string;
    readonly value: string;
    readonly port: number | null;
    readonly role: Role;
    readonly confidence: number;
    readonly flags: number;
    readonly firstSeen: number | null;
    readonly validUntil: number | null;
    readonly feeds: readonly string[];
  };
}
