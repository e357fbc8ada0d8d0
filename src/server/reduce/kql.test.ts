import { expect, it, onTestFinished } from 'vitest';
import {
  type Duplicates,
  duplicateSentences,
  observersKql,
  printDuplicatesKql,
  type ReducedRow,
  readNetworks,
} from '#core/enrich/index.ts';
import { azureNetworkAnalytics } from '#core/schema/index.ts';
import { createQueryService, type QueryResult } from '#server/query/index.ts';
import {
  azureFlow,
  DAY,
  HOUR,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from './fixture.ts';
import { startLocalChild } from './local-child.ts';
import { reducePending } from './reduce-pending.ts';
import { writeTopology } from './write-topology.ts';

const objects = ({ columns, rows }: QueryResult) =>
  rows.map((row) => Object.fromEntries(columns.map((c, i) => [c.name, row[i]])));

it('is asked by KQL: the older view, who saw a flow, what is logged twice', async () => {
  const store = await openTestStore();
  const engine = await openTestEngine();
  const outbound = { BytesSrcToDest: 60, BytesDestToSrc: 100 };
  await storeFlows(store, engine, [
    azureFlow(outbound),
    azureFlow({
      ...outbound,
      Source: 'azure-nsg',
      AclGroup: 'sub-1/shop-rg/app-nsg',
      AclRule: 'DefaultRule_AllowVnetOutBound',
    }),
    azureFlow({
      SrcIp: '203.0.113.7',
      DestIp: '10.20.1.4',
      DestPort: 22,
      FlowDirection: 'Inbound',
      FlowState: 'D',
    }),
  ]);
  await reducePending({
    store,
    enrichment: { withoutRegistries: true },
    clock: () => DAY + 24 * HOUR,
    threads: 1,
    startChild: startLocalChild,
  });
  const { topology } = readNetworks({
    scope: 'sub-1',
    networks: [{ name: 'shop-vnet', group: 'shop-rg', cidrs: ['10.20.0.0/16'] }],
  });
  await writeTopology(store, topology, DAY + 11 * HOUR);
  const queries = createQueryService({ store, clock: () => DAY + 24 * HOUR });
  onTestFinished(() => queries.stop());
  const ask = async (text: string) => objects(await queries.query({ text }));

  const view = await queries.query({
    text: 'AzureNetworkAnalytics_CL | order by SubType_s asc, DestPort_d asc, NSGRuleType_s asc',
  });
  expect(view.columns.map((c) => [c.name, c.type])).toEqual(
    azureNetworkAnalytics.columns.map((c) => [c.name, c.type]),
  );
  expect(objects(view)).toMatchObject([
    {
      SubType_s: 'FlowLog',
      DestPort_d: 22,
      FlowDirection_s: 'I',
      FlowStatus_s: 'D',
      DeniedInFlows_d: 1,
      VMIP_s: '10.20.1.4',
      SrcPublicIPs_s: '203.0.113.7|1|0|0|0|0|0',
    },
    {
      SubType_s: 'FlowLog',
      DestPort_d: 5432,
      FlowDirection_s: 'O',
      FlowStatus_s: 'A',
      OutboundBytes_d: 60,
      InboundBytes_d: 100,
      NSGRuleType_s: '',
    },
    {
      SubType_s: 'FlowLog',
      NSGList_s: 'sub-1/shop-rg/app-nsg',
      NSGRuleType_s: 'Default',
      NSGRules_s: '0|defaultrule_allowvnetoutbound|O|A|1',
    },
    { SubType_s: 'StatusMessage', Status_s: 'Completed' },
    {
      SubType_s: 'Topology',
      ResourceType: 'VirtualNetwork',
      Name_s: 'shop-rg/shop-vnet',
      AddressPrefixes_s: '10.20.0.0/16',
    },
  ]);

  const [row] = (await readRows(store, engine, 'NTANetAnalytics')).filter(
    (r) => r['SourceSystem'] === 'azure-vnet' && r['DestPort'] === 5432,
  );
  const observers = await ask(observersKql(row as unknown as ReducedRow));
  expect(
    observers.map((o) => [o['Source'], o['Records'], o['Bytes'], o['IsPrimary']]).sort(),
  ).toEqual([
    ['azure-nsg', 1, 60, false],
    ['azure-vnet', 1, 60, true],
  ]);

  const duplicates = (await ask(
    printDuplicatesKql('datetime(1970-01-01)'),
  )) as unknown as readonly Duplicates[];
  expect(duplicateSentences(duplicates)).toEqual([
    'VNet flow logs and NSG flow logs both cover network shop-rg/shop-vnet: 100 % of the rows of NSG flow logs there are second observations. Turning one of them off loses nothing.',
  ]);
}, 60_000);
