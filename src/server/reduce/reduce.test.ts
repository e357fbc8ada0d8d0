import { describe, expect, it } from 'vitest';
import { awsFlow, azureFlow, storeFlows } from './fixture.ts';
import { at, pick, reduced, TOPOLOGY, total } from './reduced.fixture.ts';

describe('a reduced row', () => {
  it('folds the begin, continuing and end of one flow', async () => {
    const { read } = await reduced(
      [
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
      ],
      { topology: [TOPOLOGY] },
    );
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
      SrcSubnet: 'shop-rg/shop-vnet/app',
      DestSubnet: '',
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

  it('leaves the source port out of its key, and keeps rule, verdict, encryption and interval in it', async () => {
    const { read } = await reduced([
      azureFlow({ SrcPort: 1001 }),
      azureFlow({ SrcPort: 1002 }),
      azureFlow({ SrcPort: 1001, AclRule: 'other' }),
      azureFlow({ FlowState: 'D' }),
      azureFlow({ FlowEncryption: 'Unencrypted' }),
      azureFlow({ TimeGenerated: at(10) }),
    ]);
    const rows = await read('NTANetAnalytics');
    expect(rows.map((r) => r['SrcPorts']).sort()).toEqual([
      '1001',
      '1001|1002',
      '50112',
      '50112',
      '50112',
    ]);
    expect(total(rows, 'AllowedOutFlows')).toBe(5);
    expect(total(rows, 'DeniedOutFlows')).toBe(1);
  });

  it('bundles public peers by country into bar records, and keeps malicious ones apart', async () => {
    const inbound = { FlowDirection: 'Inbound', DestIp: '10.20.1.4', DestPort: 22, FlowState: 'D' };
    const { read } = await reduced(
      [
        azureFlow({ ...inbound, SrcIp: '203.0.113.7' }),
        azureFlow({ ...inbound, SrcIp: '203.0.113.7', SrcPort: 9 }),
        azureFlow({ ...inbound, SrcIp: '203.0.113.8' }),
        azureFlow({ ...inbound, SrcIp: '198.51.100.66' }),
        azureFlow({ ...inbound, SrcIp: '168.63.129.16' }),
        azureFlow({
          DestIp: '203.0.113.9',
          DestPort: 443,
          FlowState: 'E',
          PacketsSrcToDest: 1,
          BytesSrcToDest: 60,
          PacketsDestToSrc: 2,
          BytesDestToSrc: 3000,
        }),
      ],
      {
        topology: [TOPOLOGY],
        indicators: [new URL('./testdata/bad-addresses.csv', import.meta.url).pathname],
      },
    );
    const rows = (await read('NTANetAnalytics')).sort(
      (a, b) =>
        String(a['FlowType']).localeCompare(String(b['FlowType'])) ||
        Number(a['DestPort']) - Number(b['DestPort']),
    );
    expect(
      pick(rows, 'FlowType', 'SrcIp', 'SrcPublicIps', 'DestIp', 'DestPublicIps', 'AzureRegion'),
    ).toEqual([
      {
        FlowType: 'AzurePublic',
        SrcIp: '',
        SrcPublicIps: '168.63.129.16|1|0|0|0|0|0',
        DestIp: '10.20.1.4',
        DestPublicIps: '',
        AzureRegion: 'Global',
      },
      {
        FlowType: 'ExternalPublic',
        SrcIp: '',
        SrcPublicIps: '203.0.113.7|2|0|0|0|0|0 203.0.113.8|1|0|0|0|0|0',
        DestIp: '10.20.1.4',
        DestPublicIps: '',
        AzureRegion: '',
      },
      {
        FlowType: 'ExternalPublic',
        SrcIp: '10.20.1.4',
        SrcPublicIps: '',
        DestIp: '',
        DestPublicIps: '203.0.113.9|0|1|1|2|60|3000',
        AzureRegion: '',
      },
      {
        FlowType: 'MaliciousFlow',
        SrcIp: '198.51.100.66',
        SrcPublicIps: '',
        DestIp: '10.20.1.4',
        DestPublicIps: '',
        AzureRegion: '',
      },
    ]);
    const details = await read('NTAIpDetails');
    expect(details).toHaveLength(5);
    expect(details.find((d) => d['FlowType'] === 'MaliciousFlow')).toMatchObject({
      Ip: '198.51.100.66',
      ThreatType: 'Botnet',
      ThreatDescription: 'scans for SSH, often',
      Port: null,
    });
    expect(details.find((d) => d['FlowType'] === 'AzurePublic')).toMatchObject({
      Location: 'Global',
      PublicIpDetails: 'Microsoft Virtual Public IP',
    });
  });

  it('joins both directions of one-directional records, by SYN before ports', async () => {
    const reply = {
      SrcIp: '10.30.2.6',
      DestIp: '10.30.1.5',
      SrcPort: 443,
      DestPort: 40000,
      BytesSrcToDest: 900,
      PacketsSrcToDest: 2,
    };
    const columns = [
      'SrcIp',
      'DestIp',
      'DestPort',
      'BytesSrcToDest',
      'BytesDestToSrc',
      'MacAddress',
      'RecordCount',
    ];
    const byPorts = await reduced([awsFlow({}), awsFlow(reply)]);
    expect(pick(await byPorts.read('NTANetAnalytics'), ...columns)).toEqual([
      {
        SrcIp: '10.30.1.5',
        DestIp: '10.30.2.6',
        DestPort: 443,
        BytesSrcToDest: 100,
        BytesDestToSrc: 900,
        MacAddress: 'eni-1',
        RecordCount: 2,
      },
    ]);
    const bySyn = await reduced([
      awsFlow({ TcpFlags: 18 }),
      awsFlow({ ...reply, TcpFlags: 2, InitiatorKnown: true }),
    ]);
    expect(pick(await bySyn.read('NTANetAnalytics'), ...columns)).toEqual([
      {
        SrcIp: '10.30.2.6',
        DestIp: '10.30.1.5',
        DestPort: 40000,
        BytesSrcToDest: 900,
        BytesDestToSrc: 100,
        MacAddress: 'eni-1',
        RecordCount: 2,
      },
    ]);
  });

  it('takes who sends more pings for the one who asks', async () => {
    const ping = { SrcPort: null, DestPort: null, L4Protocol: 'ICMP', IpProtocol: 1 };
    const { read } = await reduced([
      awsFlow({ ...ping, PacketsSrcToDest: 3 }),
      awsFlow({ ...ping, SrcIp: '10.30.2.6', DestIp: '10.30.1.5', PacketsSrcToDest: 20 }),
    ]);
    const columns = ['SrcIp', 'DestIp', 'PacketsSrcToDest', 'PacketsDestToSrc'];
    expect(pick(await read('NTANetAnalytics'), ...columns)).toEqual([
      { SrcIp: '10.30.2.6', DestIp: '10.30.1.5', PacketsSrcToDest: 20, PacketsDestToSrc: 3 },
    ]);
  });

  it('knows the network of addresses that flow logs alone have shown', async () => {
    const elsewhere = {
      Network: 'shop-rg/other',
      Observer: '00-00-00-00-00-02',
      MacAddress: '00-00-00-00-00-02',
    };
    const { read } = await reduced([
      azureFlow({}),
      azureFlow({
        FlowDirection: 'Inbound',
        Observer: '00-00-00-00-00-01',
        MacAddress: '00-00-00-00-00-01',
      }),
      azureFlow({ DestIp: '10.40.0.1', DestPort: 80 }),
      azureFlow({ DestIp: '10.40.0.1', DestPort: 80, FlowDirection: 'Inbound', ...elsewhere }),
      azureFlow({ DestIp: '10.99.0.1', DestPort: 81 }),
    ]);
    const byPort = Map.groupBy(await read('NTANetAnalytics'), (r) => r['DestPort']);
    const types = (port: number) => new Set(byPort.get(port)?.map((r) => r['FlowType']));
    expect([types(5432), types(80), types(81)]).toEqual([
      new Set(['IntraVNet']),
      new Set(['InterVNet']),
      new Set(['UnknownPrivate']),
    ]);
  });
});

describe('late data', () => {
  it('changes the affected hours only, and counts nothing twice', async () => {
    const { store, engine, again, read } = await reduced([
      azureFlow({}),
      azureFlow({ TimeGenerated: at(90) }),
    ]);
    const before = store.segments({ table: 'NTANetAnalytics' });
    await storeFlows(store, engine, [azureFlow({ TimeGenerated: at(5), SrcPort: 7 })]);
    expect(await again()).toMatchObject({ hours: 1, rows: 2 });
    const rows = await read('NTANetAnalytics');
    expect(
      rows.map((r) => [r['FlowIntervalStartTime'], r['AllowedOutFlows'], r['SrcPorts']]).sort(),
    ).toEqual([
      [at(0), 2, '7|50112'],
      [at(90), 1, '50112'],
    ]);
    expect(total(await read('TrafficByPair'), 'Flows')).toBe(3);
    expect(store.segments({ table: 'NTANetAnalytics' }).map((s) => s.id)).not.toEqual(
      before.map((s) => s.id),
    );
    expect(await again()).toMatchObject({ hours: 0, rows: 0 });
  });

  it('is not seen in segments that were only merged', async () => {
    const { store, engine, again } = await reduced([azureFlow({}), azureFlow({ SrcPort: 2 })]);
    const [old] = store.segments({ table: 'Flows' });
    const file = store.temporaryFile();
    await engine.run(`COPY (SELECT * FROM '${old!.path}') TO '${file}' (FORMAT parquet)`);
    await store.replace([old!.id], [{ ...old!, isSorted: true, content: { file } }]);
    const version = store.version('NTANetAnalytics');
    expect(await again()).toMatchObject({ hours: 0 });
    expect(store.version('NTANetAnalytics')).toBe(version);
  });

  it('does not undo what was reduced from rows that retention has deleted', async () => {
    const { store, again, read } = await reduced([azureFlow({})]);
    store.expire(
      store.segments({ table: 'Flows' }).map((s) => s.id),
      'age',
    );
    await again();
    expect(await read('NTANetAnalytics')).toHaveLength(1);
  });
});
