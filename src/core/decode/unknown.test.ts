import { describe, expect, it } from 'vitest';
import { describeUnknown } from './index.ts';

const bytesOf = (latin: string) => Uint8Array.from(latin, (c) => c.charCodeAt(0));

describe('describeUnknown', () => {
  it.each([
    ['', 'an empty file'],
    [' \n\t', 'white space only'],
    ['%PDF-1.7', 'a PDF document'],
    ['PK\x03\x04....', 'a zip archive'],
    ['\x1f\x8b\x08\x00', 'gzip data that is still compressed'],
    ['\x28\xb5\x2f\xfd..', 'zstd data'],
    ['PAR1....', 'a Parquet file'],
    ['\xd4\xc3\xb2\xa1\x02\x00', 'a packet capture (pcap)'],
    ['\x0a\x0d\x0d\x0a\x1c', 'a packet capture (pcapng)'],
    ['\x0c\xa5\x01\x00', 'nfcapd'],
    ['\x89PNG\r\n\x1a\n', 'a PNG image'],
    ['\xff\xfet\x00e\x00', 'UTF-16'],
    [`\x00\x05\x00\x02${'\x01'.repeat(92)}`, 'NetFlow version 5'],
    [`\x00\x0a\x00\x40${'\x00'.repeat(12)}\x00\x02\x00\x30${'\x00'.repeat(48)}`, 'IPFIX'],
    ['\x00\x01\x02\x03'.repeat(50), 'binary data'],
    ['<!DOCTYPE html><html>', 'a web page'],
    ['<?xml version="1.0"?>', 'XML'],
    [
      '{"records":[{"category":"AzureFirewallNetworkRule","time":1}]}',
      'the category “AzureFirewallNetworkRule”',
    ],
    ['{"Records":[{"eventVersion":"1.08"}]}', 'CloudTrail'],
    ['[{"color":"red","size":3}]', 'JSON with the keys “color”, “size”'],
    ['[1,2,3]', 'JSON without any object'],
    [
      'name,age,city\nann,3,rome\n',
      'a table separated by commas, with the columns “name”, “age”, “city”',
    ],
    ['#separator \\x09\n', 'a Zeek log'],
    ['<134>Mar  4 10:00:00 fw1 drop', 'syslog'],
    ['CEF:0|Vendor|Product|1|1|x|1|', 'CEF'],
    [
      '2 012345678901 eni-0a1b 10.0.0.1 443',
      'AWS VPC flow log records of 5 fields in an unknown order',
    ],
    ['hello world', 'text that begins with “hello world”'],
    ['\x1b[31mred alert', 'text that begins with “·[31mred alert”'],
  ])('%j', (latin, expected) => {
    const said = describeUnknown(bytesOf(latin));
    expect(said).toContain(expected);
    expect(said).toContain('Weir reads: AWS VPC flow log');
    expect(said).not.toContain('\x1b');
  });

  it('is quick for the largest head of the worst kinds', () => {
    for (const unit of ['"', '{"a":', '"message":"', 'a,', '\\', ' ']) {
      const began = performance.now();
      describeUnknown(bytesOf(unit.repeat(65_536 / unit.length)));
      expect(performance.now() - began).toBeLessThan(500);
    }
  });
});
