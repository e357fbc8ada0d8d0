import { SourceError } from './source.ts';

/** A sentence with what to do next. `isLogin`: asking for the secret again may help. */
export class AzureError extends SourceError {
  override readonly name = 'AzureError';
  readonly code: string;
  readonly isLogin: boolean;
  constructor(code: string, message: string, isLogin = false) {
    super(message);
    this.code = code;
    this.isLogin = isLogin;
  }
}
