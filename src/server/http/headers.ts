/**
 * Headers of every answer. The page is files only: no inline script or style, no eval, nothing from elsewhere, and it
 * may not be framed.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers of the API are data: a browser that shows one as a page gives it no rights at all. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['X-Robots-Tag', 'noindex'],
];

/** Adds what every answer carries; `kind` decides the content policy and, unless the answer says so itself, caching. */
export function addSecurityHeaders(
  headers: Headers,
  kind: 'page' | 'data',
  isSecure: boolean,
): void {
  for (const [name, value] of EVERYWHERE) headers.set(name, value);
  headers.set('Content-Security-Policy', kind === 'page' ? PAGE_POLICY : DATA_POLICY);
  if (kind === 'data' && !headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  if (isSecure) headers.set('Strict-Transport-Security', 'max-age=31536000');
}
