import type { Server } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type CertificateFiles, readCertificate, watchCertificate } from './certificate.ts';
import type { App } from './hono.ts';
import type { Log } from './log.ts';

/** A listening server. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Takes no new connections, waits for running requests, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

const HEADERS_MS = 15_000;
const KEEP_ALIVE_MS = 65_000;
/** Nothing sent or read for this long: longer than any query may run. */
const SILENCE_MS = 15 * 60_000;
const CONNECTIONS = 1000;
const HEADER_BYTES = 16 * 1024;
const CERTIFICATE_CHECK_MS = 60_000;

/** Where to listen, and with `tls` how to speak TLS there. */
export interface ListenAt {
  readonly host: string;
  readonly port: number;
  readonly tls?: CertificateFiles | undefined;
}

/**
 * Serves the app over HTTP/1.1, with or without TLS 1.2 and later. Throws CertificateRefused. Bodies have limits of their own (see body.ts), so there is no time limit for a whole
 * request here: an upload may take hours.
 */
export async function listen(app: App, { host, port, tls }: ListenAt, log: Log): Promise<Listener> {
  const limits = {
    headersTimeout: HEADERS_MS,
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 5000,
    maxHeaderSize: HEADER_BYTES,
  };
  const server = createAdaptorServer({
    fetch: (request, env) =>
      app.fetch(request, 'incoming' in env ? { incoming: env.incoming } : {}),
    overrideGlobalObjects: false,
    ...(tls
      ? {
          createServer: createSecureServer,
          serverOptions: { ...limits, ...readCertificate(tls), minVersion: 'TLSv1.2' as const },
        }
      : { serverOptions: limits }),
  });
  if (!isHttpServer(server)) throw new Error('the adapter made no HTTP/1 server');
  server.maxConnections = CONNECTIONS;
  server.timeout = SILENCE_MS;
  server.on('drop', () =>
    log.warn('a connection was refused: there are too many', { limit: CONNECTIONS }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log.error('the HTTP server failed', { error }));
  const address = server.address();
  const watch = tls && followCertificate(server, tls, log);
  return {
    host,
    port: isAddress(address) ? address.port : port,
    close: (graceMs) =>
      new Promise((resolve) => {
        watch?.stop();
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        // Connections that are kept alive become idle one by one, as their last answers go out.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearTimeout(cut);
          clearInterval(sweep);
          resolve();
        });
      }),
  };
}

/** A renewed certificate holds for new connections, without a new start. */
function followCertificate(server: Server, files: CertificateFiles, log: Log): { stop(): void } {
  return watchCertificate(files, CERTIFICATE_CHECK_MS, {
    renewed(certificate) {
      if (server instanceof SecureServer) server.setSecureContext(certificate);
      log.info('the certificate was renewed', { file: files.certificate });
    },
    refused: (error) =>
      log.error('the new certificate cannot be used; the old one stays', { error }),
  });
}

const isHttpServer = (server: object): server is Server => 'closeAllConnections' in server;
const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
