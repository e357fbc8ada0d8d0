import type { ResultColumn } from '#core/contract/index.ts';
import type { ReducedRow } from '#core/enrich/index.ts';
import type { Row } from '#web/query/index.ts';

const TEXTS = [
  'SrcIp',
  'DestIp',
  'SrcPublicIps',
  'DestPublicIps',
  'SrcPorts',
  'L4Protocol',
  'FlowDirection',
  'FlowStatus',
  'FlowEncryption',
  'AclGroup',
  'AclRule',
  'MacAddress',
  'TargetResourceId',
  'FlowLogResourceId',
  'SourceSystem',
] as const;

/** A row of a result as one of NTANetAnalytics, if it has all that names its raw rows; undefined for any other. */
export function reducedRow(columns: readonly ResultColumn[], row: Row): ReducedRow | undefined {
  const cell = (name: string) => row[columns.findIndex((c) => c.name === name)];
  const texts = TEXTS.map((name) => [name, cell(name)] as const);
  const [from, to] = ['FlowIntervalStartTime', 'FlowIntervalEndTime'].map(cell);
  const port = cell('DestPort');
  const isWhole =
    texts.every(([, value]) => typeof value === 'string') &&
    typeof from === 'string' &&
    typeof to === 'string' &&
    (port === null || typeof port === 'number');
  if (!isWhole) return undefined;
  return {
    ...(Object.fromEntries(texts) as Record<(typeof TEXTS)[number], string>),
    FlowIntervalStartTime: Date.parse(from) * 1000,
    FlowIntervalEndTime: Date.parse(to) * 1000,
    DestPort: port,
  };
}
