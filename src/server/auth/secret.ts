import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as base64url: 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret. Its 256 random bits make a slow hash pointless. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
