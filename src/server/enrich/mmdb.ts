import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CountryResponse, Reader } from 'mmdb-lib';

/** Country of registration (ISO 3166-1 alpha-2) of a public address; '' when the database does not know. */
export type CountryOf = (ip: string) => string;

/** Shown wherever countries are. */
export const COUNTRY_NOTE =
  'Countries are those where the addresses are registered, not where their users are (geo-whois-asn-country, CC0).';

const PACKAGED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** The country in an answer of either layout. */
function codeOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return '';
  if ('country_code' in answer && typeof answer.country_code === 'string')
    return answer.country_code;
  return 'country' in answer ? isoCodeOf(answer.country) : '';
}

const isoCodeOf = (country: unknown): string =>
  typeof country === 'object' &&
  country !== null &&
  'iso_code' in country &&
  typeof country.iso_code === 'string'
    ? country.iso_code
    : '';

/**
 * Opens an MMDB file: the one that npm carries unless another is named, of the layout of ip-location-db or of GeoLite2
 * Country. About 8 MiB of memory; a million look-ups a second. Throws when the file is no MMDB.
 */
export function openCountries(file?: string): CountryOf {
  const path = file ?? createRequire(import.meta.url).resolve(PACKAGED);
  let reader: Reader<CountryResponse>;
  try {
    reader = new Reader<CountryResponse>(readFileSync(path));
  } catch (error) {
    throw new Error(`the country database ${path} cannot be read`, { cause: error });
  }
  return (ip) => codeOf(reader.get(ip));
}
