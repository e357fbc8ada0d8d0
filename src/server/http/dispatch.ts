import { randomUUID } from 'node:crypto';
import { hasRole, ROUTES, type Route, type RouteId } from '#core/contract/index.ts';
import { type AuditRecord, type Principal, Refused, SESSION_LIFE } from '#server/auth/index.ts';
import type { Call, Handler } from './call.ts';
import { clientRequestId } from './clients/request-id.ts';
import { chooseEncoding, type Encoding } from './compress.ts';
import { cookieName, printCookie, readCookie } from './cookie.ts';
import type { HttpDeps } from './deps.ts';
import { type Failure, failureOf, printFailure } from './failure.ts';
import { type BodyLimits, readInput } from './input.ts';
import { printJson } from './json-answer.ts';
import { checkOrigin } from './origin.ts';
import type { QueryAudit } from './query-audit.ts';

/** What the transport knows of a request. */
export interface Incoming {
  readonly request: Request;
  /** Network address of the caller; '' when it is not known. */
  readonly address: string;
  parameter(name: string): string | undefined;
}

export interface DispatchDeps extends HttpDeps {
  readonly queryAudit: QueryAudit;
  /** Aborted when the server begins to stop. */
  readonly ending: AbortSignal;
  /** Aborted when it stops waiting for what still runs. */
  readonly stopping: AbortSignal;
}

const BODY: BodyLimits = { bytes: 4 * 2 ** 20, totalMs: 15_000 };

/**
 * Everything between the transport and a handler: who asks, whether this page made the request, whether they may, what
 * they say, what is answered, and the entry in the audit log. The default is to refuse.
 */
export function createDispatcher(
  deps: DispatchDeps,
): (id: RouteId, handler: Handler<Route>, incoming: Incoming) => Promise<Response> {
  const { auth, log, options } = deps;
  const isSecure = options.isSecure ?? false;
  const limits: BodyLimits = {
    bytes: options.bodyLimitBytes ?? BODY.bytes,
    totalMs: options.bodyTimeoutMs ?? BODY.totalMs,
  };

  return async (id, handler, incoming) => {
    const route: Route = ROUTES[id];
    const { request, address } = incoming;
    const requestId = randomUUID();
    const detail: Record<string, unknown> = {};
    let who = '';
    let principal: Principal | undefined;
    let cookie: string | undefined;
    let failure: Failure | undefined;
    let response: Response;
    try {
      principal = identify(deps, request, isSecure);
      who = principal?.label ?? '';
      checkOrigin(request.headers, route.method !== 'GET', principal?.session !== undefined);
      checkAccess(route, principal, address, request.headers);
      const input = await readInput(route, request, incoming.parameter, limits);
      const call: Call = {
        request,
        id: requestId,
        address,
        signal: AbortSignal.any([request.signal, deps.stopping]),
        ending: deps.ending,
        principal,
        encoding: encodingFor(route, incoming),
        isStillLoggedIn: () => isStillLoggedIn(deps, request, principal),
        note: (more) => Object.assign(detail, more),
        actAs(name) {
          who = name;
        },
        setSession(secret) {
          const name = cookieName(request.headers.get('host'), isSecure);
          cookie = printCookie(name, secret ?? '', SESSION_LIFE.absoluteMs / 1000, isSecure);
        },
      };
      const answer = await handler(input, call);
      response = answer instanceof Response ? answer : await printJson(answer, call.encoding);
      record(undefined);
      if (cookie !== undefined) response.headers.append('Set-Cookie', cookie);
    } catch (error) {
      failure = failureOf(error, requestId);
      if (failure.isBug) log.error('a request failed', { request: requestId, route: id, error });
      try {
        record(failure);
      } catch (cause) {
        log.error('the audit log cannot be written', {
          request: requestId,
          route: id,
          error: cause,
        });
      }
      response = printFailure(failure, route.errors);
    }
    if (route.errors === 'kusto') nameRequest(response.headers, request, requestId);
    return response;

    function record(failed: Failure | undefined): void {
      if (route.audit === 'none') return;
      // Strangers must not be able to fill the log: of them only wrong logins are kept, which are throttled.
      if (who === '' && failed?.error.code !== 'login-failed') return;
      const outcome =
        failed === undefined ? 'done' : [401, 403].includes(failed.status) ? 'refused' : 'failed';
      const entry: AuditRecord = {
        who,
        from: address,
        action: id,
        outcome,
        detail: failed === undefined ? detail : { ...detail, error: failed.error.code },
      };
      if (route.audit === 'query') deps.queryAudit.record(entry);
      else auth.audit.append(entry);
    }
  };
}

/** Kusto's clients look for both, and report problems by them. */
function nameRequest(headers: Headers, request: Request, id: string): void {
  headers.set('x-ms-client-request-id', clientRequestId(request.headers) ?? id);
  headers.set('x-ms-activity-id', id);
}

/** The login of a request: a bearer token decides alone when there is one; else the session cookie. */
function identify({ auth }: HttpDeps, request: Request, isSecure: boolean): Principal | undefined {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) {
    const token = /^bearer +(\S{1,200})$/i.exec(authorization)?.[1];
    const found = token === undefined ? undefined : auth.byToken(token);
    if (!found)
      throw new Refused('not-logged-in', 'The token is wrong, ended or expired.', {
        hint: 'Make a new one on the page, under your account.',
      });
    return found;
  }
  const name = cookieName(request.headers.get('host'), isSecure);
  for (const secret of readCookie(request.headers.get('cookie'), name)) {
    const found = auth.bySession(secret);
    if (found) return found;
  }
  return undefined;
}

function isStillLoggedIn(
  { auth }: HttpDeps,
  request: Request,
  before: Principal | undefined,
): boolean {
  if (before?.session !== undefined) return auth.bySession(before.session, false) !== undefined;
  const token = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  return token !== undefined && auth.byToken(token) !== undefined;
}

function checkAccess(
  { access }: Route,
  principal: Principal | undefined,
  address: string,
  headers: Headers,
): void {
  if (access === 'anyone') return;
  if (access === 'loopback' && isLoopback(address, headers)) return;
  if (!principal)
    throw new Refused('not-logged-in', 'This needs a login.', {
      hint: 'Open the page to log in, or send an API token as `Authorization: Bearer …`.',
    });
  const isAllowed =
    access === 'local'
      ? principal.isLocal
      : hasRole(principal.role, access === 'loopback' ? 'viewer' : access);
  if (!isAllowed)
    throw new Refused(
      'forbidden',
      access === 'local'
        ? 'Only the command line on the machine of the server may do this.'
        : `This needs the role ${access}; you are ${principal.role}.`,
      { hint: access === 'local' ? 'Upload the file instead.' : 'Ask an admin of this Weir.' },
    );
}

/** A caller on this machine itself: what a proxy on this machine forwards comes from elsewhere. */
function isLoopback(address: string, headers: Headers): boolean {
  const isHere = address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
  return (
    isHere &&
    !headers.has('x-forwarded-for') &&
    !headers.has('forwarded') &&
    !headers.has('x-real-ip')
  );
}

/** Answers that hold a new secret are left as they are: their length after compression would tell of it. */
const PLAIN: ReadonlySet<Route> = new Set<Route>([
  ROUTES.createToken,
  ROUTES.createLoginLink,
  ROUTES.login,
]);

/** What to compress with. On one machine the network costs nothing, compressing does. */
function encodingFor(route: Route, { request, address }: Incoming): Encoding {
  if (PLAIN.has(route) || isLoopback(address, request.headers)) return undefined;
  return chooseEncoding(request.headers.get('accept-encoding'));
}
