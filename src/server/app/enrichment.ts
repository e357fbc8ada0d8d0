import { join } from 'node:path';
import { parseYaml } from '#core/yaml/index.ts';
import { type EnrichmentSettings, readTopologyFiles } from '#server/enrich/index.ts';
import { CommandError } from './command.ts';
import type { Config } from './config/index.ts';

/** What reduction is told of networks, topology and bad addresses. Throws CommandError when a file cannot be read. */
export function readEnrichment(config: Config, folder: string): EnrichmentSettings {
  return {
    networks: config.networks,
    topology: readTopology(config.topology),
    indicators: config.indicators,
    cloudRanges: config.cloudRanges,
    ...(config.countries !== undefined && { countries: config.countries }),
    ...(config.systems.length > 0 && { systems: config.systems }),
    cacheFolder: join(folder, 'cache'),
  };
}

function readTopology(files: readonly string[]): EnrichmentSettings['topology'] & {} {
  try {
    return readTopologyFiles(files, readYamlValue);
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    throw new CommandError(
      `${message}${why}`,
      'Correct it, or take it out of the configuration.',
      error,
    );
  }
}

function readYamlValue(text: string): unknown {
  const { value, errors } = parseYaml(text);
  const [first] = errors;
  if (first) throw new Error(`line ${first.line}: ${first.message}`);
  return value;
}
