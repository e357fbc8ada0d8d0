import { type IpWords, parseIp } from '#core/base/index.ts';
import type { AsnTable } from './asn-table.ts';
import type { BadList } from './bad-list.ts';
import type { CloudRanges } from './cloud-ranges.ts';
import { type Place, placeOf } from './place.ts';
import { providerOfAsn } from './providers.ts';
import { isPublicKind, specialKind } from './special-ranges.ts';
import type { TopologyIndex } from './topology-index.ts';

/** What an enricher looks things up in. What is absent is left empty in the result. */
export interface EnrichmentData {
  /** ISO 3166-1 alpha-2 of the country where the address is registered; '' when not known. */
  readonly country?: (ip: string) => string;
  readonly asn?: AsnTable;
  readonly cloud?: CloudRanges;
  readonly bad?: BadList;
  readonly topology?: TopologyIndex;
}

/** What observers taught about one address; see ObservedAddresses. */
export interface Learned {
  /** What must be equal for two addresses to be in one network. */
  readonly network: string;
  readonly scope: string;
  readonly region: string;
  readonly subnet: string;
}

/**
 * Says where an address is. Imported topology comes first, then what flow logs taught about private addresses, then
 * special ranges, then the providers' own lists, lists of bad addresses, and the registries.
 */
export class Enricher {
  readonly #data: EnrichmentData;

  constructor(data: EnrichmentData) {
    this.#data = data;
  }

  get topology(): TopologyIndex | undefined {
    return this.#data.topology;
  }

  /** `from` is the network that observed it ('' when not known); `learned` what observers taught, if anything. */
  locate(ip: string, from: string, learned?: Learned): Place {
    const words = parseIp(ip);
    if (!words) return placeOf('other');
    const mapped = this.#data.topology?.find(words, from);
    if (mapped) return mapped;
    const special = specialKind(words);
    if (isPublicKind(special))
      return special === 'azure-platform' ? AZURE_PLATFORM : this.#locatePublic(ip, words);
    if (special !== 'private' && special !== 'shared') return placeOf('other');
    if (!learned) return placeOf('private');
    return placeOf('network', {
      group: learned.network,
      scope: learned.scope,
      region: learned.region,
      subnet: learned.subnet,
    });
  }

  #locatePublic(ip: string, words: IpWords): Place {
    const service = this.#data.cloud?.find(words);
    const system = this.#data.asn?.find(words);
    const announcer = system && providerOfAsn(system.number);
    // Documentation and benchmarking ranges are registered to the registries themselves, which is no country.
    const country = specialKind(words) ? '' : (this.#data.country?.(ip) ?? '');
    const provider = service?.provider ?? announcer?.name ?? system?.holder ?? '';
    const details =
      [service?.service, service?.region].filter((t) => t).join(' ') ||
      (system ? `AS${system.number} ${system.holder}`.trim() : '');
    const known = {
      country,
      provider,
      details,
      region: service?.region ?? '',
      serviceTag: service?.tag ?? '',
    };
    const isMicrosoft = service
      ? service.provider === 'Microsoft'
      : (announcer?.isMicrosoft ?? false);
    if (isMicrosoft) return placeOf('azure', { ...known, azureRegion: service?.region ?? '' });
    const threat = this.#data.bad?.find(words);
    return threat ? placeOf('malicious', { ...known, threat }) : placeOf('public', known);
  }
}

/** 168.63.129.16: the host behind every Azure machine. */
const AZURE_PLATFORM: Place = placeOf('azure', {
  azureRegion: 'Global',
  provider: 'Microsoft',
  details: 'Microsoft Virtual Public IP',
});
