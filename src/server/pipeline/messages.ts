import type { ProblemCode } from '#core/decode/index.ts';

/** Bytes that hold whole units of one object, to be decoded by whichever worker is free. */
export interface DecodeRequest {
  readonly kind: 'decode';
  /** Which object: counts come back by it. */
  readonly run: number;
  /** Part of a buffer that is lent until the reply, or transferred. */
  readonly unit: Uint8Array;
  readonly format: string;
  readonly object: string;
  readonly offset: number;
  readonly context: unknown;
  /** µs. */
  readonly ingestedAt: number;
}

/** Asks for everything decoded since the last seal, as segments. */
export interface SealRequest {
  readonly kind: 'seal';
  readonly epoch: number;
}

/** Asks the thread to end when it has done what was asked before. */
export interface StopRequest {
  readonly kind: 'stop';
}

export type WorkerRequest = DecodeRequest | SealRequest | StopRequest;

/** A whole Parquet file of one table and day. */
export interface SealedSegment {
  readonly table: string;
  readonly day: string;
  readonly rows: number;
  readonly ranges: Readonly<Record<string, readonly [min: number, max: number]>>;
  /** Owns its buffer, which is transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ProblemSample {
  readonly code: ProblemCode;
  readonly offset: number;
  readonly detail: string;
  readonly excerpt: string;
}

/** What became of one object's units since the last seal. */
export interface RunCounts {
  readonly run: number;
  readonly stored: number;
  readonly problems: Partial<Record<ProblemCode, number>>;
  /** The first few problems of each code. */
  readonly samples: readonly ProblemSample[];
}

export interface DecodedReply {
  readonly kind: 'decoded';
  /** The unit's buffer back, to be filled again, when it was lent: fresh memory costs more than copying into it. */
  readonly buffer: SharedArrayBuffer | null;
  readonly bytes: number;
  readonly run: number;
  readonly stored: number;
  readonly quarantined: number;
}

export interface SealedReply {
  readonly kind: 'sealed';
  readonly epoch: number;
  readonly segments: readonly SealedSegment[];
  readonly runs: readonly RunCounts[];
}

export type WorkerReply = DecodedReply | SealedReply;
