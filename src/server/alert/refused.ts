/** What a person asked for cannot be done, and what to do instead. `code` is one of the contract's errors. */
export class AlertRefused extends Error {
  readonly code: 'bad-request' | 'not-found' | 'conflict';
  readonly advice: string;

  constructor(code: AlertRefused['code'], message: string, advice: string) {
    super(message);
    this.name = 'AlertRefused';
    this.code = code;
    this.advice = advice;
  }
}
