import { describe, expect, it } from 'vitest';
import {
  awsFlow,
  azureFlow,
  DAY,
  type FlowRow,
  HOUR,
  MINUTE,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from './fixture.ts';
import { type ReduceOptions, reducePending } from './reduce-pending.ts';

const at = (minutes: number) => DAY + 10 * HOUR + minutes * MINUTE;

async function reduced(rows: readonly FlowRow[], enrichment: ReduceOptions['enrichment'] = {}) {
  const store = await openTestStore();
  const engine = await openTestEngine();
  await storeFlows(store, engine, rows);
  const again = () =>
    reducePending({
      store,
      enrichment: { withoutRegistries: true, ...enrichment },
      clock: () => DAY + 24 * HOUR,
      threads: 1,
    });
  await again();
  return { store, engine, again, read: (table: string) => readRows(store, engine, table) };
}

/** The named columns of each row. */
const pick = (rows: readonly Record<string, unknown>[], ...names: string[]) =>
  rows.map((row) => Object.fromEntries(names.map((n) => [n, row[n]])));

describe('reduction', () => {
  it('folds the begin, continuing and end of one flow', async () => {
    const { read } = await reduced([
      azureFlow({ TimeGenerated: at(1), FlowState: 'B' }),
      azureFlow({
        TimeGenerated: at(6),
        FlowState: 'C',
        PacketsSrcToDest: 812,
        BytesSrcToDest: 97440,
        PacketsDestToSrc: 640,
        BytesDestToSrc: 1310720,
      }),
      azureFlow({
        TimeGenerated: at(7),
        FlowState: 'E',
        PacketsSrcToDest: 9,
        BytesSrcToDest: 540,
        PacketsDestToSrc: 8,
        BytesDestToSrc: 480,
      }),
    ]);
    const rows = await read('NTANetAnalytics');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      TimeGenerated: at(0),
      FlowIntervalStartTime: at(0),
      FlowIntervalEndTime: at(10),
      FlowStartTime: at(1),
      FlowEndTime: at(1),
      SubType: 'FlowLog',
      FaSchemaVersion: '3',
      FlowType: 'IntraVNet',
      SrcIp: '10.20.1.4',
      DestIp: '10.20.2.9',
      SrcPorts: '50112',
      DestPort: 5432,
      L7Protocol: 'postgresql',
      TargetResourceType: 'VirtualNetwork',
      AllowedOutFlows: 1,
      AllowedInFlows: 0,
      DeniedOutFlows: 0,
      DeniedInFlows: 0,
      CompletedFlows: 1,
      RecordCount: 3,
      PacketsSrcToDest: 821,
      BytesSrcToDest: 97980,
      PacketsDestToSrc: 648,
      BytesDestToSrc: 1311200,
      SourceSystem: 'azure-vnet',
    });
  });
});

describe('awsFlow', () => {
  it('x', async () => {
    const { read } = await reduced([
      awsFlow({}),
      awsFlow({
        SrcIp: '10.30.2.6',
        DestIp: '10.30.1.5',
        SrcPort: 443,
        DestPort: 40000,
        BytesSrcToDest: 900,
        PacketsSrcToDest: 2,
      }),
    ]);
    expect(
      pick(
        await read('NTANetAnalytics'),
        'SrcIp',
        'DestIp',
        'DestPort',
        'BytesSrcToDest',
        'BytesDestToSrc',
        'MacAddress',
        'RecordCount',
        'AllowedOutFlows',
      ),
    ).toEqual([
      {
        SrcIp: '10.30.1.5',
        DestIp: '10.30.2.6',
        DestPort: 443,
        BytesSrcToDest: 100,
        BytesDestToSrc: 900,
        MacAddress: 'eni-1',
        RecordCount: 2,
        AllowedOutFlows: 1,
      },
    ]);
  });
});
