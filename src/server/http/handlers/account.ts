import type { Me, RouteId } from '#core/contract/index.ts';
import { hasRole } from '#core/contract/index.ts';
import { type Principal, Refused } from '#server/auth/index.ts';
import { type Call, callerOf, type Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const accountIds = [
  'me',
  'login',
  'createLoginLink',
  'logout',
  'setPassword',
  'users',
  'createUser',
  'updateUser',
  'deleteUser',
  'tokens',
  'createToken',
  'deleteToken',
  'audit',
  'auditVerdict',
] as const satisfies readonly RouteId[];

const DONE = { done: true } as const;

export function accountHandlers({ auth }: HttpDeps): Handlers<(typeof accountIds)[number]> {
  const { accounts, tokens } = auth;
  return {
    me: (_, call) => meOf(callerOf(call)),
    async login(input, call) {
      call.note('token' in input ? { with: 'link' } : { with: 'password', name: input.name });
      const { me, session } =
        'token' in input
          ? auth.loginWithLink(input.token, call.address)
          : await auth.loginWithPassword(input.name, input.password, call.address);
      call.actAs(me.name);
      call.setSession(session);
      return me;
    },
    createLoginLink({ name }, call) {
      call.note(name === undefined ? {} : { name });
      return { token: auth.makeLink(name) };
    },
    logout(_, call) {
      auth.logout(callerOf(call));
      call.setSession(undefined);
      return DONE;
    },
    async setPassword({ current, password }, call) {
      await auth.changeOwnPassword(bySession(call), current, password, call.address);
      return DONE;
    },
    users: () => ({ users: [...accounts.list()] }),
    async createUser({ name, role, password }, call) {
      call.note({ name, role });
      return accounts.create(name, role, password);
    },
    async updateUser({ name, role, password }, call) {
      call.note({
        name,
        ...(role === undefined ? {} : { role }),
        password: password === undefined ? 'kept' : 'changed',
      });
      return accounts.update(name, { role, password });
    },
    deleteUser({ name }, call) {
      call.note({ name });
      accounts.remove(name);
      return DONE;
    },
    tokens: (_, call) => ({ tokens: [...tokens.list(ownerFilter(callerOf(call)))] }),
    createToken({ name, role, expiresInDays }, call) {
      call.note({ name, role, expiresInDays: expiresInDays ?? null });
      const owner = bySession(call);
      if (!hasRole(owner.role, role))
        throw new Refused(
          'forbidden',
          `A token of yours cannot have the role ${role}: you are ${owner.role}.`,
        );
      return tokens.create({ owner: owner.name, name, role, expiresInDays });
    },
    deleteToken({ id }, call) {
      call.note({ id });
      const visible = tokens.list(ownerFilter(callerOf(call)));
      if (!visible.some((token) => token.id === id) || !tokens.remove(id))
        throw new Refused('not-found', 'There is no such token.');
      return DONE;
    },
    audit: (filter) => ({ entries: [...auth.audit.list(filter)] }),
    auditVerdict: () => auth.audit.verify(),
  };
}

function meOf({ name, role, hasPassword, via }: Principal): Me {
  return { name, role, hasPassword, via };
}

/** Undefined, which is no filter, for admins. */
function ownerFilter({ name, role }: Principal): string | undefined {
  return role === 'admin' ? undefined : name;
}

/** A stolen token must not be able to make itself permanent. */
function bySession(call: Call): Principal {
  const caller = callerOf(call);
  if (caller.via !== 'session')
    throw new Refused('forbidden', 'This needs a person who is logged in, not a token.', {
      hint: 'Do this on the page.',
    });
  return caller;
}
