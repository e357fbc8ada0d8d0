/** What a Kusto client calls its request; undefined for what no header may hold, since it is sent back in one. */
export function clientRequestId(headers: Headers): string | undefined {
  const given = headers.get('x-ms-client-request-id');
  return given !== null && /^[\x21-\x7e]{1,200}$/.test(given) ? given : undefined;
}
