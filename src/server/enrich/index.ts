export { openSystems } from './asn-file.ts';
export {
  type EnrichmentSettings,
  findRefusedLines,
  loadEnricher,
  readTopology,
  readTopologyFiles,
  type TopologyFile,
} from './load.ts';
export { COUNTRY_NOTE, type CountryOf, openCountries } from './mmdb.ts';
