/**
 * The network as it was described to Weir: by exported ARM JSON (topology-arm.ts) or by lines of YAML
 * (topology-lines.ts). Names compare without regard to case, as Azure's do.
 */
export interface Topology {
  readonly networks: readonly NetworkNode[];
  readonly subnets: readonly SubnetNode[];
  readonly interfaces: readonly InterfaceNode[];
  readonly sites: readonly SiteNode[];
  readonly clientPools: readonly ClientPool[];
  readonly frontEnds: readonly FrontEnd[];
  readonly peerings: readonly Peering[];
  /** Rows of NTATopologyDetails, without the columns that every row of a snapshot shares. */
  readonly rows: readonly TopologyRow[];
  /** What was given but not understood, as sentences. */
  readonly problems: readonly string[];
}

export type TopologyRow = Readonly<Record<string, string | number | boolean | null>>;

interface Resource {
  /** Subscription, account or project. */
  readonly scope: string;
  /** Resource group; '' outside Azure. */
  readonly group: string;
  readonly name: string;
  readonly region: string;
}

export interface NetworkNode extends Resource {
  readonly prefixes: readonly string[];
  readonly networkGroups: readonly string[];
}

export interface SubnetNode extends Resource {
  /** Key of the network, as `networkKey` prints it. */
  readonly network: string;
  /** `resource group/network/subnet`. */
  readonly path: string;
  readonly prefixes: readonly string[];
}

export interface InterfaceNode extends Resource {
  readonly network: string;
  readonly subnet: string;
  readonly addresses: readonly string[];
  readonly publicAddresses: readonly string[];
  /** AA-BB-CC-DD-EE-FF or ''. */
  readonly mac: string;
  /** `resource group/name` or ''. */
  readonly vm: string;
  readonly forwards: boolean;
  readonly privateEndpoint: string;
  readonly privateLink: string;
}

export interface SiteNode extends Resource {
  readonly kind: 'local-network-gateway' | 'circuit';
  readonly prefixes: readonly string[];
  readonly connection: string;
}

export interface ClientPool extends Resource {
  readonly prefixes: readonly string[];
}

export interface FrontEnd extends Resource {
  readonly kind: 'load-balancer' | 'application-gateway';
  readonly network: string;
  readonly subnet: string;
  readonly addresses: readonly string[];
}

export interface Peering {
  readonly name: string;
  /** Keys of networks. */
  readonly from: string;
  readonly to: string;
}

export const EMPTY_TOPOLOGY: Topology = Object.freeze({
  networks: [],
  subnets: [],
  interfaces: [],
  sites: [],
  clientPools: [],
  frontEnds: [],
  peerings: [],
  rows: [],
  problems: [],
});

export function mergeTopologies(parts: readonly Topology[]): Topology {
  return {
    networks: parts.flatMap((p) => p.networks),
    subnets: parts.flatMap((p) => p.subnets),
    interfaces: parts.flatMap((p) => p.interfaces),
    sites: parts.flatMap((p) => p.sites),
    clientPools: parts.flatMap((p) => p.clientPools),
    frontEnds: parts.flatMap((p) => p.frontEnds),
    peerings: parts.flatMap((p) => p.peerings),
    rows: parts.flatMap((p) => p.rows),
    problems: parts.flatMap((p) => p.problems),
  };
}

/** What identifies a network in every look-up. */
export const networkKey = (scope: string, group: string, name: string): string =>
  path(scope, group, name).toLowerCase();

/** The parts that are not empty, joined by slashes: `resource group/name`. */
export const path = (...parts: readonly string[]): string =>
  parts.filter((p) => p !== '').join('/');

/** AA-BB-CC-DD-EE-FF of any usual spelling; '' when it is no hardware address. */
export function printMac(text: string): string {
  const digits = text.replaceAll(/[^0-9A-Fa-f]/g, '').toUpperCase();
  return digits.length === 12 ? (digits.match(/../g) ?? []).join('-') : '';
}

/** The parts of an ARM id, or of `[resourceId('type', 'name', …)]` in a template. */
export interface ArmId {
  readonly scope: string;
  readonly group: string;
  /** Last part of the type in lower case, e.g. `subnets`. */
  readonly type: string;
  /** Names from the outermost resource inwards. */
  readonly names: readonly string[];
}

export function parseArmId(id: string): ArmId | undefined {
  const template = /^\[(?:concat\()?resourceId\((.*?)\)/i.exec(id);
  if (template) {
    const literals = [...(template[1] ?? '').matchAll(/'([^']*)'/g)].map((m) => m[1] ?? '');
    const [type, ...names] = literals.slice(literals.findIndex((l) => l.includes('/')));
    return type === undefined ? undefined : { scope: '', group: '', type: lastPart(type), names };
  }
  const match =
    /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?(?:\/providers\/[^/]+\/(.+))?$/i.exec(
      id,
    );
  if (!match) return undefined;
  const parts = (match[3] ?? '').split('/');
  return {
    scope: (match[1] ?? '').toLowerCase(),
    group: match[2] ?? '',
    type: (parts.at(-2) ?? '').toLowerCase(),
    names: parts.filter((_, i) => i % 2 === 1),
  };
}

const lastPart = (type: string): string => (type.split('/').at(-1) ?? '').toLowerCase();

/** The network of an id that names a network or anything inside one; undefined for other ids. */
export function networkOfId(
  id: string,
): { key: string; scope: string; group: string; network: string; subnet: string } | undefined {
  const match =
    /\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/virtualNetworks\/([^/]+)(?:\/subnets\/([^/]+))?/i.exec(
      id,
    );
  if (!match) return undefined;
  const [, scope = '', group = '', network = '', subnet = ''] = match;
  return {
    key: networkKey(scope, group, network),
    scope: scope.toLowerCase(),
    group,
    network,
    subnet,
  };
}
