import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ReducedRow, rawFlowsKql } from '#core/enrich/index.ts';
import { createQueryService } from '#server/query/index.ts';
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
import { startLocalChild } from './local-child.ts';
import { type ReduceOptions, reducePending, TEN_MINUTES } from './reduce-pending.ts';
import { openBars, reduceSlowly } from './reference.ts';

const at = (minutes: number) => DAY + 10 * HOUR + minutes * MINUTE;
const TOPOLOGY = {
  name: 'networks.yaml',
  value: {
    scope: 'sub-1',
    networks: [
      {
        name: 'shop-vnet',
        group: 'shop-rg',
        cidrs: ['10.20.0.0/16'],
        subnets: [{ name: 'app', cidrs: ['10.20.1.0/24'] }],
      },
    ],
  },
};

async function reduced(rows: readonly FlowRow[], enrichment: ReduceOptions['enrichment'] = {}) {
  const store = await openTestStore();
  const engine = await openTestEngine();
  await storeFlows(store, engine, rows);
  const options = {
    store,
    enrichment: { withoutRegistries: true, ...enrichment },
    clock: () => DAY + 24 * HOUR,
    threads: 1,
    startChild: startLocalChild,
    rowsPerJob: 20,
  };
  const again = () => reducePending(options);
  await again();
  return { store, engine, options, again, read: (table: string) => readRows(store, engine, table) };
}

/** The named columns of each row. */
const pick = (rows: readonly Record<string, unknown>[], ...names: string[]) =>
  rows.map((row) => Object.fromEntries(names.map((n) => [n, row[n]])));
const total = (rows: readonly Record<string, unknown>[], name: string) =>
  rows.reduce((sum, r) => sum + Number(r[name]), 0);

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

const anyFlow: fc.Arbitrary<FlowRow> = fc
  .record({
    kind: fc.constantFrom('azure', 'aws'),
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
