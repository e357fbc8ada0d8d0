import { encodeUtf8 } from '#core/base/index.ts';
import { formatsByName } from '#core/decode/index.ts';
import { SegmentBuilder } from './segment-builder.ts';

const RECORDS = 4;
const TUPLES = 60;
const ROUNDS = 8;

/**
 * Takes the decoder and the encoder through every branch of an ordinary load, on rows that are thrown away.
 *
 * V8 compiles a long loop while it runs, before it has seen what comes after the loop, and throws the code away when it
 * gets there; on the first real batches that cost more than the work. Measured on 3 million tuples: 250 deoptimisations
 * and a third of the time without, a dozen with.
 */
export function warmUp(): void {
  const format = formatsByName.get('azure-vnet');
  if (!format) return;
  const unit = encodeUtf8(sampleRecords());
  const segments = new SegmentBuilder();
  const decoder = format.open({
    builder: (table) => segments.builder(table),
    kernel: segments.kernel,
    problem: () => undefined,
  });
  for (let round = 0; round < ROUNDS; round++) {
    decoder.decode(unit, { object: 'warm-up', offset: round, context: null, ingestedAt: 0 });
    if (round % 2 === 1) segments.seal();
  }
}

/** Records with every state, both address families, repeated and scattered values. */
function sampleRecords(): string {
  const tuple = (i: number) => {
    const address = i % 7 === 0 ? `2001:db8::${i.toString(16)}` : `10.0.${i % 5}.${i}`;
    const state = 'BCED'[i % 4]!;
    const counters = i % 2 === 0 ? [i * 7, i * 977, i % 3, i * 70_001] : [0, 0, 0, 0];
    const fields = [
      1_767_225_600_000 + i * 977,
      address,
      '192.0.2.1',
      1024 + ((i * 7919) % 60_000),
      443,
      6,
      'IO'[i % 2],
      state,
      ['NX', 'X', 'NX_LOCAL_DST'][i % 3],
    ];
    return `"${[...fields, ...counters].join(',')}"`;
  };
  const record = (r: number) => {
    const tuples = Array.from({ length: TUPLES }, (_, i) => tuple(r * TUPLES + i)).join(',');
    const group = `{"rule":"rule-${r}","flowTuples":[${tuples}]}`;
    return `{"time":"2026-01-01T00:00:00Z","macAddress":"00224800000${r}","flowLogResourceID":"/X","targetResourceID":"/Y","flowRecords":{"flows":[{"aclID":"a","flowGroups":[${group}]}]}}`;
  };
  return `{"records":[${Array.from({ length: RECORDS }, (_, r) => record(r)).join(',')}]}`;
}
