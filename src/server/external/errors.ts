/** Why files elsewhere were not read; the message is for the person who asked. */
export class ExternalError extends Error {
  readonly code: 'external-refused' | 'external-failed';
  readonly advice: string;

  constructor(code: ExternalError['code'], message: string, advice: string) {
    super(message);
    this.name = 'ExternalError';
    this.code = code;
    this.advice = advice;
  }
}

export const refused = (message: string): ExternalError =>
  new ExternalError(
    'external-refused',
    message,
    'An administrator allows hosts in query.externalHosts.',
  );

export const failed = (message: string): ExternalError =>
  new ExternalError(
    'external-failed',
    message,
    'Check the address, or load the file into a table or a watchlist.',
  );
