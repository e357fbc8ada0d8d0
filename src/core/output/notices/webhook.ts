import { encodeUtf8 } from '#core/base/index.ts';
import { base64, decodeBase64 } from '../base64.ts';

/** HMAC-SHA256 of the text's UTF-8. */
export type Hmac = (key: Uint8Array, text: string) => Uint8Array;

/**
 * The headers that prove who sent a body. Several secrets, divided by spaces, sign side by side while one replaces another.
 * A secret with `whsec_` is base64, another is taken as it is.
 * Source: Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks).
 */
export function webhookHeaders(
  id: string,
  /** ms since 1970. */
  now: number,
  body: string,
  secrets: string,
  hmac: Hmac,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets
    .split(/\s+/)
    .filter((secret) => secret !== '')
    .map((secret) => {
      const key = secret.startsWith('whsec_')
        ? decodeBase64(secret.slice('whsec_'.length))
        : encodeUtf8(secret);
      return `v1,${base64(hmac(key, `${id}.${timestamp}.${body}`))}`;
    });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length === 0 ? {} : { 'webhook-signature': signatures.join(' ') }),
  };
}
