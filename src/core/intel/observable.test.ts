import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalName } from './host-name.ts';
import { readInstant } from './instants.ts';
import { type Hint, observe, observeEndpoint, refang } from './observable.ts';
import { isPublicSuffix, registeredName } from './public-suffix.ts';

const show = (text: string, hint: Hint = 'any'): string => {
  const seen = observe(text, hint);
  return 'refused' in seen
    ? seen.refused
    : `${seen.type} ${seen.value}${seen.port ? `#${seen.port}` : ''}`;
};

describe('values in their one form', () => {
  test.each([
    ['198.51.100.1', 'ip 198.51.100.1'],
    ['198[.]51[.]100[.]1:8080', 'ip 198.51.100.1#8080'],
    ['::ffff:198.51.100.1', 'ip 198.51.100.1'],
    ['2001:DB8:0:0:0:0:0:1', 'ip 2001:db8::1'],
    ['[2001:db8::1]:443', 'ip 2001:db8::1#443'],
    ['198.51.100.0/24', 'cidr 198.51.100.0/24'],
    ['198.51.100.0-198.51.100.255', 'cidr 198.51.100.0/24'],
    ['198.51.100.0-198.51.100.254', 'malformed-address'],
    ['198.51.100.7/32', 'ip 198.51.100.7'],
    ['198.51.100.7/24', 'host-bits-set'],
    ['2001:db8::/32', 'cidr 2001:db8::/32'],
    ['2000::/3', 'network-too-wide'],
    ['0.0.0.0/0', 'network-too-wide'],
    ['10.1.2.3', 'reserved-address'],
    ['192.168.0.0/16', 'reserved-address'],
    ['224.0.0.1', 'reserved-address'],
    ['999.1.1.1', 'malformed-address'],
    ['Evil.EXAMPLE.', 'domain evil.example'],
    ['evil(dot)example', 'domain evil.example'],
    ['*.evil.example', 'domain-suffix evil.example'],
    ['*.co.uk', 'public-suffix'],
    ['*.github.io', 'public-suffix'],
    ['localhost', 'bare-name'],
    ['payload.docm', 'unknown-suffix'],
    ['hxxps://EVIL[.]example:443/%7euser/%2fx?q=A#frag', 'url https://evil.example/~user/%2Fx?q=A'],
    ['http://user:pw@evil.example:8080', 'url http://evil.example:8080/'],
    ['http://[2001:db8::1]:80/x', 'url http://[2001:db8::1]/x'],
    ['http://10.0.0.1/x', 'reserved-address'],
    ['http://evil..example/', 'malformed-url'],
    ['http://evil.example/dir/*', 'url-prefix http://evil.example/dir/'],
    ['evil.example/a/b', 'url evil.example/a/b'],
    ['D41D8CD98F00B204E9800998ECF8427E', 'md5 d41d8cd98f00b204e9800998ecf8427e'],
    ['A@Evil.example', 'email a@evil.example'],
    ['AS 64500', 'asn AS64500'],
    ['just words', 'no-observable'],
    ['x'.repeat(5000), 'too-long'],
    ['', 'no-observable'],
  ])('%s', (text, expected) => expect(show(text)).toBe(expected));

  test('an IPv6 address with its port and no brackets, where the source says so', () => {
    expect(observeEndpoint('2001:db8:1::5:40669')).toEqual({
      type: 'ip',
      value: '2001:db8:1::5',
      port: 40669,
    });
    expect(observeEndpoint('198.51.100.1:0')).toEqual({ refused: 'malformed-port' });
  });

  test('what is canonical stays as it is', () => {
    const value = fc.oneof(fc.webUrl(), fc.domain(), fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(value, (text) => {
        const seen = observe(text);
        if (!('refused' in seen) && seen.port === null)
          expect(observe(seen.value, seen.type)).toEqual(seen);
      }),
    );
  });

  test('any text is answered', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void observe(refang(text))));
  });
});

describe('host names', () => {
  test.each([
    'bücher.example',
    'пример.рф',
    '例え.テスト',
    'ÄÖÜ.example',
    'faß.example',
    'a.例え.b',
  ])('%s is as Node has it', (name) => {
    expect(canonicalName(name)).toBe(domainToASCII(name));
  });

  test.each([
    '',
    '.',
    'a..b',
    '-a.example',
    'a-.example',
    'a b.example',
    `${'x'.repeat(64)}.example`,
    '1.2.3.4',
  ])('%j is none', (name) => {
    expect(canonicalName(name)).toBeUndefined();
  });
});

test('public suffixes: rules, wildcards, exceptions, private ones', () => {
  expect(['com', 'co.uk', 'github.io', 'anything.ck'].map(isPublicSuffix)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['www.ck', 'example.com', 'a.github.io'].map(isPublicSuffix)).toEqual([
    false,
    false,
    false,
  ]);
  expect(registeredName('a.b.example.co.uk')).toBe('example.co.uk');
  expect(registeredName('x.y.unknown-top')).toBe('y.unknown-top');
});

test('dates as feeds write them', () => {
  const noon = Date.UTC(2026, 0, 2, 12, 0, 0) * 1000;
  for (const text of [
    '2026-01-02 12:00:00',
    '2026-01-02T12:00:00Z',
    '2026-01-02 12:00:00 UTC',
    '2026-01-02T13:00:00+0100',
    '2026-01-02 12:00',
    '1767355200',
    '1767355200000',
    '1767355200000000',
  ])
    expect([text, readInstant(text)]).toEqual([text, noon]);
  expect(readInstant('2026-01-02T12:00:00.123456Z')).toBe(noon + 123456);
  expect(readInstant('02-01-2026')).toBe(Date.UTC(2026, 0, 2) * 1000);
  for (const text of ['', 'never', '2026-13-01', '2026-02-31', '12', '1766-01-01'])
    expect([text, readInstant(text)]).toEqual([text, null]);
});
