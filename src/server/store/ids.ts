import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 11;
const RANDOM_DIGITS = 5;

function digits(value: number, count: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < count; i++) {
    text = ALPHABET[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/**
 * Makes ids that sort by when they were made and are never made again, not even after a restored backup or a clock
 * set back: 11 digits of microseconds, never repeated within a process, and 25 random bits.
 */
export function createIds(clock: () => number, after = ''): () => string {
  let last = -1;
  for (const letter of after.slice(0, TIME_DIGITS))
    last = Math.max(last, 0) * 32 + ALPHABET.indexOf(letter);
  return () => {
    last = Math.max(Math.floor(clock()), last + 1);
    return digits(last, TIME_DIGITS) + digits(randomBytes(4).readUInt32LE(), RANDOM_DIGITS);
  };
}
