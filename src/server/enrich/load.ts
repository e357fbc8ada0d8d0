import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  CloudRanges,
  DescriptionError,
  Enricher,
  mergeTopologies,
  type NamedRange,
  readArmTopology,
  readBadLists,
  readNetworks,
  type Topology,
  TopologyIndex,
} from '#core/enrich/index.ts';
import { openSystems } from './asn-file.ts';
import { openCountries } from './mmdb.ts';

/** What enrichment reads. Plain data: it crosses to the process that reduces. */
export interface EnrichmentSettings {
  /** Networks by name, as the configuration lists them. */
  readonly networks?: readonly {
    readonly name: string;
    readonly ranges: readonly string[];
    readonly scope?: string | undefined;
  }[];
  /** Topology, parsed; see readTopologyFiles. */
  readonly topology?: readonly TopologyFile[];
  /** Files with bad addresses. */
  readonly indicators?: readonly string[];
  /** Providers' own lists: ServiceTags_Public.json, ip-ranges.json, cloud.json. */
  readonly cloudRanges?: readonly string[];
  /** MMDB file with countries; the packaged one unless given. */
  readonly countries?: string;
  /** CSV files with autonomous systems; the packaged ones unless given. */
  readonly systems?: readonly string[];
  /** Where what takes long to prepare is kept; nothing is kept when undefined. */
  readonly cacheFolder?: string;
  /** Leaves countries and autonomous systems out: for tests. */
  readonly withoutRegistries?: boolean;
}

/** A file of the configuration's `topology`, as plain data. */
export interface TopologyFile {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads topology files: JSON by JSON.parse, everything else by the YAML parser handed in. Throws with the file's name.
 */
export function readTopologyFiles(
  paths: readonly string[],
  parseYaml: (text: string) => unknown,
): TopologyFile[] {
  return paths.map((name) => {
    try {
      const text = readFileSync(name, 'utf8');
      const value: unknown =
        extname(name).toLowerCase() === '.json' ? JSON.parse(text) : parseYaml(text);
      return { name, value };
    } catch (error) {
      throw new Error(`the topology file ${name} cannot be read`, { cause: error });
    }
  });
}

/** Topology and names of all files: descriptions in our own words are told from ARM exports by their keys. */
export function readTopology(files: readonly TopologyFile[]): {
  topology: Topology;
  names: readonly NamedRange[];
} {
  const arm: unknown[] = [];
  const parts: Topology[] = [];
  const names: NamedRange[] = [];
  for (const { name, value } of files) {
    if (!isDescription(value)) {
      arm.push(value);
      continue;
    }
    try {
      const described = readNetworks(value);
      parts.push(described.topology);
      names.push(...described.names);
    } catch (error) {
      if (error instanceof DescriptionError)
        throw new Error(`${name}:\n${error.message}`, { cause: error });
      throw error;
    }
  }
  return { topology: mergeTopologies([readArmTopology(arm), ...parts]), names };
}

const isDescription = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  ['networks', 'sites', 'names', 'scope'].some((key) => Object.hasOwn(value, key));

/** Loads everything that enrichment looks up. Some 30 MiB; 50 ms once the cache is there, else about 1.5 s. */
export function loadEnricher(settings: EnrichmentSettings): Enricher {
  const { topology, names } = readTopology(settings.topology ?? []);
  const named = (settings.networks ?? []).map(
    ({ name, ranges, scope = '' }): NamedRange => ({ name, prefixes: ranges, scope, tags: [] }),
  );
  const texts = (settings.indicators ?? []).map((path) => readText(path, BAD_ADDRESSES));
  const clouds = (settings.cloudRanges ?? []).map((path): unknown =>
    JSON.parse(readText(path, "the cloud provider's list")),
  );
  return new Enricher({
    topology: new TopologyIndex(topology, [...names, ...named]),
    ...(texts.length > 0 && { bad: readBadLists(texts) }),
    ...(clouds.length > 0 && { cloud: new CloudRanges(clouds) }),
    ...(!settings.withoutRegistries && {
      country: openCountries(settings.countries),
      asn: openSystems(settings.systems, settings.cacheFolder),
    }),
  });
}

/**
 * Files with bad addresses of which lines are left out, each with a sentence. `takenElsewhere` names lines of a text, from 1,
 * that others take. Throws with the name of a file that cannot be read.
 */
export function findRefusedLines(
  indicators: readonly string[],
  takenElsewhere: (text: string) => ReadonlySet<number>,
): { readonly file: string; readonly lines: number; readonly says: string }[] {
  return indicators.flatMap((file) => {
    const text = readText(file, BAD_ADDRESSES);
    const { problems: all } = readBadLists([text]);
    const taken = all.length === 0 ? undefined : takenElsewhere(text);
    const problems = all.filter(({ line }) => !taken?.has(line));
    const [first] = problems;
    if (!first) return [];
    const lines = problems.length;
    const what = lines === 1 ? `A line of ${file} was` : `${lines} lines of ${file} were`;
    return [{ file, lines, says: `${what} not taken: line ${first.line} (${first.reason})` }];
  });
}

const BAD_ADDRESSES = 'the list of bad addresses';

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${what} ${path} cannot be read`, { cause: error });
  }
}
