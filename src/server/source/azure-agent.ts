import type { Agent } from 'node:http';
import { guardedAgent, isHostAddress, realNetwork } from '#server/external/index.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What an administrator names may be inside; links, where clouds hand out credentials, are never reached. */
const NETWORK = { ...realNetwork, isPublic: isHostAddress };

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/**
 * How a source connects to the host of a URL; throws ExternalError for an address that is never reached. Undefined where the
 * environment names a proxy, which the SDK then takes: the proxy looks names up, and decides.
 */
export function azureAgent(environment: Environment): ((url: URL) => Agent) | undefined {
  const isProxied = PROXIES.some((name) => environment[name] || environment[name.toLowerCase()]);
  return isProxied ? undefined : (url) => guardedAgent(url, NETWORK, { keepAlive: true });
}
