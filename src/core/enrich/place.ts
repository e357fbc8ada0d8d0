/** Where an address is, in the order in which it is decided: the first that holds. */
export const PLACE_KINDS = [
  'network', // a virtual network or VPC, by topology or learned
  'clients', // a gateway's pool of point-to-site clients
  'site', // a network at the other end of a VPN or circuit
  'azure', // a public address that Microsoft runs
  'malicious', // a public address on a list of bad addresses
  'public', // any other public address
  'private', // a private address that nothing maps
  'other', // loopback, multicast, link-local and their like
] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

export interface Threat {
  readonly type: string;
  readonly description: string;
  readonly domain: string;
  readonly url: string;
  readonly port: number | null;
}

/** What is known of one address. Texts are in the forms that NTANetAnalytics shows; '' is not known. */
export interface Place {
  readonly kind: PlaceKind;
  /** What must be equal for two places to be in one network, site or pool; '' for the other kinds. */
  readonly group: string;
  readonly scope: string;
  readonly region: string;
  readonly nic: string;
  readonly vm: string;
  readonly mac: string;
  readonly subnet: string;
  readonly applicationGateway: string;
  readonly loadBalancer: string;
  readonly localNetworkGateway: string;
  readonly expressRouteCircuit: string;
  readonly networkGroups: string;
  readonly privateEndpoint: string;
  readonly privateLink: string;
  /** How one gets there: a gateway or connection. */
  readonly connection: string;
  /** ISO 3166-1 alpha-2, of registration. */
  readonly country: string;
  readonly azureRegion: string;
  /** Cloud or network operator. */
  readonly provider: string;
  readonly serviceTag: string;
  /** Service, otherwise autonomous system: NTAIpDetails.PublicIpDetails. */
  readonly details: string;
  readonly threat: Threat | null;
}

const UNKNOWN: Place = Object.freeze({
  kind: 'other',
  group: '',
  scope: '',
  region: '',
  nic: '',
  vm: '',
  mac: '',
  subnet: '',
  applicationGateway: '',
  loadBalancer: '',
  localNetworkGateway: '',
  expressRouteCircuit: '',
  networkGroups: '',
  privateEndpoint: '',
  privateLink: '',
  connection: '',
  country: '',
  azureRegion: '',
  provider: '',
  serviceTag: '',
  details: '',
  threat: null,
});

export const placeOf = (kind: PlaceKind, known: Partial<Place> = {}): Place => ({
  ...UNKNOWN,
  ...known,
  kind,
});
