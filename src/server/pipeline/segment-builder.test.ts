import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { formatsByName } from '#core/decode/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { SegmentBuilder } from './segment-builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-builder-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('SegmentBuilder', () => {
  it('holds little of long texts, and mixes none of them up', async () => {
    const segments = new SegmentBuilder();
    const format = formatsByName.get('gcp-vpc')!;
    const decoder = format.open({
      builder: (table) => segments.builder(table),
      problem: (...problem) => expect(problem).toEqual([]),
    });
    const LENGTH = 20_000;
    const UNITS = 30;
    const PER_UNIT = 50;
    for (let unit = 0; unit < UNITS; unit++) {
      const lines = Array.from({ length: PER_UNIT }, (_, i) => {
        const n = unit * PER_UNIT + i;
        return entry(n, String(n).padEnd(LENGTH, 'x'));
      });
      const bytes = new TextEncoder().encode(lines.join('\n'));
      decoder.decode(bytes, { object: 'o', offset: 0, context: null, ingestedAt: 0 });
      segments.relieve();
      expect(segments.builder('Flows').isHeavy).toBe(false);
    }
    expect(segments.rows).toBe(UNITS * PER_UNIT);
    const [segment] = segments.seal();
    const file = join(folder, 'long.parquet');
    writeFileSync(file, segment!.bytes);
    const db = await openDuckdb();
    const { rows } = await db.run(
      `select count(*)::int, count(*) filter (SrcIp = '10.0.' || BytesSrcToDest // 250 || '.' || BytesSrcToDest % 250
         and contains(AdditionalFields::varchar, '"' || BytesSrcToDest || 'x'))::int from read_parquet('${file}')`,
    );
    db.close();
    expect(rows).toEqual([[UNITS * PER_UNIT, UNITS * PER_UNIT]]);
  });

  it('holds no more than the files of many days', () => {
    const segments = new SegmentBuilder();
    const builder = segments.builder('Flows');
    const time = builder.number('TimeGenerated');
    for (let day = 0; day < 200; day++) time.set(builder.begin(), (20_000 + day) * MICROS_PER_DAY);
    const sealed = segments.seal();
    expect(sealed.map((s) => s.rows)).toEqual(Array.from({ length: 200 }, () => 1));
    for (const { bytes } of sealed)
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * bytes.length);
  });
});

function entry(n: number, text: string): string {
  const at = '2026-03-04T10:00:00.123456789Z';
  return JSON.stringify({
    logName: 'projects/p/logs/compute.googleapis.com%2Fvpc_flows',
    insertId: `i${n}`,
    timestamp: at,
    jsonPayload: {
      connection: {
        src_ip: `10.0.${Math.floor(n / 250)}.${n % 250}`,
        dest_ip: '10.1.0.1',
        src_port: 1,
        dest_port: 443,
        protocol: 6,
      },
      bytes_sent: String(n),
      packets_sent: '1',
      start_time: at,
      end_time: at,
      reporter: 'SRC',
      unheard_of: text,
    },
  });
}
