import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { canonicalIp, parseIp, printIp } from './ip.ts';

describe('ip', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('prints %s as %s', (text, expected) => expect(canonicalIp(text)).toBe(expected));

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1..2.3',
    '1.2.3.4 ',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    ':1',
    '1:',
    'g::1',
    '12345::',
    '1:2:3:4:5:6:7:8::',
    '::1.2.3',
    '-1.2.3.4',
  ])('refuses %j', (text) => expect(parseIp(text)).toBeUndefined());

  it('agrees with ipaddr.js on any 16 bytes, in both spellings', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (bytes, zeros) => {
        if (zeros) bytes.fill(0, 2, 9);
        const other = ipaddr.fromByteArray([...bytes]) as ipaddr.IPv6;
        const expected = other.isIPv4MappedAddress()
          ? other.toIPv4Address().toString()
          : other.toRFC5952String();
        expect(canonicalIp(other.toNormalizedString())).toBe(expected);
        expect(canonicalIp(expected)).toBe(expected);
        expect(printIp(parseIp(expected)!)).toBe(expected);
      }),
    );
  });
});
