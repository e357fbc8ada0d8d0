/** A sentence with what to do next, without addresses and secrets. */
export class AzureError extends Error {
  override readonly name = 'AzureError';
  /** Azure's own (`ContainerNotFound`), or that of the connection (`ECONNREFUSED`). */
  readonly code: string;
  /** Asking for the secret again may help. */
  readonly isLogin: boolean;
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The header Retry-After as it came. */
  readonly retryAfter: string | undefined;

  constructor(
    code: string,
    message: string,
    more: {
      readonly isLogin?: boolean;
      readonly status?: number | undefined;
      readonly retryAfter?: string | undefined;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.isLogin = more.isLogin ?? false;
    this.status = more.status;
    this.retryAfter = more.retryAfter;
  }
}
