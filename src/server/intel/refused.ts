import { REFUSALS, type Refusal } from '#core/intel/index.ts';

/** What a person asked for cannot be done, and what to do instead. `code` is one of the contract's errors. */
export class IntelRefused extends Error {
  readonly code: 'bad-request' | 'not-found' | 'conflict';
  readonly advice: string;

  constructor(code: IntelRefused['code'], message: string, advice: string) {
    super(message);
    this.name = 'IntelRefused';
    this.code = code;
    this.advice = advice;
  }

  /** A value that cannot be looked for. */
  static ofValue(value: string, refusal: Refusal): IntelRefused {
    return new IntelRefused(
      'bad-request',
      `${value.slice(0, 100)} cannot be looked for: ${REFUSALS[refusal]}.`,
      'Give an address, a network such as 203.0.113.0/24, a host name, a URL or a hash.',
    );
  }
}
