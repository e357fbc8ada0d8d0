import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIp } from '#core/base/index.ts';
import { parseRange } from '#core/enrich/index.ts';
import { type Observable, observableKey } from '../indicator.ts';
import { observe } from '../observable.ts';
import { parseUrl, urlKey } from '../url.ts';
import type { Matcher } from './matcher.ts';
import { MatcherBuilder } from './matcher-builder.ts';
import { openMatcher, writeMatcher } from './matcher-file.ts';
import { TERM_FLAGS, type Weight } from './terms.ts';

const weight = (more: Partial<Weight> = {}): Weight => ({
  feed: 0,
  role: 'c2',
  confidence: 50,
  firstSeen: null,
  validUntil: null,
  flags: 0,
  ...more,
});

function seen(text: string, hint?: Parameters<typeof observe>[1]): Observable {
  const found = observe(text, hint);
  if ('refused' in found) throw new Error(`${text}: ${found.refused}`);
  return found;
}

function compile(values: readonly Observable[]): Matcher {
  const builder = new MatcherBuilder(['feed'], 7);
  for (const value of values) builder.add(value, weight());
  return builder.build();
}

const keys = (matcher: Matcher, find: (found: number[]) => void): string[] => {
  const found: number[] = [];
  find(found);
  return found.map((number) => observableKey(matcher.term(number))).sort();
};

/** What a look-up must find, told by comparing with every indicator in turn. */
const naive = {
  address: (values: readonly Observable[], ip: string) => {
    const words = parseIp(ip)!;
    const isIn = (value: string) => {
      const { first, last } = parseRange(value)!;
      const at = (list: Uint32Array) => list.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
      return at(words) >= at(first) && at(words) <= at(last);
    };
    return values.filter(
      (v) => (v.type === 'ip' && v.value === ip) || (v.type === 'cidr' && isIn(v.value)),
    );
  },
  name: (values: readonly Observable[], name: string) =>
    values.filter(
      (v) =>
        (v.type === 'domain' && v.value === name) ||
        (v.type === 'domain-suffix' && (v.value === name || name.endsWith(`.${v.value}`))),
    ),
  url: (values: readonly Observable[], text: string) => {
    const url = parseUrl(text)!;
    const without = (value: string) => urlKey(parseUrl(value)!);
    return values.filter(
      (v) =>
        (v.type === 'url' && without(v.value) === urlKey(url)) ||
        (v.type === 'url-prefix' && urlKey(url).startsWith(without(v.value))) ||
        (v.type === 'url-path' && (url.path === v.value || url.path.split('?')[0] === v.value)),
    );
  },
};

const distinct = (values: readonly Observable[]): string[] => [...new Set(values.map(key))].sort();
/** URLs are kept without scheme. */
const key = (v: Observable): string =>
  v.type.startsWith('url') && v.type !== 'url-path'
    ? observableKey({ ...v, value: urlKey(parseUrl(v.value)!) })
    : observableKey(v);

const byte = fc.constantFrom(0, 1, 2, 127, 128, 255);
const v4 = fc.tuple(byte, byte).map(([a, b]) => `198.51.${a}.${b}`);
const v6 = fc
  .tuple(byte, byte)
  .map(([a, b]) => `2001:db8:${a.toString(16)}::${(b + 1).toString(16)}`);
const ip = fc.oneof(v4, v6);
const cidr = fc.tuple(ip, fc.integer({ min: 0, max: 12 })).map(([address, less]) => {
  const bits = (address.includes(':') ? 128 : 32) - 4 - less;
  const { first } = parseRange(`${address}/${bits}`)!;
  return observe(`${printWords(first)}/${bits}`);
});
const label = fc.constantFrom('a', 'b', 'evil', 'xn--bcher-kva', 'evilexample');
const name = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.example`);
const path = fc.constantFrom('/', '/a', '/a/b', '/a/b?x=1', '/ab', '/login.php', '/login.php?x');
const url = fc
  .tuple(fc.constantFrom('http://', 'https://', ''), name, path)
  .map((parts) => parts.join(''));
const observed = fc
  .oneof(
    fc
      .tuple(ip, fc.constantFrom('', '80', '443'))
      .map(([a, port]) =>
        observe(port === '' ? a : a.includes(':') ? `[${a}]:${port}` : `${a}:${port}`),
      ),
    cidr,
    name.map((n) => observe(n, 'domain')),
    name.map((n) => observe(n, 'domain-suffix')),
    url.map((u) => observe(u, 'url')),
    url.map((u) => observe(u, 'url-prefix')),
    path.map((p) => observe(p, 'url-path')),
  )
  .filter((o): o is Observable => !('refused' in o));

function printWords(words: Uint32Array): string {
  const isV4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  if (isV4) return [24, 16, 8, 0].map((shift) => (words[3]! >>> shift) & 255).join('.');
  return [...words].map((w) => `${(w >>> 16).toString(16)}:${(w & 0xffff).toString(16)}`).join(':');
}

describe('the compiled matcher', () => {
  test('finds what comparing with every indicator finds, before and after a round through a file', () => {
    fc.assert(
      fc.property(
        fc.array(observed, { maxLength: 60 }),
        fc.array(ip, { maxLength: 30 }),
        fc.array(name, { maxLength: 30 }),
        fc.array(url, { maxLength: 30 }),
        (values, ips, names, urls) => {
          const built = compile(values);
          for (const matcher of [
            built,
            openMatcher(writeMatcher(built, (n) => new SharedArrayBuffer(n))),
          ]) {
            for (const a of ips)
              expect(keys(matcher, (f) => matcher.findAddress(parseIp(a)!, f))).toEqual(
                distinct(naive.address(values, a)),
              );
            for (const n of names)
              expect(keys(matcher, (f) => matcher.findName(n, f))).toEqual(
                distinct(naive.name(values, n)),
              );
            for (const u of urls)
              expect(keys(matcher, (f) => matcher.findUrl(u, f))).toEqual(
                distinct(naive.url(values, u)),
              );
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('answers 100,000 random addresses as the naive one does', () => {
    let state = 12345;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state % below;
    };
    const address = () => `${random(200) + 1}.${random(4)}.${random(256)}.${random(256)}`;
    const exact = new Set(Array.from({ length: 5000 }, address));
    const builder = new MatcherBuilder(['feed']);
    for (const value of exact) builder.add({ type: 'ip', value, port: null }, weight());
    const matcher = builder.build();
    for (let i = 0; i < 100_000; i++) {
      const asked = i % 3 === 0 ? [...exact][random(exact.size)]! : address();
      const found: number[] = [];
      matcher.findAddress(parseIp(asked)!, found);
      expect(found.length === 1).toBe(exact.has(asked));
      if (i % 3 === 0) i += 30;
    }
  });

  test('a suffix does not match a longer label, nor a parent', () => {
    const matcher = compile([seen('example.net', 'domain-suffix')]);
    const has = (n: string) => keys(matcher, (f) => matcher.findName(n, f)).length > 0;
    expect(['example.net', 'a.example.net', 'evilexample.net', 'net'].map(has)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('nested networks are all found, narrowest first; v4-mapped is IPv4', () => {
    const matcher = compile(
      ['198.51.100.0/24', '198.51.0.0/16', '198.51.100.128/25', '198.51.100.0/25'].map((t) =>
        seen(t),
      ),
    );
    expect(matcher.termsOfAddress('::ffff:198.51.100.200').map((t) => t.value)).toEqual([
      '198.51.100.128/25',
      '198.51.100.0/24',
      '198.51.0.0/16',
    ]);
    expect(matcher.termsOfAddress('198.52.0.0')).toEqual([]);
  });

  test('sources of one value become one term: confidence adds up, life is the longest, the surer role', () => {
    const builder = new MatcherBuilder(['a', 'b']);
    for (const target of [seen('198.51.100.1'), seen('evil.example')]) {
      builder.add(
        target,
        weight({ confidence: 50, validUntil: 10e6, firstSeen: 5e6, role: 'scanner' }),
      );
      builder.add(
        target,
        weight({ feed: 1, confidence: 60, validUntil: null, firstSeen: 3e6, role: 'c2' }),
      );
      builder.add(target, weight({ feed: 1, confidence: 40 }));
    }
    const matcher = builder.build();
    expect(matcher.size).toBe(2);
    for (const number of [0, 1])
      expect(matcher.term(number)).toMatchObject({
        confidence: 80,
        validUntil: null,
        firstSeen: 3e6,
        role: 'c2',
        feeds: ['a', 'b'],
      });
  });

  test('what a warning list names is no surer for being in many feeds', () => {
    const feeds = ['a', 'b', 'c', 'd'];
    const builder = new MatcherBuilder(feeds);
    for (const feed of feeds.keys())
      builder.add(
        seen('198.51.100.1'),
        weight({ feed, confidence: 16 + feed, flags: TERM_FLAGS.shared }),
      );
    expect(builder.build().term(0)).toMatchObject({ confidence: 19, feeds });
  });

  test('texts beyond ASCII are found again', () => {
    const matcher = compile([{ type: 'user-agent', value: 'бот/1.0', port: null }]);
    expect(keys(matcher, (f) => matcher.findValue('user-agent', 'бот/1.0', f))).toEqual([
      'user-agent:бот/1.0',
    ]);
  });

  test('a file of something else, or cut short, is refused', () => {
    const file = writeMatcher(compile([seen('198.51.100.1')]), (n) => new ArrayBuffer(n));
    expect(() => openMatcher(new ArrayBuffer(4))).toThrow(RangeError);
    expect(() => openMatcher(file.slice(0, file.byteLength - 64))).toThrow(/cut short/);
  });
});
