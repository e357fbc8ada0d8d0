import { canonicalIp, type IpWords, parseIp, printIp } from '#core/base/index.ts';
import { parseRange } from './cidr.ts';
import { type Place, placeOf } from './place.ts';
import { type RangeTable, RangeTableBuilder } from './range-table.ts';
import { networkKey, type Peering, path, type Topology } from './topology.ts';
import type { NamedRange } from './topology-lines.ts';

/** What two networks have to do with each other. */
export interface Connection {
  /** VNetPeering, VpnGateway, ExpressRoute or ''. */
  readonly type: string;
  readonly name: string;
  /** Networks in between, separated by spaces. */
  readonly through: string;
}

const NO_CONNECTION: Connection = { type: '', name: '', through: '' };

interface Named {
  readonly key: string;
  readonly place: Place;
}

/** Ranges of one network, or of all of them. */
class PlaceTable {
  readonly #places: Place[] = [];
  readonly #builder = new RangeTableBuilder();
  #table: RangeTable | null = null;

  add(prefixes: readonly string[], place: Place): void {
    for (const prefix of prefixes) {
      const range = parseRange(prefix);
      if (range) this.#builder.add(range, this.#places.length);
    }
    this.#places.push(place);
  }

  find(words: IpWords): Place | undefined {
    this.#table ??= this.#builder.build();
    return this.#places[this.#table.find(words)];
  }
}

/**
 * Look-ups over a topology. Address plans repeat (10.0.0.0/16 in many networks), so a look-up says from which network
 * it is made: that network is asked first, then the networks it is peered with, then all.
 */
export class TopologyIndex {
  /** Network → address → what is there; '' holds addresses that only one network has. */
  readonly #hosts = new Map<string, Map<string, Place>>();
  readonly #inside = new Map<string, PlaceTable>();
  readonly #everywhere = new PlaceTable();
  readonly #outside = new PlaceTable();
  readonly #named = new PlaceTable();
  readonly #peers = new Map<string, Peering[]>();
  /** `resource group/name` of each network, by its key. */
  readonly #shown = new Map<string, string>();
  readonly #byMac = new Map<string, { place: Place; forwards: boolean }>();
  readonly isEmpty: boolean;

  /** `names` are ranges that people named: they place what the topology does not. */
  constructor(topology: Topology, names: readonly NamedRange[] = []) {
    for (const { name, prefixes, scope, tags } of names)
      this.#named.add(
        prefixes,
        placeOf('network', {
          group: networkKey(scope, '', name),
          scope,
          subnet: name,
          networkGroups: tags.join(' '),
        }),
      );
    this.isEmpty =
      names.length +
        topology.networks.length +
        topology.interfaces.length +
        topology.sites.length +
        topology.clientPools.length ===
      0;
    this.#indexRanges(topology);
    this.#indexHosts(topology);
    for (const peering of topology.peerings) {
      push(this.#peers, peering.from, peering);
      push(this.#peers, peering.to, { ...peering, from: peering.to, to: peering.from });
    }
  }

  #indexRanges({ networks, subnets, sites, clientPools }: Topology): void {
    const named: Named[] = networks.map((n) => ({
      key: networkKey(n.scope, n.group, n.name),
      place: placeOf('network', {
        group: networkKey(n.scope, n.group, n.name),
        scope: n.scope,
        region: n.region,
        networkGroups: n.networkGroups.join(' '),
      }),
    }));
    const tableOf = (key: string) => {
      let table = this.#inside.get(key);
      if (!table) {
        table = new PlaceTable();
        this.#inside.set(key, table);
      }
      return table;
    };
    networks.forEach((n, i) => {
      const { key, place } = named[i]!;
      this.#shown.set(key, path(n.group, n.name));
      tableOf(key).add(n.prefixes, place);
      this.#everywhere.add(n.prefixes, place);
    });
    for (const s of subnets) {
      const of = named.find((n) => n.key === s.network)?.place;
      const place = placeOf('network', {
        ...of,
        group: s.network,
        scope: s.scope || (of?.scope ?? ''),
        region: s.region || (of?.region ?? ''),
        subnet: s.path,
      });
      tableOf(s.network).add(s.prefixes, place);
      this.#everywhere.add(s.prefixes, place);
    }
    for (const site of sites) {
      const name = path(site.scope, site.group, site.name);
      const isCircuit = site.kind === 'circuit';
      this.#outside.add(
        site.prefixes,
        placeOf('site', {
          group: name,
          scope: site.scope,
          region: site.region,
          localNetworkGateway: isCircuit ? '' : name,
          expressRouteCircuit: isCircuit ? name : '',
          connection: site.connection,
        }),
      );
    }
    for (const pool of clientPools)
      this.#outside.add(
        pool.prefixes,
        placeOf('clients', {
          group: path(pool.scope, pool.group, pool.name),
          scope: pool.scope,
          region: pool.region,
          connection: pool.name,
        }),
      );
  }

  #indexHosts({ interfaces, frontEnds }: Topology): void {
    const add = (network: string, addresses: readonly string[], place: Place) => {
      const hosts = this.#hosts.get(network) ?? new Map<string, Place>();
      this.#hosts.set(network, hosts);
      for (const address of addresses) {
        const ip = canonicalIp(address);
        if (!ip) continue;
        if (network !== '' || !hosts.has(ip)) hosts.set(ip, place);
      }
    };
    for (const f of frontEnds) {
      const name = path(f.scope, f.group, f.name);
      const base = this.#baseOf(f.network, f.addresses);
      const place = placeOf('network', {
        ...base,
        group: f.network || name,
        scope: f.scope,
        region: f.region,
        subnet: f.subnet,
        loadBalancer: f.kind === 'load-balancer' ? name : '',
        applicationGateway: f.kind === 'application-gateway' ? name : '',
      });
      add(f.network, f.addresses, place);
      add('', f.addresses, place);
    }
    for (const n of interfaces) {
      const base = this.#baseOf(n.network, n.addresses);
      const place = placeOf('network', {
        ...base,
        group: n.network,
        scope: n.scope,
        region: n.region || (base?.region ?? ''),
        subnet: n.subnet || (base?.subnet ?? ''),
        nic: path(n.group, n.name),
        vm: n.vm,
        mac: n.mac,
        privateEndpoint: n.privateEndpoint,
        privateLink: n.privateLink,
      });
      const addresses = [...n.addresses, ...n.publicAddresses];
      add(n.network, addresses, place);
      add('', addresses, place);
      if (n.mac) this.#byMac.set(n.mac, { place, forwards: n.forwards });
    }
  }

  #baseOf(network: string, addresses: readonly string[]): Place | undefined {
    const words = parseIp(addresses[0] ?? '');
    return words && this.#inside.get(network)?.find(words);
  }

  /** The network, site or pool of an address, as seen from a network ('' when that is not known). */
  find(words: IpWords, from: string): Place | undefined {
    const ip = printIp(words);
    const near = [from, ...(this.#peers.get(from) ?? []).map((p) => p.to)];
    if (from !== '')
      for (const key of near) {
        const found = this.#hosts.get(key)?.get(ip) ?? this.#inside.get(key)?.find(words);
        if (found) return found;
      }
    return (
      this.#hosts.get('')?.get(ip) ??
      this.#everywhere.find(words) ??
      this.#outside.find(words) ??
      this.#named.find(words)
    );
  }

  /** The interface with a hardware address, and whether it passes on what is not its own. */
  interfaceOf(mac: string): { readonly place: Place; readonly forwards: boolean } | undefined {
    return this.#byMac.get(mac);
  }

  /** How two networks reach each other: by a peering, or over one network that both are peered with. */
  between(a: string, b: string): Connection {
    const direct = this.#peers.get(a)?.find((p) => p.to === b);
    if (direct) return { type: 'VNetPeering', name: direct.name, through: '' };
    const others = new Set((this.#peers.get(b) ?? []).map((p) => p.to));
    const hubs = (this.#peers.get(a) ?? []).map((p) => p.to).filter((key) => others.has(key));
    if (hubs.length === 0) return NO_CONNECTION;
    const name = this.#peers.get(a)?.find((p) => p.to === hubs[0])?.name ?? '';
    return {
      type: 'VNetPeering',
      name,
      through: hubs.map((key) => this.#shown.get(key) ?? key).join(' '),
    };
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
