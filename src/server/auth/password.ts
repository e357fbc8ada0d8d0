import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Refused } from './refused.ts';

/** Cost of scrypt: 2^logN blocks of 128·r bytes, p times over. */
export interface PasswordCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about a fifth of a second; the OWASP password storage cheat sheet lists it among its equals. */
export const PASSWORD_COST: PasswordCost = { logN: 15, r: 8, p: 3 };

const KEY_BYTES = 32;
const AT_ONCE = 2;
const WAITING = 32;

export interface Passwords {
  /** `scrypt$logN$r$p$salt$key`, the last two base64url. */
  hash(password: string): Promise<string>;
  /** False as well, after the same work, when there is nothing to compare with. */
  isRight(password: string, stored: string | null): Promise<boolean>;
}

/** Hashes in libuv's thread pool, few at a time: a burst of logins is refused rather than starving file access. */
export function createPasswords(cost: PasswordCost = PASSWORD_COST): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function derive(password: string, salt: Buffer, with_: PasswordCost): Promise<Buffer> {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING)
        throw new Refused('too-many', 'Too many logins at once.', { retryAfter: 5 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await new Promise((resolve, reject) => {
        const N = 2 ** with_.logN;
        const options = { N, r: with_.r, p: with_.p, maxmem: 256 * N * with_.r };
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    async hash(password) {
      const salt = randomBytes(16);
      const key = await derive(password, salt, cost);
      return `scrypt$${cost.logN}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
    },
    async isRight(password, stored) {
      const [name, logN, r, p, salt, key] = stored?.split('$') ?? [];
      if (name !== 'scrypt' || salt === undefined || key === undefined) {
        await derive(password, Buffer.alloc(16), cost);
        return false;
      }
      const expected = Buffer.from(key, 'base64url');
      const with_ = { logN: Number(logN), r: Number(r), p: Number(p) };
      const found = await derive(password, Buffer.from(salt, 'base64url'), with_);
      return expected.length === found.length && timingSafeEqual(expected, found);
    },
  };
}
