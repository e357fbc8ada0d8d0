import { describe, expect, it } from 'vitest';
import { awsFlow, azureFlow, type FlowRow } from './fixture.ts';
import { pick, reduced, total } from './reduced.fixture.ts';

describe('primary observations', () => {
  const outbound = azureFlow({ SrcIp: '10.20.1.4', DestIp: '10.20.2.9' });
  const inbound = azureFlow({
    FlowDirection: 'Inbound',
    MacAddress: 'AA-AA-AA-AA-AA-AA',
    SrcIp: '10.20.1.4',
    DestIp: '10.20.2.9',
  });
  const repeats = async (rows: readonly FlowRow[]) => {
    const { read } = await reduced(rows);
    const found = await read('RepeatedObservations');
    return {
      rows: pick(
        found,
        'Source',
        'Observer',
        'FlowDirection',
        'PrimaryObserver',
        'Reason',
        'RecordCount',
      ),
      flows: total(await read('TrafficByPair'), 'Flows'),
    };
  };

  it('are the outbound ones where both ends are seen', async () =>
    expect(await repeats([outbound, outbound, inbound])).toEqual({
      rows: [
        {
          Source: 'azure-vnet',
          Observer: 'AA-AA-AA-AA-AA-AA',
          FlowDirection: 'Inbound',
          PrimaryObserver: '00-22-48-0A-0B-0C',
          Reason: 'OtherEnd',
          RecordCount: 1,
        },
      ],
      flows: 2,
    }));

  it('are the inbound ones where the initiator is not observed', async () =>
    expect(await repeats([inbound])).toEqual({ rows: [], flows: 1 }));

  it('are those of the VNet log where NSG and VNet logs cover one interface', async () =>
    expect(await repeats([{ ...outbound, Source: 'azure-nsg' }, outbound])).toEqual({
      rows: [
        {
          Source: 'azure-nsg',
          Observer: '00-22-48-0A-0B-0C',
          FlowDirection: 'Outbound',
          PrimaryObserver: '00-22-48-0A-0B-0C',
          Reason: 'SameInterface',
          RecordCount: 1,
        },
      ],
      flows: 1,
    }));

  it("are the initiator's own before those of an appliance in between", async () => {
    const appliance = { MacAddress: 'CC-CC-CC-CC-CC-CC', Observer: 'CC-CC-CC-CC-CC-CC' };
    const others = [1, 2, 3].map((i) =>
      azureFlow({ ...appliance, SrcIp: `10.20.9.${i}`, DestIp: '10.20.8.8' }),
    );
    const { rows, flows } = await repeats([
      outbound,
      { ...outbound, ...appliance },
      { ...outbound, ...appliance, FlowDirection: 'Inbound' },
      ...others,
    ]);
    expect(rows.map((r) => [r['Observer'], r['FlowDirection'], r['PrimaryObserver']])).toEqual(
      expect.arrayContaining([
        ['CC-CC-CC-CC-CC-CC', 'Outbound', '00-22-48-0A-0B-0C'],
        ['CC-CC-CC-CC-CC-CC', 'Inbound', '00-22-48-0A-0B-0C'],
      ]),
    );
    expect(flows).toBe(4);
  });

  it('are one observer for both directions of one-directional records', async () => {
    const reply = { SrcIp: '10.30.2.6', DestIp: '10.30.1.5', SrcPort: 443, DestPort: 40000 };
    const { rows, flows } = await repeats([
      awsFlow({}),
      awsFlow(reply),
      awsFlow({ Observer: 'eni-2' }),
      awsFlow({ ...reply, Observer: 'eni-2' }),
    ]);
    expect(new Set(rows.map((r) => r['Observer']))).toEqual(new Set(['eni-2']));
    expect(total(rows, 'RecordCount')).toBe(2);
    expect(flows).toBe(1);
  });

  it('are repeated in one row where an observer counts one direction and both', async () => {
    const half = { ...inbound, PacketsDestToSrc: null, BytesDestToSrc: null };
    const { rows } = await repeats([outbound, inbound, half, half]);
    expect(rows.map((r) => [r['Observer'], r['RecordCount']])).toEqual([['AA-AA-AA-AA-AA-AA', 3]]);
  });
});
