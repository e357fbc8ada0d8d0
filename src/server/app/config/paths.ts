import { resolve } from 'node:path';
import type { Config, OutputConfig, SourceConfig } from './schema.ts';

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
  const output = (one: OutputConfig): OutputConfig => {
    // No text of an output but a reference begins with file:.
    const made = Object.entries(one).map(([name, value]) => [
      name,
      typeof value === 'string' ? secret(value) : value,
    ]);
    const trust = 'tls' in one && one.tls ? { tls: eachFrom(one.tls) } : {};
    // The same keys with values of the same types.
    const place = 'folder' in one && one.folder !== undefined ? { folder: from(one.folder) } : {};
    return { ...Object.fromEntries(made), ...trust, ...place } as OutputConfig;
  };
  const eachFrom = (files: Readonly<Record<string, string | undefined>>) =>
    Object.fromEntries(
      Object.entries(files).map(([name, path]) => [name, path === undefined ? path : from(path)]),
    );
  const { tls, countries, zones } = config;
  return {
    ...config,
    ...(tls && { tls: { certificate: from(tls.certificate), key: from(tls.key) } }),
    ...(countries !== undefined && { countries: from(countries) }),
    ...(zones !== undefined && { zones: from(zones) }),
    sources: config.sources.map(source),
    outputs: config.outputs.map(output),
    topology: config.topology.map(from),
    indicators: config.indicators.map(from),
    intel: {
      feeds: config.intel.feeds.map((feed) => ({
        ...feed,
        ...(feed.path !== undefined && { path: from(feed.path) }),
        ...(feed.auth !== undefined && { auth: secret(feed.auth) }),
      })),
      warningLists: config.intel.warningLists.map((list) => ({ ...list, path: from(list.path) })),
    },
    watchlists: config.watchlists.map((list) => ({ ...list, file: from(list.file) })),
    cloudRanges: config.cloudRanges.map(from),
    systems: config.systems.map(from),
    rules: { ...config.rules, folders: config.rules.folders.map(from) },
  };
}
