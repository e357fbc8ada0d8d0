import {
  bundledEnd,
  type Enricher,
  type FlowType,
  flowType,
  type Learned,
  PLACE_KINDS,
  type Place,
  portServices,
} from '#core/enrich/index.ts';

/** Who observed, as `contexts` holds it. */
export interface Context {
  readonly c: bigint;
  readonly source: string;
  readonly macAddress: string;
  readonly scope: string;
  readonly region: string;
  readonly network: string;
  readonly subnet: string;
  readonly targetResourceId: string;
}

/** One observation of an address on the inside of an interface. */
export interface Lesson {
  readonly ip: string;
  readonly source: string;
  readonly scope: string;
  readonly region: string;
  readonly network: string;
  readonly subnet: string;
  /** Inside addresses that the interface had in all. */
  readonly addresses: number;
  readonly records: number;
}

/** An interface with at most this many inside addresses is taken to be the address's own, not an appliance's. */
const OWN_ADDRESSES = 8;

/**
 * What a network is called when flow logs are all there is: scope and network, as the log names them. NSG flow logs name
 * no network: all that NSGs of one subscription see counts as one network, until topology is imported.
 */
export const observedNetwork = (source: string, scope: string, network: string): string =>
  [scope, network]
    .filter((t) => t !== '')
    .join('/')
    .toLowerCase() || source;

const tieBreak = (l: Lesson): string =>
  [l.source, l.scope, l.network, l.subnet, l.region].join(' ');

/** Which network each inside address belongs to, as the observers taught. */
export class Lessons {
  readonly #best = new Map<string, Learned>();
  readonly #near = new Map<string, Map<string, Learned>>();

  constructor(lessons: readonly Lesson[]) {
    const ordered = lessons.toSorted(
      (a, b) =>
        a.addresses - b.addresses || b.records - a.records || (tieBreak(a) < tieBreak(b) ? -1 : 1),
    );
    for (const lesson of ordered) {
      const { ip, source, scope, region, subnet, addresses } = lesson;
      const network = observedNetwork(source, scope, lesson.network);
      const learned: Learned = { network, scope, region, subnet };
      if (!this.#best.has(ip)) this.#best.set(ip, learned);
      if (addresses > OWN_ADDRESSES) continue;
      const near = this.#near.get(ip) ?? new Map<string, Learned>();
      this.#near.set(ip, near);
      if (!near.has(network)) near.set(network, learned);
    }
  }

  find(ip: string, from: string): Learned | undefined {
    return this.#near.get(ip)?.get(from) ?? this.#best.get(ip);
  }
}

const TARGET_TYPES: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/\/virtualNetworks\/[^/]+\/subnets\//i, 'Subnet'],
  [/\/virtualNetworks\//i, 'VirtualNetwork'],
  [/\/networkInterfaces\//i, 'NetworkInterface'],
  [/\/networkSecurityGroups\//i, 'NetworkSecurityGroup'],
];

/** A row of `context_facts`. */
export function contextFacts(context: Context, enricher: Enricher) {
  const holder = enricher.topology?.interfaceOf(context.macAddress);
  return {
    c: context.c.toString(),
    net: holder?.place.group || observedNetwork(context.source, context.scope, context.network),
    target_type:
      TARGET_TYPES.find(([pattern]) => pattern.test(context.targetResourceId))?.[1] ?? '',
    is_nsg: context.source === 'azure-nsg',
    mac: holder ? context.macAddress : '',
    forwards: holder?.forwards ?? false,
  };
}

/** Numbers places that are alike as far as FlowType and connections go. */
export class Classes {
  readonly #ids = new Map<string, number>();
  readonly #places: Place[] = [];

  idOf(place: Place): number {
    const key = `${place.kind} ${place.group} ${place.connection}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#places.length;
      this.#ids.set(key, id);
      this.#places.push(place);
    }
    return id;
  }

  /** A row of `meetings`. */
  meeting(a: number, z: number, enricher: Enricher) {
    const [src, dest] = [this.#places[a]!, this.#places[z]!];
    const type: FlowType = flowType(src, dest);
    const side = bundledEnd(type, src, dest);
    const between =
      type === 'InterVNet' ? enricher.topology?.between(src.group, dest.group) : undefined;
    const site = [src, dest].find((p) => p.kind === 'site');
    return {
      a,
      z,
      type,
      side: side === 'src' ? 1 : side === 'dest' ? 2 : 0,
      connection_type:
        between?.type ??
        (type === 'P2S'
          ? 'VpnGateway'
          : type === 'S2S'
            ? site?.expressRouteCircuit
              ? 'ExpressRoute'
              : 'VpnGateway'
            : ''),
      connection_name: between?.name ?? '',
      connecting: between?.through ?? '',
    };
  }
}

/** A row of `places`. */
export function placeRow(id: number, ip: string, place: Place, classes: Classes) {
  return {
    id,
    ip,
    class: classes.idOf(place),
    kind: place.kind,
    rank: PLACE_KINDS.indexOf(place.kind),
    scope: place.scope,
    region: place.region,
    nic: place.nic,
    vm: place.vm,
    mac: place.mac,
    subnet: place.subnet,
    application_gateway: place.applicationGateway,
    load_balancer: place.loadBalancer,
    local_network_gateway: place.localNetworkGateway,
    express_route_circuit: place.expressRouteCircuit,
    network_groups: place.networkGroups,
    private_endpoint: place.privateEndpoint,
    private_link: place.privateLink,
    connection: place.connection,
    country: place.country,
    azure_region: place.azureRegion,
    provider: place.provider,
    tag: place.serviceTag,
    details: place.details,
    threat_type: place.threat?.type ?? '',
    threat_description: place.threat?.description ?? '',
    threat_domain: place.threat?.domain ?? '',
    threat_url: place.threat?.url ?? '',
    threat_port: place.threat?.port ?? null,
  };
}

/** Rows of `services`. */
export const serviceRows = portServices;
