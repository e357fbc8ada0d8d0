import type { Place, PlaceKind } from './place.ts';

export const FLOW_TYPES = [
  'Unknown',
  'IntraVNet',
  'InterVNet',
  'P2S',
  'S2S',
  'AzurePublic',
  'MaliciousFlow',
  'ExternalPublic',
  'UnknownPrivate',
] as const;
export type FlowType = (typeof FLOW_TYPES)[number];

type End = Pick<Place, 'kind' | 'group'>;

/** What the far end makes of a flow whose near end is inside. */
const BY_FAR_END: Readonly<Record<PlaceKind, FlowType>> = {
  network: 'InterVNet',
  clients: 'P2S',
  site: 'S2S',
  azure: 'AzurePublic',
  malicious: 'MaliciousFlow',
  public: 'ExternalPublic',
  private: 'UnknownPrivate',
  other: 'Unknown',
};

/** How far inside a kind is; the end with the lower rank is the near one. */
const RANK: Readonly<Record<PlaceKind, number>> = {
  network: 0,
  clients: 1,
  site: 2,
  private: 3,
  azure: 4,
  malicious: 5,
  public: 6,
  other: 7,
};

/**
 * Kind of a flow by where its ends are; the order of the ends does not matter.
 *
 * Precedence: same network, different networks, client pool, site, Microsoft's public addresses, bad addresses, other
 * public addresses, private addresses that nothing maps. A Microsoft address is never MaliciousFlow. Public services of
 * other clouds are ExternalPublic; NTAIpDetails names them. For AWS and GCP a VPC is what a VNet is for Azure.
 *
 * Microsoft defines the types only for flows with one end in a VNet. Where neither end is, a client pool or a site takes
 * its part, so that traffic which a hub passes on is classified too. Two ends that nothing maps are Unknown, except
 * that a private address talking to a bad one is MaliciousFlow and to a Microsoft one AzurePublic: lists must work
 * before any topology is imported.
 */
export function flowType(a: End, b: End): FlowType {
  const [near, far] = RANK[a.kind] <= RANK[b.kind] ? [a, b] : [b, a];
  switch (near.kind) {
    case 'network':
      return far.kind === 'network' && near.group === far.group
        ? 'IntraVNet'
        : BY_FAR_END[far.kind];
    case 'clients':
      return far.kind === 'clients' || far.kind === 'site' ? 'P2S' : BY_FAR_END[far.kind];
    case 'site':
      return BY_FAR_END[far.kind];
    case 'private':
      return far.kind === 'malicious' || far.kind === 'azure' ? BY_FAR_END[far.kind] : 'Unknown';
    case 'azure':
      return 'AzurePublic';
    default:
      return 'Unknown';
  }
}

/** The end whose address is folded into bar records: the public one of AzurePublic and ExternalPublic. */
export function bundledEnd(type: FlowType, src: End, dest: End): 'src' | 'dest' | null {
  if (type !== 'AzurePublic' && type !== 'ExternalPublic') return null;
  const isPublic = (end: End) => end.kind === (type === 'AzurePublic' ? 'azure' : 'public');
  // Of two public ends the far one is folded: somebody's own address stays visible.
  if (isPublic(dest)) return 'dest';
  return isPublic(src) ? 'src' : null;
}
