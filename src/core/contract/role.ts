import { z } from './zod.ts';

/** Weakest first. Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'analyst', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Who may call a route: `anyone` needs no login, every other value needs an account of at least that role. */
export type Access = Role | 'anyone' | 'token-or-loopback';

/** True when `held` may do what `needed` asks for. */
export function hasRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
