import type { ErrorCode } from '#core/contract/index.ts';

/** A request that is answered with an error of the contract: thrown by handlers, printed by the dispatcher. */
export class Refused extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, more: { hint?: string; retryAfter?: number } = {}) {
    super(message);
    this.name = 'Refused';
    this.code = code;
    this.hint = more.hint;
    this.retryAfter = more.retryAfter;
  }
}
