import { describe, expect, it } from 'vitest';
import { encodeUtf8, parseIp } from '#core/base/index.ts';
import { AsnTable } from './asn-table.ts';

const V4 = `16777216,16777471,13335,"Cloudflare, Inc."\n192.0.2.0,192.0.2.255,64500,Plain Net\nnot,a,line,x\n`;
const V6 = `2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64501,"With ""quotes"""\r\n2001:dba::,2001:dba::1,64500,Plain Net`;

describe('AsnTable', () => {
  const { table, badLines } = AsnTable.fromCsv([encodeUtf8(V4), encodeUtf8(V6)]);
  const cases = [
    ['1.0.0.200', { number: 13335, holder: 'Cloudflare, Inc.' }],
    ['1.0.1.0', undefined],
    ['192.0.2.9', { number: 64500, holder: 'Plain Net' }],
    ['2001:db8:1::5', { number: 64501, holder: 'With "quotes"' }],
    ['2001:dba::1', { number: 64500, holder: 'Plain Net' }],
    ['2001:dba::2', undefined],
  ] as const;

  it.each(cases)('names the system of %s', (ip, expected) =>
    expect(table.find(parseIp(ip)!)).toEqual(expected),
  );

  it('counts what it cannot read', () => expect(badLines).toBe(1));

  it('is the same after a round through bytes, and refuses a short file', () => {
    const bytes = table.toBytes();
    const again = AsnTable.fromBytes(bytes)!;
    for (const [ip, expected] of cases) expect(again.find(parseIp(ip)!)).toEqual(expected);
    for (let length = 0; length < bytes.length; length++)
      expect(AsnTable.fromBytes(bytes.slice(0, length))).toBeUndefined();
  });
});
