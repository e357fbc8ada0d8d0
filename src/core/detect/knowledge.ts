import type { Role, Roles } from './roles.ts';
import { NO_ZONES, type Zones } from './zones.ts';

/** What detectors know beside the rows: what hosts are for, how the network is cut. */
export interface Knowledge {
  /** Inside addresses that were active in the window; 0 where that is not known. */
  readonly insideHosts: number;
  readonly zones: Zones;
  readonly hasRole: (address: string, ...roles: readonly Role[]) => boolean;
  readonly rolesOf: (address: string) => readonly Role[];
}

/** Roles that were told count beside those that were seen. */
export function makeKnowledge(
  seen: { readonly roles: Roles; readonly hosts: number } = { roles: new Map(), hosts: 0 },
  zones: Zones = NO_ZONES,
): Knowledge {
  const rolesOf = (address: string): readonly Role[] => [
    ...(zones.rolesOf(address) ?? []),
    ...(seen.roles.get(address) ?? []),
  ];
  return {
    insideHosts: seen.hosts,
    zones,
    rolesOf,
    hasRole: (address, ...roles) => rolesOf(address).some((role) => roles.includes(role)),
  };
}
