import type { ArmResource } from './arm-resource.ts';
import {
  type ClientPool,
  type FrontEnd,
  type InterfaceNode,
  type NetworkNode,
  networkKey,
  networkOfId,
  type Peering,
  parseArmId,
  path,
  type SiteNode,
  type SubnetNode,
  type Topology,
  type TopologyRow,
} from './topology.ts';

/** One kind of resource. Readers run in the order of the list, over all files, so that later ones find earlier ones. */
export interface ArmReader {
  readonly type: string;
  read(resource: ArmResource, tables: ArmTables): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What readers fill. */
export interface ArmTables {
  readonly networks: NetworkNode[];
  readonly subnets: SubnetNode[];
  readonly interfaces: Mutable<InterfaceNode>[];
  readonly sites: Mutable<SiteNode>[];
  readonly clientPools: ClientPool[];
  readonly frontEnds: FrontEnd[];
  readonly peerings: Peering[];
  readonly rows: TopologyRow[];
  /** Address of a public address resource, by its id in lower case. */
  readonly publicAddresses: Map<string, string>;
  finish(problems: readonly string[]): Topology;
}

export function armTables(): ArmTables {
  const tables = {
    networks: [],
    subnets: [],
    interfaces: [],
    sites: [],
    clientPools: [],
    frontEnds: [],
    peerings: [],
    rows: [],
    publicAddresses: new Map<string, string>(),
    finish: (problems: readonly string[]): Topology => {
      const { networks, subnets, interfaces, sites, clientPools, frontEnds, peerings, rows } =
        tables as ArmTables;
      return {
        networks,
        subnets,
        interfaces,
        sites,
        clientPools,
        frontEnds,
        peerings,
        rows,
        problems,
      };
    },
  };
  return tables;
}

export const own = (r: ArmResource) => ({
  scope: r.scope,
  group: r.group,
  name: r.name,
  region: r.region,
});

export const row = (r: ArmResource, kind: string, more: TopologyRow): TopologyRow => ({
  SubType: 'Topology',
  AzureResourceType: kind,
  Name: path(r.group, ...r.names),
  Region: r.region,
  DiscoveryRegion: r.region,
  Subscription: r.scope,
  Tags: r.tags(),
  ...more,
});

export const join = (texts: readonly string[]) => texts.join(',');
/** `resource group/name…` of an id. */
export const short = (id: string) => {
  const parsed = parseArmId(id);
  return parsed ? path(parsed.group, ...parsed.names) : '';
};
/** A subnet's id, or the template form that names network and subnet, as network key and path. */
export function subnetOf(r: ArmResource, id: string): { network: string; path: string } {
  const exact = networkOfId(id);
  if (exact) return { network: exact.key, path: path(exact.group, exact.network, exact.subnet) };
  const [network = '', subnet = ''] = parseArmId(id)?.names ?? [];
  if (network === '') return { network: '', path: '' };
  return { network: networkKey(r.scope, r.group, network), path: path(r.group, network, subnet) };
}
export const networkKeyOf = (r: ArmResource, id: string) => subnetOf(r, id).network;
