import { setTimeout as sleep } from 'node:timers/promises';
import type { Route, RouteId } from '#core/contract/index.ts';
import type { Handler } from './call.ts';
import type { HttpDeps } from './deps.ts';
import { createDispatcher } from './dispatch.ts';
import { createHandlers } from './handlers/index.ts';
import { type App, createApp } from './hono.ts';
import { type ListenAt, type Listener, listen } from './listen.ts';
import { createHttpMetrics } from './metrics.ts';
import { createQueryAudit } from './query-audit.ts';
import { loadSite, type Site } from './site.ts';

export interface HttpServer {
  /** For tests and for whoever has a request in hand. */
  readonly app: App;
  /**
   * Listens; port 0 takes any free one. Throws when the address cannot be used, CertificateRefused when the certificate
   * cannot. Programs of this machine find a server that speaks TLS at `localUrl` all the same.
   */
  start(at: ListenAt): Promise<StartedServer>;
  /** Takes nothing new, ends streams, lets running requests finish for up to `graceMs`, writes the audit log. Idempotent. */
  stop(graceMs?: number): Promise<void>;
}

export interface StartedServer {
  /** Without a trailing slash, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly port: number;
  /** For programs on this machine, which need not know the server's certificate: without TLS, on the loopback. */
  readonly localUrl: string;
  /** Logs in once, for an hour; undefined when an admin has a password. Goes to the terminal, not to the log. */
  readonly loginLink: string | undefined;
}

const GRACE_MS = 5000;
const LOOPBACK = '127.0.0.1';

/** The HTTP server. Inert until it is started; `app` answers before that. */
export function createHttpServer(deps: HttpDeps): HttpServer {
  const { auth, log, now, options, events, jobs } = deps;
  const ending = new AbortController();
  const stopping = new AbortController();
  const metrics = createHttpMetrics();
  const queryAudit = createQueryAudit(auth.audit, now);
  const handlers = createHandlers(deps, metrics);
  const dispatch = createDispatcher({
    ...deps,
    queryAudit,
    ending: ending.signal,
    stopping: stopping.signal,
  });
  let site: Promise<Site> | undefined;
  let listener: Listener | undefined;
  let localListener: Listener | undefined;
  let stopped: Promise<void> | undefined;

  const app = createApp({
    hosts: options.hosts,
    proxies: options.proxies ?? [],
    isSecure: options.isSecure ?? false,
    metrics,
    answer: (id, incoming) => dispatch(id, handlerOf(handlers, id), incoming),
    async page(path, request) {
      site ??= loadSite(deps.webRoot);
      return (await site).answer(path, request);
    },
  });

  async function shutDown(graceMs: number): Promise<void> {
    ending.abort();
    events.stop();
    const closed = Promise.all([listener?.close(graceMs), localListener?.close(graceMs)]);
    const cut = setTimeout(() => stopping.abort(), graceMs * 0.8);
    await Promise.all([
      closed,
      Promise.race([jobs.stop(), sleep(graceMs, undefined, { ref: false })]),
    ]);
    clearTimeout(cut);
    stopping.abort();
    queryAudit.flush();
  }

  return {
    app,
    async start(at) {
      site ??= loadSite(deps.webRoot);
      await site;
      listener = await listen(app, at, log);
      const url = `${at.tls ? 'https' : 'http'}://${printHost(at.host)}:${listener.port}`;
      if (at.tls) localListener = await listen(app, { host: LOOPBACK, port: 0 }, log);
      if (!isLoopbackHost(at.host) && !at.tls && !options.isSecure)
        log.warn(
          'other machines can reach this server, and passwords would cross the network unencrypted: name a certificate under `tls` in the configuration, or put a proxy that speaks TLS in front',
          { host: at.host },
        );
      const link = auth.firstLink();
      if (link !== undefined)
        auth.audit.append({
          who: '',
          from: '',
          action: 'login-link',
          outcome: 'done',
          detail: { printed: true },
        });
      log.info('listening', { url });
      return {
        url,
        port: listener.port,
        localUrl: localListener ? `http://${LOOPBACK}:${localListener.port}` : url,
        loginLink: link === undefined ? undefined : `${url}/login#token=${link}`,
      };
    },
    stop(graceMs = GRACE_MS) {
      stopped ??= shutDown(graceMs);
      return stopped;
    },
  };
}

/** A host as a person on this machine can use it in a URL. */
function printHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

const isLoopbackHost = (host: string) =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/**
 * One handler, seen without its own types: the table proves that it belongs to its route, and the dispatcher gives it
 * only what the route's schema has accepted.
 */
function handlerOf(handlers: Readonly<Record<RouteId, unknown>>, id: RouteId): Handler<Route> {
  return handlers[id] as Handler<Route>;
}
