import type { Config } from '../config/index.ts';

/** What the addresses of this server's pages begin with for others; undefined while it has no name. */
export function publicUrl({
  hosts,
  tls,
  proxy,
}: Pick<Config, 'hosts' | 'tls' | 'proxy'>): string | undefined {
  const [host] = hosts;
  if (host === undefined) return undefined;
  return `${tls !== undefined || proxy?.tls ? 'https' : 'http'}://${host}`;
}
