import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { readCertificate, watchCertificate } from './certificate.ts';
import { makeCertificate } from './testdata/certificate.ts';
import { openFixture } from './testdata/fixture.ts';

function writeCertificate(ends?: Date) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const made = makeCertificate(ends);
  writeFileSync(files.certificate, made.cert);
  writeFileSync(files.key, made.key);
  return { files, ...made };
}

async function openServer() {
  const fixture = await openFixture({ isSecure: true });
  onTestFinished(() => fixture.close());
  return fixture;
}

function get(url: string, ca: string): Promise<{ status: number; body: string; protocol: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca }, (response) => {
      let body = '';
      const protocol = (response.socket as TLSSocket).getProtocol() ?? '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, protocol }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('speaks TLS with the certificate, and plainly with programs of this machine', async () => {
  const { files, cert } = writeCertificate();
  const fixture = await openServer();
  const started = await fixture.server.start({ host: '127.0.0.1', port: 0, tls: files });
  expect(started.url).toBe(`https://127.0.0.1:${started.port}`);
  expect(started.loginLink).toContain(`${started.url}/login#token=`);
  const answer = await get(`${started.url}/healthz`, cert);
  expect(answer).toEqual({ status: 200, body: '{"ok":true}', protocol: 'TLSv1.3' });
  await expect(get(`${started.url}/healthz`, makeCertificate().cert)).rejects.toThrow();
  expect(started.localUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${started.localUrl}/healthz`)).status).toBe(200);
  await fixture.server.stop(200);
  await expect(fetch(`${started.localUrl}/healthz`)).rejects.toThrow();
});

test('files that are no certificate and key keep the server from starting', async () => {
  const { files } = writeCertificate();
  const other = writeCertificate();
  const fixture = await openServer();
  const start = (tls: { certificate: string; key: string }) =>
    fixture.server.start({ host: '127.0.0.1', port: 0, tls });
  await expect(start({ ...files, key: other.files.key })).rejects.toThrow(
    'not a certificate and its key',
  );
  await expect(start({ ...files, key: `${files.key}.old` })).rejects.toThrow('cannot be read');
});

test('a renewed certificate is told, a broken one too', async () => {
  const { files } = writeCertificate();
  const told: string[] = [];
  const watch = watchCertificate(files, 10, {
    renewed: ({ cert }) => told.push(cert),
    refused: () => told.push('refused'),
  });
  onTestFinished(() => watch.stop());
  const renewed = makeCertificate();
  writeFileSync(files.key, 'half written');
  await expect.poll(() => told).toEqual(['refused']);
  writeFileSync(files.certificate, renewed.cert);
  writeFileSync(files.key, renewed.key);
  await expect.poll(() => told.at(-1)).toBe(renewed.cert);
  expect(readCertificate(files)).toEqual(renewed);
});
