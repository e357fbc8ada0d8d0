import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** PEM files: the certificate with those that lead to its root, and its private key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Whether and how a server speaks TLS could not be read; the message is for a person. */
export class CertificateRefused extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'CertificateRefused';
  }
}

/** Reads both files and sees whether they belong together. Throws CertificateRefused. */
export function readCertificate(files: CertificateFiles): Certificate {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new CertificateRefused(`${file} cannot be read`, error);
    }
  };
  const found = { cert: read(files.certificate), key: read(files.key) };
  try {
    createSecureContext(found);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CertificateRefused(
      `${files.certificate} and ${files.key} are not a certificate and its key: ${why}`,
      error,
    );
  }
  return found;
}

/** Calls back with a certificate that was renewed, within `everyMs`. A bad one is told once, and not used. */
export function watchCertificate(
  files: CertificateFiles,
  everyMs: number,
  on: { renewed(certificate: Certificate): void; refused(error: unknown): void },
): { stop(): void } {
  let known = stampOf(files);
  const timer = setInterval(() => {
    const stamp = stampOf(files);
    if (stamp === known) return;
    known = stamp;
    try {
      on.renewed(readCertificate(files));
    } catch (error) {
      on.refused(error);
    }
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function stampOf({ certificate, key }: CertificateFiles): string {
  return [certificate, key]
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : '';
    })
    .join();
}
