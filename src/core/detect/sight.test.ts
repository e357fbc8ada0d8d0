import { expect, it } from 'vitest';
import { attemptsOf } from './attempts.ts';
import { conversations } from './conversation.ts';
import { blindness, sightOf } from './sight.ts';

const row = { AllowedFlows: 10, OneWayFlows: 0, SamplingRate: 1, WindowMs: 0 };

it.each([
  ['whole', {}, []],
  ['of a minute', { WindowMs: 65_000 }, [/^The source tells of 1 minute at a time/]],
  ['of ten minutes', { WindowMs: 600_000 }, [/^The source tells of 10 minutes at a time/]],
  ['of one direction', { OneWayFlows: 9 }, [/^The source shows one direction only/]],
  [
    'sampled',
    { SamplingRate: 30, OneWayFlows: 9 },
    [/about one packet in 30: .* nothing came back/],
  ],
])('%s: it says what cannot be seen', (_, more, expected) => {
  const said = blindness(sightOf([{ ...row, ...more }]));
  expect(said).toHaveLength(expected.length);
  for (const [i, pattern] of expected.entries()) expect(said[i]).toMatch(pattern);
});

it.each([
  [1, true],
  [30, false],
])('of one packet in %d a large connection after many tries got in: %s', (SamplingRate, gotIn) => {
  const [conversation] = conversations([
    {
      ...row,
      SamplingRate,
      TimeGenerated: '1970-01-01T00:00:00Z',
      SrcIp: '10.1.0.5',
      DestIp: '10.1.0.9',
      Port: 22,
      L4Protocol: 'T',
      AllowedFlows: 41,
      BytesSrcToDest: 80_000 + 40_000,
      BytesDestToSrc: 80_000 + 40_000,
      BytesSquared: 40 * 4000 ** 2 + 80_000 ** 2,
      LargestBytes: 80_000,
      LargestAt: '1970-01-01T00:50:00Z',
      Starts: Array.from({ length: 41 }, (_, i) => 1000 + i * 10),
      StartBytes: Array.from({ length: 41 }, () => 2000),
    },
  ]);
  expect(attemptsOf(conversation!).gotIn).toBe(gotIn);
});
