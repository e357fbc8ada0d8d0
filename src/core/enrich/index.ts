export { ASN_ATTRIBUTION, AsnTable, type AutonomousSystem } from './asn-table.ts';
export { BadList, type BadListProblem, readBadLists } from './bad-list.ts';
export { type IpRange, isInRange, parseRange, printRange } from './cidr.ts';
export { CloudRanges, type CloudService } from './cloud-ranges.ts';
export { type Duplicates, duplicateSentences, printDuplicatesKql } from './duplicate-scopes.ts';
export { Enricher, type EnrichmentData, type Learned } from './enricher.ts';
export { bundledEnd, FLOW_TYPES, type FlowType, flowType } from './flow-type.ts';
export { PORT_SERVICES_DATE } from './generated/port-services.ts';
export { PROVIDER_ASNS_DATE } from './generated/provider-asns.ts';
export { PLACE_KINDS, type Place, type PlaceKind, placeOf, type Threat } from './place.ts';
export { portService, portServices } from './port-services.ts';
export { type Provider, providerOfAsn } from './providers.ts';
export { RangeTable, RangeTableBuilder } from './range-table.ts';
export { observersKql, type ReducedRow, rawFlowsKql } from './raw-flows-kql.ts';
export { isPublicKind, SPECIAL_KINDS, type SpecialKind, specialKind } from './special-ranges.ts';
export {
  EMPTY_TOPOLOGY,
  mergeTopologies,
  networkKey,
  networkOfId,
  parseArmId,
  type Topology,
  type TopologyRow,
} from './topology.ts';
export { readArmTopology } from './topology-arm.ts';
export { type Connection, TopologyIndex } from './topology-index.ts';
export {
  type DescribedNetworks,
  DescriptionError,
  type NamedRange,
  readNetworks,
} from './topology-lines.ts';
