import { describe, expect, it } from 'vitest';
import { inferFields, parseHeader } from './aws-vpc-fields.ts';

describe('parseHeader', () => {
  it('takes names with - or _, and names it does not know', () => {
    expect(parseHeader('srcaddr pkt_dstaddr srcport start next-big-thing')).toEqual([
      'srcaddr',
      'pkt-dstaddr',
      'srcport',
      'start',
      'next-big-thing',
    ]);
  });

  it('takes the header of a transit gateway’s flow log, most of whose fields are its own', () => {
    const header =
      'version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni srcaddr dstaddr start end';
    expect(parseHeader(header)?.length).toBe(15);
  });

  it.each([
    'start end',
    'some words of text',
    'srcaddr dstaddr start start',
    'srcaddr dstaddr start, end',
    '2 012345678901 eni-1',
  ])('refuses %j', (line) => expect(parseHeader(line)).toBeUndefined());
});

describe('inferFields', () => {
  it('tells the two orders of 21 fields apart', () => {
    const all =
      '3 012345678901 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1772618400 1772618458 ACCEPT OK vpc-1 subnet-1 i-1 2 IPv4 10.0.0.1 10.0.0.2';
    const example =
      '3 vpc-1 subnet-1 i-1 eni-1 012345678901 IPv4 10.0.0.1 10.0.0.2 1 2 10.0.0.1 10.0.0.2 6 1 1 1772618400 1772618458 ACCEPT 2 OK';
    expect(inferFields(all)?.[1]).toBe('account-id');
    expect(inferFields(example)?.[1]).toBe('vpc-id');
  });

  it.each([
    '- - - - - - - - - - - - - -',
    '2 012345678901 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1772618400 1772618458 ACCEPT',
    '2 012345678901 eni-1 host 10.0.0.2 1 2 6 1 1 1772618400 1772618458 ACCEPT OK',
    'the quick brown fox jumps over the lazy dog and then it sleeps',
  ])('refuses %j', (line) => expect(inferFields(line)).toBeUndefined());
});
