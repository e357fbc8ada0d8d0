import { ROLES, type Role } from '#core/contract/index.ts';

/** What a role may do, as one tells a person who gets it. */
const MEANINGS: Readonly<Record<Role, string>> = {
  viewer: 'Sees every page and asks queries.',
  analyst: 'Also loads files, exports rows, saves queries and keeps watchlists.',
  admin: 'Also manages people and tokens, and reads the audit log.',
};

export const roleMeaning = (role: Role): string => MEANINGS[role];

export const ROLE_CHOICES = ROLES.map((role) => ({ value: role, text: role }));
