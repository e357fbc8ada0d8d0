import { role } from '../role.ts';
import { defineRoute } from '../route.ts';
import { accountName, done, instant, nothing, password } from '../shapes.ts';
import { z } from '../zod.ts';

export const me = z.object({
  name: z.string(),
  role,
  /** False for the first account until a password is set: the page asks for one. */
  hasPassword: z.boolean(),
  /** How this request is logged in. */
  via: z.enum(['session', 'token']),
});
export type Me = z.infer<typeof me>;

export const account = z.object({
  name: z.string(),
  role,
  hasPassword: z.boolean(),
  createdAt: instant,
  lastLogin: instant.nullable(),
});
export type Account = z.infer<typeof account>;

export const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  role,
  owner: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsed: instant.nullable(),
});
export type ApiToken = z.infer<typeof apiToken>;

export const auditEntry = z.object({
  seq: z.int(),
  at: instant,
  /** Account, `token:NAME` of an account, or empty where nobody was logged in. */
  who: z.string(),
  /** Network address of the caller. */
  from: z.string(),
  /** What was done, e.g. `login`, `query`, `user.create`. */
  action: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
  /** What it was done to, and with what. No secrets. */
  detail: z.record(z.string(), z.unknown()),
  /** SHA-256 over the previous entry's hash and this entry, hexadecimal. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** Whether the log is as it was written. */
export const auditVerdict = z.union([
  z.object({
    ok: z.literal(true),
    entries: z.int(),
    /** The last hash: noted elsewhere, it proves later that nothing before it was rewritten. */
    head: z.string(),
  }),
  z.object({
    ok: z.literal(false),
    /** The first entry that is not as it was written; 0 when the guards of the log are gone. */
    seq: z.int(),
    problem: z.string(),
  }),
]);
export type AuditVerdict = z.infer<typeof auditVerdict>;

export const accountRoutes = {
  me: defineRoute({
    method: 'GET',
    path: '/api/v1/me',
    access: 'viewer',
    says: 'Who is logged in.',
    input: nothing,
    output: me,
  }),
  login: defineRoute({
    method: 'POST',
    path: '/api/v1/login',
    access: 'anyone',
    says: 'Logs in with a one-time link or with name and password; sets the session cookie.',
    input: z.union([
      z.strictObject({ token: z.string().min(1).max(200) }),
      z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) }),
    ]),
    output: me,
  }),
  createLoginLink: defineRoute({
    method: 'POST',
    path: '/api/v1/login-links',
    access: 'local',
    says: "Makes the token of a one-time link, `/login#token=…`, for an account, the first admin's unless named; using it takes the old password away.",
    input: z.strictObject({ name: z.string().max(64).optional() }),
    output: z.object({ token: z.string() }),
  }),
  logout: defineRoute({
    method: 'POST',
    path: '/api/v1/logout',
    access: 'viewer',
    says: 'Ends this session.',
    input: nothing,
    output: done,
  }),
  setPassword: defineRoute({
    method: 'POST',
    path: '/api/v1/me/password',
    access: 'viewer',
    says: "Sets one's own password and ends one's other sessions; the current one is asked for where there is one.",
    input: z.strictObject({ current: z.string().max(256).optional(), password }),
    output: done,
  }),
  users: defineRoute({
    method: 'GET',
    path: '/api/v1/users',
    access: 'admin',
    says: 'All accounts.',
    input: nothing,
    output: z.object({ users: z.array(account) }),
  }),
  createUser: defineRoute({
    method: 'POST',
    path: '/api/v1/users',
    access: 'admin',
    says: 'Creates an account.',
    input: z.strictObject({ name: accountName, role, password }),
    output: account,
  }),
  updateUser: defineRoute({
    method: 'PUT',
    path: '/api/v1/users/:name',
    access: 'admin',
    says: "Changes an account's role or password and ends its sessions; the last admin stays one.",
    input: z.strictObject({
      name: accountName,
      role: role.optional(),
      password: password.optional(),
    }),
    output: account,
  }),
  deleteUser: defineRoute({
    method: 'DELETE',
    path: '/api/v1/users/:name',
    access: 'admin',
    says: 'Deletes an account with its sessions and tokens; the last admin stays.',
    input: z.strictObject({ name: accountName }),
    output: done,
  }),
  tokens: defineRoute({
    method: 'GET',
    path: '/api/v1/tokens',
    access: 'viewer',
    says: "One's own API tokens, without the secrets; an admin sees all.",
    input: nothing,
    output: z.object({ tokens: z.array(apiToken) }),
  }),
  createToken: defineRoute({
    method: 'POST',
    path: '/api/v1/tokens',
    access: 'viewer',
    says: "Creates an API token of at most one's own role; the secret is in this answer and never again.",
    input: z.strictObject({
      name: z
        .string()
        .trim()
        .min(1)
        .max(64)
        .regex(/^[^\p{C}]*$/u, 'leave out control characters'),
      role,
      expiresInDays: z.int().min(1).max(3650).optional(),
    }),
    output: z.object({ token: apiToken, secret: z.string() }),
  }),
  deleteToken: defineRoute({
    method: 'DELETE',
    path: '/api/v1/tokens/:id',
    access: 'viewer',
    says: "Ends one of one's own API tokens; an admin may end any.",
    input: z.strictObject({ id: z.string() }),
    output: done,
  }),
  audit: defineRoute({
    method: 'GET',
    path: '/api/v1/audit',
    access: 'admin',
    says: 'The audit log, newest first; `before` is the seq to go on from, `from` and `to` are a half-open interval.',
    input: z.strictObject({
      from: instant.optional(),
      to: instant.optional(),
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      who: z.string().max(200).optional(),
      action: z.string().max(64).optional(),
    }),
    output: z.object({ entries: z.array(auditEntry) }),
  }),
  auditVerdict: defineRoute({
    method: 'GET',
    path: '/api/v1/audit/verdict',
    access: 'admin',
    says: 'Recomputes the chain of hashes of the audit log, and says whether an entry was changed, left out or cut off.',
    input: nothing,
    output: auditVerdict,
  }),
};
