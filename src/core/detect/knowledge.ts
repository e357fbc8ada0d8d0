import type { Role, Roles } from './roles.ts';
import { NO_ZONES, type Zones } from './zones.ts';

/** What detectors know beside the rows: what hosts are for, how much they matter, how the network is cut. */
export interface Knowledge {
  /** Inside addresses that were active in the window; 0 where that is not known. */
  readonly insideHosts: number;
  readonly zones: Zones;
  readonly hasRole: (address: string, ...roles: readonly Role[]) => boolean;
  readonly rolesOf: (address: string) => readonly Role[];
  /** 1 for any host; more for what others depend on. */
  readonly weightOf: (address: string) => number;
}

/** Roles that were told count beside those that were seen. */
export function makeKnowledge(
  seen: { readonly roles: Roles; readonly hosts: number } = { roles: new Map(), hosts: 0 },
  zones: Zones = NO_ZONES,
): Knowledge {
  const rolesOf = (address: string): readonly Role[] => [
    ...(zones.described(address)?.roles ?? []),
    ...(seen.roles.get(address) ?? []),
  ];
  return {
    insideHosts: seen.hosts,
    zones,
    rolesOf,
    hasRole: (address, ...roles) => rolesOf(address).some((role) => roles.includes(role)),
    weightOf: (address) => zones.described(address)?.weight ?? 1,
  };
}
