import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { METHODS, ROUTES, type RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { callerAddress, type Proxies, readProxies } from './caller.ts';
import type { Incoming } from './dispatch.ts';
import { failureOf, printFailure } from './failure.ts';
import { addSecurityHeaders } from './headers.ts';
import type { HttpMetrics } from './metrics.ts';
import { checkHost } from './origin.ts';

/** What the Node adapter, or a test, hands in beside a request. */
export interface Bindings {
  readonly incoming?:
    | Pick<IncomingMessage, 'socket'>
    | { readonly socket: { readonly remoteAddress?: string } };
}
type Env = { Bindings: Bindings; Variables: { route: RouteId | 'page' | 'unknown' } };

/** The application as a function of a request: what a server, or a test, calls. */
export interface App {
  fetch(request: Request, bindings?: Bindings): Response | Promise<Response>;
  request(path: string, init?: RequestInit, bindings?: Bindings): Response | Promise<Response>;
}

export interface AppOptions {
  readonly hosts: readonly string[];
  readonly proxies: readonly string[];
  readonly isSecure: boolean;
  readonly metrics: HttpMetrics;
  readonly answer: (id: RouteId, incoming: Incoming) => Promise<Response>;
  /** A file of the page, or undefined. */
  readonly page: (path: string, request: Request) => Promise<Response | undefined>;
}

const API = /^\/(?:api|v1|v2)(?:\/|$)/;

/** Wires the route table to paths; what matches none of them is a file of the page or does not exist. */
export function createApp({ hosts, proxies, isSecure, metrics, answer, page }: AppOptions): App {
  const app = new Hono<Env>({
    // Clients of Log Analytics put a resource's id, which begins with a slash, behind one.
    getPath: ({ url }) => new URL(url).pathname.replace(/^\/v1\/+/, '/v1/'),
  });
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  const trusted = readProxies(proxies);

  app.use(async (c, next) => {
    const began = performance.now();
    metrics.begin();
    c.set('route', 'unknown');
    try {
      checkHost(c.req.raw.headers.get('host'), known);
      await next();
    } catch (error) {
      c.res = refuse(error);
    }
    const route = c.get('route');
    // Answers made by fetch have headers that cannot be changed: copied, they can.
    c.res = new Response(c.res.body, c.res);
    addSecurityHeaders(c.res.headers, route === 'page' ? 'page' : 'data', isSecure);
    metrics.end(route, c.res.status, performance.now() - began);
  });

  for (const id of Object.keys(ROUTES).filter(isRouteId)) {
    const { method, path } = ROUTES[id];
    app.on(method, path, (c) => {
      c.set('route', id);
      return answer(id, incomingOf(c, trusted));
    });
  }
  // A path of the table under another method. Hono would answer 404.
  for (const path of new Set(Object.values(ROUTES).map((route) => route.path)))
    app.all(path, () => {
      const allowed = METHODS.filter((m) =>
        Object.values(ROUTES).some((r) => r.path === path && r.method === m),
      );
      const error = new Refused(
        'method-not-allowed',
        `This address takes ${allowed.join(', ')} only.`,
      );
      const response = refuse(error);
      response.headers.set('Allow', allowed.join(', '));
      return response;
    });
  app.all('*', async (c) => {
    const { path, method } = c.req;
    if (!API.test(path) && (method === 'GET' || method === 'HEAD')) {
      const found = await page(path, c.req.raw);
      if (found) {
        c.set('route', 'page');
        return found;
      }
    }
    throw new Refused('not-found', 'There is nothing under this address.', {
      hint: 'The page begins at /.',
    });
  });
  app.onError((error) => refuse(error));
  return {
    fetch: (request, bindings) => app.fetch(request, bindings),
    request: (path, init, bindings) => app.request(path, init, bindings),
  };
}

const isRouteId = (id: string): id is RouteId => Object.hasOwn(ROUTES, id);

function refuse(error: unknown): Response {
  return printFailure(failureOf(error, ''), 'weir');
}

function incomingOf(c: Context<Env>, proxies: Proxies): Incoming {
  return {
    request: c.req.raw,
    address: callerAddress(
      c.env?.incoming?.socket.remoteAddress ?? '',
      c.req.raw.headers.get('x-forwarded-for'),
      proxies,
    ),
    parameter: (name) => c.req.param(name),
  };
}
