/**
 * Why a batch was not taken.
 * `later`: the receiver is not there, busy or slow; the same will be tried again.
 * `setting`: it will not take anything until somebody changes a setting here or there (a token, an address, a certificate);
 *   tried again, but seldom. Nothing is dropped for it.
 * `content`: something in the batch; it is divided until what is refused stands alone.
 */
export type FailureKind = 'later' | 'setting' | 'content';

export class DeliveryFailure extends Error {
  readonly kind: FailureKind;
  /** What to do about it. */
  readonly advice: string;
  /** How long the receiver asked to be left alone. */
  readonly waitMs: number | undefined;
  /** Nothing can have arrived: there was no connection. */
  readonly isUnsent: boolean;

  constructor(
    kind: FailureKind,
    message: string,
    more: {
      readonly advice?: string;
      readonly waitMs?: number;
      readonly isUnsent?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.name = 'DeliveryFailure';
    this.kind = kind;
    this.advice = more.advice ?? 'It is tried again by itself.';
    this.waitMs = more.waitMs;
    this.isUnsent = more.isUnsent ?? false;
  }
}

/** Anything that was thrown while sending, as a failure; what is not known is worth another try. */
export function asFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DeliveryFailure('later', message, { cause: error });
}
