/**
 * The session cookie. Cookies of one host are shared by all its ports, so the name holds the port of the address that
 * the browser uses: two servers on one machine do not log each other out. Behind TLS the prefix `__Host-` keeps others
 * from setting it.
 */
export function cookieName(host: string | null, isSecure: boolean): string {
  const port = /:(\d+)$/.exec(host ?? '')?.[1];
  return `${isSecure ? '__Host-' : ''}weir-session${port === undefined ? '' : `-${port}`}`;
}

/** Every value the header holds under the name: a browser may send several, of which one may be ours. */
export function readCookie(header: string | null, name: string): readonly string[] {
  return (header ?? '')
    .split(';', 100)
    .map((pair) => pair.trim().split('='))
    .filter(([key, value]) => key === name && value !== undefined && /^[\w-]{20,200}$/.test(value))
    .map(([, value]) => value ?? '')
    .slice(0, 4);
}

/** Sets the cookie, or with an empty value removes it. HttpOnly and SameSite=Strict always. */
export function printCookie(
  name: string,
  value: string,
  maxAgeSeconds: number,
  isSecure: boolean,
): string {
  const age = value === '' ? 0 : maxAgeSeconds;
  return `${name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
