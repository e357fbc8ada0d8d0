import { describe, expect, it } from 'vitest';
import { bundledEnd, FLOW_TYPES, flowType } from './flow-type.ts';
import { PLACE_KINDS, type PlaceKind } from './place.ts';

const end = (text: string) => {
  const [kind, group = ''] = text.split(' ');
  return { kind: kind as PlaceKind, group };
};

describe('flowType', () => {
  it.each([
    ['network a', 'network a', 'IntraVNet'],
    ['network a', 'network b', 'InterVNet'],
    ['network a', 'clients g', 'P2S'],
    ['network a', 'site s', 'S2S'],
    ['network a', 'azure', 'AzurePublic'],
    ['network a', 'malicious', 'MaliciousFlow'],
    ['network a', 'public', 'ExternalPublic'],
    ['network a', 'private', 'UnknownPrivate'],
    ['network a', 'other', 'Unknown'],
    ['clients g', 'clients g', 'P2S'],
    ['clients g', 'site s', 'P2S'],
    ['clients g', 'public', 'ExternalPublic'],
    ['clients g', 'malicious', 'MaliciousFlow'],
    ['site s', 'site t', 'S2S'],
    ['site s', 'azure', 'AzurePublic'],
    ['site s', 'malicious', 'MaliciousFlow'],
    ['site s', 'public', 'ExternalPublic'],
    ['site s', 'private', 'UnknownPrivate'],
    ['private', 'private', 'Unknown'],
    ['private', 'public', 'Unknown'],
    ['private', 'malicious', 'MaliciousFlow'],
    ['private', 'azure', 'AzurePublic'],
    ['azure', 'azure', 'AzurePublic'],
    ['azure', 'public', 'AzurePublic'],
    ['azure', 'malicious', 'AzurePublic'],
    ['malicious', 'public', 'Unknown'],
    ['public', 'public', 'Unknown'],
    ['other', 'other', 'Unknown'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(flowType(end(a), end(b))).toBe(expected);
    expect(flowType(end(b), end(a))).toBe(expected);
  });

  it('reaches every type', () => {
    const reached = new Set(
      PLACE_KINDS.flatMap((a) =>
        PLACE_KINDS.map((b) => flowType({ kind: a, group: '1' }, { kind: b, group: '1' })),
      ),
    );
    reached.add(flowType(end('network a'), end('network b')));
    expect([...reached].sort()).toEqual([...FLOW_TYPES].sort());
  });
});

describe('bundledEnd', () => {
  it.each([
    ['network a', 'public', 'dest'],
    ['public', 'network a', 'src'],
    ['azure', 'network a', 'src'],
    ['azure', 'azure', 'dest'],
    ['azure', 'public', 'src'],
    ['network a', 'malicious', null],
    ['network a', 'network b', null],
    ['public', 'public', null],
  ])('of %s to %s is %s', (src, dest, expected) =>
    expect(bundledEnd(flowType(end(src), end(dest)), end(src), end(dest))).toBe(expected),
  );
});
