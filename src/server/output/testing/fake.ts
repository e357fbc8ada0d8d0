import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { makeCertificate } from '#server/http/testdata/certificate.ts';

/** One certificate for all fakes of a test file. */
export const certificate = makeCertificate();

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** As it came. */
  readonly sizeBytes: number;
  /** Unpacked. */
  readonly body: string;
}

export interface FakeReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A receiver on this machine over TLS. `troubles` are what it does to the next requests instead of answering. */
export interface FakeServer {
  readonly url: string;
  /** A reply to give, `hang` to say nothing ever, `cut` to close the connection, `late` to do the work and then cut. */
  readonly troubles: (FakeReply | 'hang' | 'cut' | 'late')[];
}

/** With `clientCa`, PEM, only those who show a certificate that it signed may ask. */
export async function openFake(
  answer: (request: FakeRequest) => FakeReply,
  clientCa?: string,
): Promise<FakeServer> {
  const troubles: FakeServer['troubles'] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const isPacked = request.headers['content-encoding'] === 'gzip';
    const trouble = troubles.shift();
    if (trouble === 'hang') return;
    if (trouble === 'cut') return void request.socket.destroy();
    const asked: FakeRequest = {
      method: request.method ?? '',
      url: new URL(request.url ?? '', 'https://fake'),
      headers: request.headers,
      sizeBytes: raw.length,
      body: (isPacked ? gunzipSync(raw) : raw).toString('utf8'),
    };
    const reply = trouble === undefined || trouble === 'late' ? answer(asked) : trouble;
    if (trouble === 'late') return void request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    const { body } = reply;
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  }

  const server = createServer(
    {
      cert: certificate.cert,
      key: certificate.key,
      ...(clientCa === undefined
        ? {}
        : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
    },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, troubles };
}
