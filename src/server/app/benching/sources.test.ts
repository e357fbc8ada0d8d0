import { expect, it } from 'vitest';
import { decodeAll } from '#core/decode/index.ts';
import { inject } from '#core/inject/index.ts';
import { SOURCE_NAMES } from './sources.ts';

const FORMATS = { vnet: 'azure-vnet', nsg: 'azure-nsg', aws: 'aws-vpc', gcp: 'gcp-vpc' };

it.each(SOURCE_NAMES)('what %s writes of a day is read whole', (source) => {
  const { files, truth } = inject({
    seed: 'test',
    hosts: 36,
    days: 1,
    start: Date.UTC(2026, 1, 2),
    habits: ['meetings'],
    attacks: [
      {
        attack: 'port-scan',
        shape: { ports: 2000, perMinute: 100, open: 0.2, closed: 'denied', server: 3, from: 8 },
      },
    ],
  });
  const formats = new Set<string>();
  const problems: unknown[] = [];
  let rows = 0;
  for (const { path, text } of files(source)) {
    const decoded = decodeAll(Buffer.from(text), { object: path });
    formats.add(decoded.state?.format ?? `none: ${decoded.unknown}`);
    problems.push(...decoded.problems);
    for (const batch of decoded.batches) rows += batch.rows;
  }
  expect([...formats]).toEqual([FORMATS[source]]);
  expect(problems).toEqual([]);
  expect(rows).toBeGreaterThan((truth[0]?.events ?? 0) / 30);
});
