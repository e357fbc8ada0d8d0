import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ReducedRow, rawFlowsKql } from '#core/enrich/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { awsFlow, azureFlow, DAY, type FlowRow, HOUR } from './fixture.ts';
import { TEN_MINUTES } from './reduce-pending.ts';
import { at, reduced, TOPOLOGY, total } from './reduced.fixture.ts';
import { openBars, reduceSlowly } from './reference.ts';

const anyFlow: fc.Arbitrary<FlowRow> = fc
  .record({
    kind: fc.constantFrom('azure', 'aws', 'ping'),
    minute: fc.integer({ min: 0, max: 130 }),
    src: fc.constantFrom('10.20.1.4', '10.20.1.5', '203.0.113.7', '203.0.113.8', '2001:db8::1'),
    dest: fc.constantFrom('10.20.2.9', '10.20.1.4', '198.51.100.3', '203.0.113.8'),
    srcPort: fc.constantFrom(40000, 40001, 123),
    destPort: fc.constantFrom(443, 53, 123, 40001),
    direction: fc.constantFrom('Inbound', 'Outbound'),
    state: fc.constantFrom('B', 'C', 'E', 'D'),
    observer: fc.constantFrom('AA-AA-AA-AA-AA-AA', 'BB-BB-BB-BB-BB-BB'),
    flags: fc.constantFrom(0, 2, 18),
    bytes: fc.integer({ min: 0, max: 5000 }),
  })
  .map((f) => {
    const shared = {
      TimeGenerated: at(f.minute),
      SrcIp: f.src,
      DestIp: f.dest,
      SrcPort: f.srcPort,
      DestPort: f.destPort,
      Observer: f.observer,
      FlowDirection: f.direction,
      PacketsSrcToDest: f.bytes % 7,
      BytesSrcToDest: f.bytes,
    };
    if (f.kind === 'ping')
      return awsFlow({ ...shared, SrcPort: null, DestPort: null, L4Protocol: 'ICMP' });
    return f.kind === 'azure'
      ? azureFlow({
          ...shared,
          MacAddress: f.observer,
          FlowState: f.state,
          PacketsDestToSrc: 1,
          BytesDestToSrc: 2 * f.bytes,
        })
      : awsFlow({ ...shared, TcpFlags: f.flags, InitiatorKnown: f.flags === 2 });
  });

describe('every reduced table', () => {
  it('adds up to what a slow evaluator finds, row by row and in total', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFlow, { minLength: 1, maxLength: 60 }), async (rows) => {
        const { read, store } = await reduced(rows, { topology: [TOPOLOGY] });
        const found = await read('NTANetAnalytics');
        const expected = reduceSlowly(rows, TEN_MINUTES);
        const opened = openBars(found);
        expect(new Set(opened.keys())).toEqual(new Set(expected.keys()));
        for (const [key, { records: _, ...counters }] of expected)
          expect(opened.get(key)).toEqual(counters);
        expect(total(found, 'RecordCount')).toBe(rows.length);
        // What is primary and what repeats it are all there is.
        const repeated = total(await read('RepeatedObservations'), 'RecordCount');
        for (const table of ['TrafficByRule', 'TrafficByPair', 'TrafficByPort'])
          expect([table, total(await read(table), 'RecordCount')]).toEqual([
            table,
            rows.length - repeated,
          ]);
        await store.close();
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('leads back to its raw rows by KQL', async () => {
    const rows = fc.sample(anyFlow, { seed: 7, numRuns: 120 });
    const { read, store } = await reduced(rows, { topology: [TOPOLOGY] });
    const queries = createQueryService({ store, clock: () => DAY + 24 * HOUR });
    onTestFinished(() => queries.stop());
    const found = await read('NTANetAnalytics');
    const sample = found
      .filter((r, i) => i % 6 === 0 || r['DestPublicIps'] !== '' || r['SrcPublicIps'] !== '')
      .slice(0, 40);
    for (const row of sample) {
      // Which end a raw row's counters belong to, is what SrcIp says.
      const kql = `${rawFlowsKql(row as unknown as ReducedRow)}
        | summarize Records = count(), Bytes = sum(BytesSrcToDest) + sum(coalesce(BytesDestToSrc, 0)), Started = countif(IsFlowStart)`;
      const { columns, rows: answer } = await queries.query({ text: kql });
      expect(columns.map((c) => c.name)).toEqual(['Records', 'Bytes', 'Started']);
      const flows = ['AllowedInFlows', 'DeniedInFlows', 'AllowedOutFlows', 'DeniedOutFlows'].reduce(
        (n, c) => n + Number(row[c]),
        0,
      );
      expect([kql, answer[0]?.map(Number)]).toEqual([
        kql,
        [row['RecordCount'], Number(row['BytesSrcToDest']) + Number(row['BytesDestToSrc']), flows],
      ]);
    }
  }, 60_000);
});
