import type { AlertMessage, Context, FormatName, Message } from '#core/output/index.ts';
import type { Network } from '#server/external/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { Post, Reply } from './http.ts';
import type { OutputKind, OutputSettings, SecretReference, TlsSettings } from './settings.ts';

/** What became of a batch that the receiver took. */
export interface Sent {
  /** Messages that it will never take, by their place in the batch. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** One end of a delivery. */
export interface Receiver {
  /**
   * Resolves when the receiver has confirmed every message, but for those it rejects. Throws DeliveryFailure; then any of
   * them may have arrived all the same. Obeys the signal. One call at a time.
   */
  send(messages: readonly Message[], signal: AbortSignal): Promise<Sent>;
}

export interface ReceiverDeps {
  readonly context: Context;
  /** Throws DeliveryFailure `setting` when it is not there. Read each time, so that one that was replaced is taken. */
  readonly secret: (reference: SecretReference) => string;
  /** The way out; `isPublicOnly` for receivers that are services on the internet. */
  readonly network: (tls: TlsSettings | undefined, isPublicOnly?: boolean) => Network;
  /** Posts by that way, and reads the answer whatever its status. Throws DeliveryFailure. */
  readonly post: (
    request: Post,
    tls: TlsSettings | undefined,
    isPublicOnly?: boolean,
  ) => Promise<Reply>;
  /** Writes rows as a Parquet file; the caller removes it. */
  readonly writeParquet: QueryService['writeParquet'];
  /** How long a request may take, answer included. */
  readonly timeoutMs: number;
  /** ms since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A kind of receiver: one file of `kinds/`. */
export interface Kind<K extends OutputKind> {
  readonly kind: K;
  /** Used unless the settings name another. */
  readonly format: FormatName;
  /** Which formats it takes; none for kinds whose form is their own. */
  readonly formats: readonly FormatName[];
  /** Of kinds that people read, which take alerts and incidents only: what they get of one. Never a secret. */
  readonly notice?: (alert: AlertMessage) => string;
  /** Messages that are sent together at most. */
  readonly batch: number;
  /** Rows of a table that is followed wait until a batch is full, or the oldest has waited so long, ms. */
  readonly gatherMs?: number;
  /** A batch is one file, named for what is in it: it is never divided for a try, which would make another file. */
  readonly isFile?: boolean;
  /** What its confirmation proves, in a sentence that begins with `it`. */
  readonly proves: string;
  readonly open: (settings: Extract<OutputSettings, { kind: K }>, deps: ReceiverDeps) => Receiver;
}

export const defineKind = <K extends OutputKind>(kind: Kind<K>): Readonly<Kind<K>> =>
  Object.freeze(kind);
