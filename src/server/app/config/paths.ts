import { resolve } from 'node:path';
import type { Config, SourceConfig } from './schema.ts';

/** The configuration with every path in it, those of secrets too, made absolute from the folder that it lies in. */
export function withAbsolutePaths(config: Config, folder: string): Config {
  const from = (path: string) => resolve(folder, path);
  const secret = (reference: string) =>
    reference.startsWith('file:') ? `file:${from(reference.slice('file:'.length))}` : reference;
  const source = (one: SourceConfig): SourceConfig => {
    if (one.kind === 'folder') return { ...one, path: from(one.path) };
    const { connectionString, sas, accountKey } = one;
    return {
      ...one,
      ...(connectionString !== undefined && { connectionString: secret(connectionString) }),
      ...(sas !== undefined && { sas: secret(sas) }),
      ...(accountKey !== undefined && { accountKey: secret(accountKey) }),
    };
  };
  const { tls, countries } = config;
  return {
    ...config,
    ...(tls && { tls: { certificate: from(tls.certificate), key: from(tls.key) } }),
    ...(countries !== undefined && { countries: from(countries) }),
    sources: config.sources.map(source),
    topology: config.topology.map(from),
    indicators: config.indicators.map(from),
    watchlists: config.watchlists.map((list) => ({ ...list, file: from(list.file) })),
    cloudRanges: config.cloudRanges.map(from),
    systems: config.systems.map(from),
  };
}
