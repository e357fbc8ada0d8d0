import { z } from './zod.ts';

/** Weakest first. Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'analyst', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/**
 * Who may call a route. `anyone` needs no login; a role needs an account of at least that role; `loopback` needs a
 * caller on this machine or an account; `local` needs the token in DATA/server.json, which proves a person who may read
 * the data folder.
 */
export const ACCESS = [...ROLES, 'anyone', 'loopback', 'local'] as const;
export type Access = (typeof ACCESS)[number];

/** True when `held` may do what `needed` asks for. */
export function hasRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
