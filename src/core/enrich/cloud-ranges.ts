import type { IpWords } from '#core/base/index.ts';
import { parseRange } from './cidr.ts';
import { type RangeTable, RangeTableBuilder } from './range-table.ts';

export interface CloudService {
  readonly provider: string;
  /** '' where the list does not say, or where the range serves every region. */
  readonly region: string;
  readonly service: string;
  /** Azure service tag; '' for other providers. */
  readonly tag: string;
}

interface Entry extends CloudService {
  readonly prefix: string;
  /** True for ranges that only say "somewhere in this cloud". */
  readonly isGeneral: boolean;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function* azureEntries(file: Readonly<Record<string, unknown>>): Generator<Entry> {
  for (const value of list(file['values'])) {
    if (!isRecord(value) || !isRecord(value['properties'])) continue;
    const tag = text(value['name']);
    const { region, systemService, addressPrefixes } = value['properties'];
    for (const prefix of list(addressPrefixes))
      yield {
        prefix: text(prefix),
        provider: 'Microsoft',
        region: text(region),
        service:
          text(systemService) || (tag.startsWith('AzureCloud') ? '' : (tag.split('.')[0] ?? '')),
        tag,
        isGeneral: tag.startsWith('AzureCloud'),
      };
  }
}

function* prefixEntries(file: Readonly<Record<string, unknown>>): Generator<Entry> {
  const isAmazon = 'ipv6_prefixes' in file;
  for (const value of [...list(file['prefixes']), ...list(file['ipv6_prefixes'])]) {
    if (!isRecord(value)) continue;
    const service = text(value['service']);
    const region = text(value['region']) || text(value['scope']);
    yield {
      prefix: text(
        value['ip_prefix'] ?? value['ipv6_prefix'] ?? value['ipv4Prefix'] ?? value['ipv6Prefix'],
      ),
      provider: isAmazon ? 'Amazon' : 'Google',
      region: region === 'GLOBAL' || region === 'global' ? '' : region,
      service: isAmazon && service === 'AMAZON' ? '' : service,
      tag: '',
      isGeneral: isAmazon && service === 'AMAZON',
    };
  }
}

/**
 * The ranges that cloud providers publish, from their own files: Azure's ServiceTags_Public.json, AWS's ip-ranges.json,
 * Google's cloud.json (or goog.json). A narrower range wins; of equal ones, the one that names a service.
 */
export class CloudRanges {
  readonly #services: RangeTable;
  readonly #regions: RangeTable;
  readonly #entries: readonly CloudService[];
  /** Ranges that could not be read. */
  readonly badRanges: number;

  /** Throws when a file is none of the three. */
  constructor(files: readonly unknown[]) {
    const entries = files.flatMap((file) => {
      if (!isRecord(file)) throw new Error('not a list of cloud ranges: expected a JSON object');
      if (Array.isArray(file['values'])) return [...azureEntries(file)];
      if (Array.isArray(file['prefixes'])) return [...prefixEntries(file)];
      throw new Error(
        'not a list of cloud ranges: expected ServiceTags_Public.json (Azure), ip-ranges.json (AWS) or cloud.json (Google)',
      );
    });
    // Added last wins among equal ranges: general before special, without region before with one.
    const weight = (e: Entry) => (e.isGeneral ? 0 : 2) + (e.region ? 1 : 0);
    entries.sort((a, b) => weight(a) - weight(b));
    const services = new RangeTableBuilder();
    const regions = new RangeTableBuilder();
    let badRanges = 0;
    entries.forEach((entry, i) => {
      const range = parseRange(entry.prefix);
      if (!range) badRanges++;
      else {
        services.add(range, i);
        if (entry.region) regions.add(range, i);
      }
    });
    this.#entries = entries;
    this.#services = services.build();
    this.#regions = regions.build();
    this.badRanges = badRanges;
  }

  find(words: IpWords): CloudService | undefined {
    const found = this.#entries[this.#services.find(words)];
    if (!found || found.region) return found;
    const region = this.#entries[this.#regions.find(words)];
    return region?.provider === found.provider ? { ...found, region: region.region } : found;
  }
}
