import { expect, it } from 'vitest';
import { DAY, makeKnowledge, valuesOf } from '../index.ts';
import { bruteForce } from './brute-force.ts';

/** One hour of one source that tried so many times, evenly spaced. */
const tried = (src: string, times: number) => ({
  TimeGenerated: '1970-01-01T00:00:00Z',
  SrcIp: src,
  DestIp: '10.1.0.9',
  Port: 22,
  L4Protocol: 'T',
  SrcIsInside: false,
  DestIsInside: true,
  SamplingRate: 1,
  WindowMs: 0,
  OneWayFlows: 0,
  AllowedFlows: times,
  BytesSrcToDest: 2000 * times,
  BytesDestToSrc: 2000 * times,
  PacketsSrcToDest: 12 * times,
  PacketsDestToSrc: 11 * times,
  BytesSquared: times * 4000 ** 2,
  LargestBytes: 4000,
  LargestAt: '1970-01-01T00:50:00Z',
  FirstTime: '1970-01-01T00:00:00Z',
  LastTime: '1970-01-01T00:50:00Z',
  Starts: Array.from({ length: times }, (_, i) => i * 60),
  StartBytes: Array.from({ length: times }, () => 2000),
});

it('tells who insists apart from the many that try a few times', () => {
  const crowd = Array.from({ length: 30 }, (_, i) => tried(`203.0.113.${i}`, 3));
  const pass = {
    from: 0,
    to: DAY,
    knownFrom: 0,
    values: valuesOf(bruteForce),
    knowledge: makeKnowledge(),
  };
  const claimsOf = (rows: Parameters<typeof bruteForce.score>[0]) =>
    bruteForce.score(rows, pass).map(({ about, magnitude }) => [about[0], magnitude]);
  expect(claimsOf(crowd)).toEqual([['crowd', 60]]);
  expect(claimsOf([...crowd, tried('198.51.100.7', 50)])).toEqual([
    ['crowd', 60],
    ['internet', 49],
  ]);
});
