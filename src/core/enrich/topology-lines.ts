import { parseRange } from './cidr.ts';
import {
  type ClientPool,
  EMPTY_TOPOLOGY,
  type InterfaceNode,
  type NetworkNode,
  networkKey,
  type Peering,
  path,
  printMac,
  type SiteNode,
  type SubnetNode,
  type Topology,
  type TopologyRow,
} from './topology.ts';

/** A name that people gave to a range that is in no network of the topology: `finance`, `scanners`. */
export interface NamedRange {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Subscription, account or project; '' when none was named. */
  readonly scope: string;
  readonly tags: readonly string[];
}

export interface DescribedNetworks {
  readonly topology: Topology;
  readonly names: readonly NamedRange[];
}

/** A description that cannot be used; every mistake at once, each with where it is and what to do. */
export class DescriptionError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'DescriptionError';
    this.mistakes = mistakes;
  }
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one object of the description and collects what is wrong with it. */
class Reader {
  readonly #fields: Fields;
  readonly #where: string;
  readonly #mistakes: string[];
  readonly #known = new Set<string>();

  constructor(value: unknown, where: string, mistakes: string[]) {
    this.#where = where;
    this.#mistakes = mistakes;
    this.#fields = isFields(value) ? value : {};
    if (!isFields(value)) mistakes.push(`${where}: expected fields (name: value).`);
  }

  text(name: string, isRequired = false): string {
    const value = this.#take(name);
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    if (value !== undefined && value !== null)
      this.#mistakes.push(`${this.#where}.${name}: expected a text.`);
    else if (isRequired) this.#mistakes.push(`${this.#where}: a ${name} is missing.`);
    return '';
  }

  texts(name: string): readonly string[] {
    const value = this.#take(name);
    if (value === undefined || value === null) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((v) => typeof v === 'string' || typeof v === 'number').map(String);
    if (texts.length < list.length) this.#mistakes.push(`${this.#where}.${name}: expected texts.`);
    return texts;
  }

  /** Prefixes such as 10.0.0.0/16; `name` or, as people also write it, `cidr`. */
  prefixes(name = 'cidrs'): readonly string[] {
    const texts = [...this.texts(name), ...(name === 'cidrs' ? this.texts('cidr') : [])];
    for (const text of texts)
      if (!parseRange(text))
        this.#mistakes.push(
          `${this.#where}.${name}: ${text} is no address or prefix; write it like 10.1.0.0/16.`,
        );
    return texts.filter((text) => parseRange(text));
  }

  list(name: string): readonly Reader[] {
    const value = this.#take(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.#mistakes.push(`${this.#where}.${name}: expected a list.`);
      return [];
    }
    return value.map(
      (item, i) => new Reader(item, `${this.#where}.${name}[${i + 1}]`, this.#mistakes),
    );
  }

  /** Says which fields nobody asked for. */
  end(): void {
    const unknown = Object.keys(this.#fields).filter((k) => !this.#known.has(k));
    if (unknown.length > 0)
      this.#mistakes.push(
        `${this.#where}: unknown ${unknown.join(', ')}; what there is: ${[...this.#known].join(', ')}.`,
      );
  }

  #take(name: string): unknown {
    this.#known.add(name);
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }
}

/**
 * Reads a description of networks: what `networks.yaml` holds, already parsed.
 *
 *     scope: my-account              # default for everything below; subscription, account or project
 *     networks:                      # virtual networks and VPCs
 *       - name: shop
 *         region: eu-west-1
 *         cidrs: [10.20.0.0/16]
 *         peers: [hub]
 *         clients: [172.20.0.0/24]   # pool of the VPN gateway's clients
 *         subnets: [{ name: app, cidrs: [10.20.1.0/24] }]
 *         hosts: [{ name: web-1, addresses: [10.20.1.4], mac: 00-22-48-0A-0B-0C }]
 *     sites:                         # networks at the other end of a VPN or circuit
 *       - { name: berlin, cidrs: [192.168.0.0/16], connection: vpn-berlin }
 *     names:                         # names for ranges, inside or out
 *       - { name: scanners, cidrs: [198.51.100.0/28], tags: [security] }
 *
 * Throws DescriptionError with every mistake.
 */
export function readNetworks(description: unknown): DescribedNetworks {
  const mistakes: string[] = [];
  const root = new Reader(description, 'networks file', mistakes);
  const defaultScope = root.text('scope');
  const networks: NetworkNode[] = [];
  const subnets: SubnetNode[] = [];
  const interfaces: InterfaceNode[] = [];
  const clientPools: ClientPool[] = [];
  const sites: SiteNode[] = [];
  const rows: TopologyRow[] = [];
  const peers: { from: string; scope: string; group: string; name: string }[] = [];

  for (const n of root.list('networks')) {
    const scope = n.text('scope') || defaultScope;
    const group = n.text('group');
    const name = n.text('name', true);
    const region = n.text('region');
    const prefixes = n.prefixes();
    const key = networkKey(scope, group, name);
    const own = { scope, group, region };
    const shared = {
      SubType: 'Topology',
      Subscription: scope,
      Region: region,
      DiscoveryRegion: region,
    };
    networks.push({ ...own, name, prefixes, networkGroups: n.texts('tags') });
    rows.push({
      ...shared,
      AzureResourceType: 'VirtualNetwork',
      Name: path(group, name),
      AddressPrefixes: prefixes.join(','),
    });
    for (const peer of n.texts('peers')) peers.push({ from: key, scope, group, name: peer });
    const clients = n.prefixes('clients');
    if (clients.length > 0) {
      clientPools.push({ ...own, name, prefixes: clients });
      rows.push({
        ...shared,
        AzureResourceType: 'VirtualNetworkGateway',
        Name: path(group, name),
        GatewayType: 'Vpn',
        VpnClientAddressPrefixes: clients.join(','),
      });
    }
    const inner: SubnetNode[] = n.list('subnets').map((s) => {
      const subnet = s.text('name', true);
      const node = {
        ...own,
        name: subnet,
        network: key,
        path: path(group, name, subnet),
        prefixes: s.prefixes(),
      };
      s.end();
      return node;
    });
    subnets.push(...inner);
    for (const s of inner)
      rows.push({
        ...shared,
        AzureResourceType: 'Subnetwork',
        Name: s.path,
        SubnetPrefixes: s.prefixes.join(','),
      });
    for (const h of n.list('hosts')) {
      const host = h.text('name', true);
      const addresses = [...h.prefixes('addresses'), ...h.prefixes('address')];
      const mac = printMac(h.text('mac'));
      const subnet = h.text('subnet');
      const publicAddresses = h.prefixes('public');
      h.end();
      const node: InterfaceNode = {
        ...own,
        name: host,
        network: key,
        subnet: subnet ? path(group, name, subnet) : '',
        addresses,
        publicAddresses,
        mac,
        vm: path(group, host),
        forwards: false,
        privateEndpoint: '',
        privateLink: '',
      };
      interfaces.push(node);
      rows.push({
        ...shared,
        AzureResourceType: 'NetworkInterface',
        Name: path(group, host),
        VirtualMachine: node.vm,
        MacAddress: mac,
        Subnetwork: node.subnet,
        PrivateIpAddresses: addresses.join(','),
        PublicIpAddresses: publicAddresses.join(','),
      });
    }
    n.end();
  }
  for (const s of root.list('sites')) {
    const scope = s.text('scope') || defaultScope;
    const name = s.text('name', true);
    const kind = s.text('via') === 'circuit' ? 'circuit' : 'local-network-gateway';
    const group = s.text('group');
    const region = s.text('region');
    const prefixes = s.prefixes();
    sites.push({ scope, group, name, region, kind, prefixes, connection: s.text('connection') });
    rows.push({
      SubType: 'Topology',
      AzureResourceType: kind === 'circuit' ? 'ExpressRouteCircuit' : 'LocalNetworkGateway',
      Name: path(group, name),
      Subscription: scope,
      Region: region,
      DiscoveryRegion: region,
      AddressPrefixes: prefixes.join(','),
    });
    s.end();
  }
  const names = root.list('names').map((n): NamedRange => {
    const range = {
      name: n.text('name', true),
      prefixes: n.prefixes(),
      scope: n.text('scope') || defaultScope,
      tags: n.texts('tags'),
    };
    n.end();
    return range;
  });
  root.end();
  const peerings = peers.flatMap(({ from, scope, group, name }): Peering[] => {
    const to =
      networks.find(
        (n) => networkKey(n.scope, n.group, n.name) === networkKey(scope, group, name),
      ) ?? networks.find((n) => n.name.toLowerCase() === name.toLowerCase());
    if (!to)
      mistakes.push(
        `networks file: the peer ${name} is not one of the networks; add it or correct the name.`,
      );
    return to
      ? [
          {
            name: `${from.split('/').at(-1)}-${to.name}`,
            from,
            to: networkKey(to.scope, to.group, to.name),
          },
        ]
      : [];
  });
  if (mistakes.length > 0) throw new DescriptionError(mistakes);
  return {
    topology: {
      ...EMPTY_TOPOLOGY,
      networks,
      subnets,
      interfaces,
      sites,
      clientPools,
      peerings,
      rows,
    },
    names,
  };
}
