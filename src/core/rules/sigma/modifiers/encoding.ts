import { encodeUtf8 } from '#core/base/index.ts';
import { textOf } from '../pattern.ts';
import {
  eachValue,
  type Modifier,
  ModifierError,
  needText,
  textValue,
  type Value,
} from './modifier.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 with padding. */
export function encodeBase64(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const left = bytes.length - i;
    text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
    text += left > 1 ? ALPHABET[(word >> 6) & 63]! : '=';
    text += left > 2 ? ALPHABET[word & 63]! : '=';
  }
  return text;
}

function bytesOf(value: Value, modifier: string): readonly number[] {
  if (value.kind === 'bytes') return value.bytes;
  const { pattern } = needText(value, modifier);
  const text = textOf(pattern);
  if (text === undefined)
    throw new ModifierError(
      `${modifier} cannot encode wildcards`,
      'Take * and ? away, or write \\* and \\?.',
    );
  return [...encodeUtf8(text)];
}

export const base64: Modifier = {
  name: 'base64',
  apply: (item) => eachValue(item, (value) => [textValue(encodeBase64(bytesOf(value, 'base64')))]),
};

/** Characters at the beginning and the end that depend on the bytes around, by offset and by length modulo 3. */
const SKIP_START = [0, 2, 3] as const;
const SKIP_END = [0, 3, 2] as const;

/** The part of the encoded value that is the same wherever it stands: one text for each of three offsets. */
export const base64offset: Modifier = {
  name: 'base64offset',
  apply: (item) =>
    eachValue(item, (value) => {
      const bytes = bytesOf(value, 'base64offset');
      return [0, 1, 2].map((offset) => {
        const padded = [...Array.from({ length: offset }, () => 0x20), ...bytes];
        const text = encodeBase64(padded);
        return textValue(
          text.slice(SKIP_START[offset], text.length - SKIP_END[padded.length % 3]!),
        );
      });
    }),
};

function utf16(name: string, isBigEndian: boolean, mark: readonly number[] = []): Modifier {
  return {
    name,
    apply: (item) =>
      eachValue(item, (value) => {
        const text = textOf(needText(value, name).pattern);
        if (text === undefined)
          throw new ModifierError(
            `${name} cannot encode wildcards`,
            'Take * and ? away, or write \\* and \\?.',
          );
        const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
        const bytes = units.flatMap((unit) =>
          isBigEndian ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8],
        );
        return [{ kind: 'bytes', bytes: [...mark, ...bytes] }];
      }),
  };
}

export const utf16le = utf16('utf16le', false);
export const wide = utf16('wide', false);
export const utf16be = utf16('utf16be', true);
export const utf16WithMark = utf16('utf16', false, [0xff, 0xfe]);

const DASHES = ['-', '/', '–', '—', '―'] as const;

const OPTION = /(^|[\s"'])[-/–—―](?=\w)/g;

/** Every way to write the dash of an option at the beginning of a word. */
export const windash: Modifier = {
  name: 'windash',
  apply: (item) =>
    eachValue(item, (value) => {
      const { raw, pattern } = needText(value, 'windash');
      if (!pattern.pieces.some((p) => typeof p === 'string' && p.search(OPTION) >= 0))
        return [value];
      return DASHES.map((dash) => ({
        kind: 'text' as const,
        raw: raw.replace(OPTION, `$1${dash}`),
        pattern: {
          pieces: pattern.pieces.map((p) =>
            typeof p === 'string' ? p.replace(OPTION, `$1${dash}`) : p,
          ),
        },
      }));
    }),
};
