import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Indicator } from '../indicator.ts';
import { type FeedTotals, readFeed, recogniseFeed } from '../read-feed.ts';
import { FEED_SAMPLES } from '../testing/feed-samples.ts';
import { FEED_FORMATS } from './index.ts';

function read(text: string, format?: string) {
  const found: Indicator[] = [];
  const withdrawn: string[] = [];
  const sink = {
    add: (i: Indicator) => void found.push(i),
    withdraw: (id: string) => void withdrawn.push(id),
  };
  return { totals: readFeed(text, sink, format), found, withdrawn };
}

const print = ({ type, value, port, role }: Indicator): string =>
  `${type} ${value}${port === null ? '' : `#${port}`} ${role}`;

const refusedSum = ({ refusals }: FeedTotals): number =>
  Object.values(refusals).reduce((sum, count) => sum + count, 0);

test('every file of the folder is a format of the list, once, and has a sample', () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => !/^(index|formats\.test)\.ts$/.test(name),
  );
  const names = FEED_FORMATS.map((format) => format.name);
  expect(names.toSorted()).toEqual(files.map((file) => file.replace('.ts', '')).toSorted());
  expect(new Set(names).size).toBe(names.length);
  expect([...new Set(FEED_SAMPLES.map((sample) => sample.format))].toSorted()).toEqual(
    names.toSorted(),
  );
});

describe.each(FEED_SAMPLES)(
  '$format: $title',
  ({ format, text, takes, refuses = {}, withdraws = [] }) => {
    test('is recognised, and every entry is an indicator, a withdrawal or a counted refusal', () => {
      const { totals, found, withdrawn } = read(text);
      expect(totals.format).toBe(format);
      expect(found.map(print)).toEqual(takes);
      expect(totals.refusals).toEqual(refuses);
      expect(withdrawn).toEqual(withdraws);
      expect(totals.taken + totals.withdrawn + refusedSum(totals)).toBe(totals.entries);
    });

    test('damage anywhere neither throws nor loses an entry', () => {
      const char = fc.constantFrom('\0', '"', '{', '[', ',', '\n', 'é', '\t', '|', "'");
      fc.assert(
        fc.property(fc.nat(text.length), fc.nat(text.length), char, (a, b, insert) => {
          const [from, to] = a < b ? [a, b] : [b, a];
          const { totals } = read(text.slice(0, from) + insert + text.slice(to), format);
          expect(totals.taken + totals.withdrawn + refusedSum(totals)).toBe(totals.entries);
        }),
        { numRuns: 60 },
      );
    });
  },
);

test('a text of comments has no format and no entries', () => {
  expect(recogniseFeed('# nothing\n\n; at all\n')).toBeUndefined();
  expect(read('# nothing\n').totals).toMatchObject({ format: '', entries: 0 });
});

test('an unknown format is named in the error', () => {
  expect(() => read('x', 'xml')).toThrow(/no feed format xml/);
});

test('an open quote costs its own line alone', () => {
  const rows = Array.from({ length: 100 }, (_, i) => `198.51.100.${i},scan,x`);
  const { totals } = read(
    `${rows.slice(0, 50).join('\n')}\n"open,x,y\n${rows.slice(50).join('\n')}\n`,
  );
  expect(totals).toMatchObject({ entries: 101, taken: 100, refusals: { 'malformed-record': 1 } });
});

test('facts of a STIX indicator: confidence, marking, malware, sightings, kill chain, dates', () => {
  const id = (type: string) => `${type}--00000000-0000-4000-8000-000000000001`;
  const { found } = read(
    JSON.stringify({
      type: 'bundle',
      objects: [
        {
          type: 'indicator',
          id: id('indicator'),
          modified: '2026-01-01T00:00:00Z',
          pattern: "[domain-name:value = 'a.example']",
          pattern_type: 'stix',
          valid_from: '2026-01-01T00:00:00Z',
          valid_until: '2026-02-01T00:00:00Z',
          confidence: 70,
          object_marking_refs: ['marking-definition--f88d31f6-486f-44da-b317-01333bde0b82'],
          kill_chain_phases: [
            { kill_chain_name: 'mitre-attack', phase_name: 'command-and-control' },
          ],
        },
        { type: 'malware', id: id('malware'), name: 'Emotet' },
        {
          type: 'relationship',
          id: id('relationship'),
          relationship_type: 'indicates',
          source_ref: id('indicator'),
          target_ref: id('malware'),
        },
        {
          type: 'sighting',
          id: id('sighting'),
          sighting_of_ref: id('indicator'),
          last_seen: '2026-01-15T00:00:00Z',
        },
      ],
    }),
  );
  expect(found[0]).toMatchObject({
    confidence: 70,
    tlp: 'amber',
    malware: 'Emotet',
    killChain: ['mitre-attack:command-and-control'],
    lastSeen: Date.UTC(2026, 0, 15) * 1000,
    validUntil: Date.UTC(2026, 1, 1) * 1000,
  });
});
