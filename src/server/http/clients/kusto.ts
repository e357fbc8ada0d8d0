import type { KustoTable, KustoV1, KustoV2, QueryResult } from '#core/contract/index.ts';
import type { KqlType } from '#core/schema/index.ts';

/** The .NET names that version 1 gives beside the KQL types. */
const DATA_TYPES: Readonly<Record<KqlType, string>> = {
  string: 'String',
  long: 'Int64',
  int: 'Int32',
  real: 'Double',
  bool: 'SByte',
  datetime: 'DateTime',
  timespan: 'TimeSpan',
  dynamic: 'Object',
  guid: 'Guid',
  decimal: 'SqlDecimal',
};

type ColumnRow = readonly [name: string, type: KqlType];

/** A table of version 1. Truth values are 1 and 0 there, dynamic values JSON text. */
export function kustoTable(
  name: string,
  columns: readonly ColumnRow[],
  rows: readonly (readonly unknown[])[],
): KustoTable {
  const types = columns.map(([, type]) => type);
  return {
    TableName: name,
    Columns: columns.map(([ColumnName, ColumnType]) => ({
      ColumnName,
      DataType: DATA_TYPES[ColumnType],
      ColumnType,
    })),
    Rows: rows.map((row) => row.map((cell, i) => cellV1(cell, types[i]))),
  };
}

function cellV1(cell: unknown, type: KqlType | undefined): unknown {
  if (type === 'bool' && typeof cell === 'boolean') return cell ? 1 : 0;
  if (type === 'dynamic' && typeof cell === 'object' && cell !== null) return JSON.stringify(cell);
  return cell;
}

const resultColumns = ({ columns }: QueryResult): readonly ColumnRow[] =>
  columns.map((c) => [c.name, c.type] as const);

/** The `Visualization` property: every name is there, null where the query says nothing. */
function visualization({ render }: QueryResult): string {
  const given = new Map(
    Object.entries(render?.properties ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const names = [
    'Title',
    'XColumn',
    'Series',
    'YColumns',
    'AnomalyColumns',
    'XTitle',
    'YTitle',
    'XAxis',
    'YAxis',
    'Legend',
    'YSplit',
    'Kind',
  ];
  return JSON.stringify({
    Visualization: render?.visualization ?? null,
    ...Object.fromEntries(names.map((name) => [name, given.get(name.toLowerCase()) ?? null])),
    Accumulate: given.get('accumulate') ?? false,
    IsQuerySorted: false,
    Ymin: given.get('ymin') ?? 'NaN',
    Ymax: given.get('ymax') ?? 'NaN',
  });
}

/** Of one answer: when it was made and which request it answers. */
export interface KustoMoment {
  readonly at: string;
  readonly clientRequestId: string;
  readonly activityId: string;
}

const DONE_TEXT = 'Query completed successfully';

/**
 * Four tables: rows, properties, status, and a table of contents, which clients need to tell them apart.
 * Source: https://learn.microsoft.com/kusto/api/rest/response-http
 */
export function printKustoV1(
  result: QueryResult,
  { at, clientRequestId, activityId }: KustoMoment,
): KustoV1 {
  const status: readonly ColumnRow[] = [
    ['Timestamp', 'datetime'],
    ['Severity', 'int'],
    ['SeverityName', 'string'],
    ['StatusCode', 'int'],
    ['StatusDescription', 'string'],
    ['Count', 'int'],
    ['RequestId', 'guid'],
    ['ActivityId', 'guid'],
    ['SubActivityId', 'guid'],
    ['ClientActivityId', 'string'],
  ];
  const contents: readonly ColumnRow[] = [
    ['Ordinal', 'long'],
    ['Kind', 'string'],
    ['Name', 'string'],
    ['Id', 'string'],
    ['PrettyName', 'string'],
  ];
  return {
    Tables: [
      kustoTable('Table_0', resultColumns(result), result.rows),
      kustoTable('Table_1', [['Value', 'string']], [[visualization(result)]]),
      kustoTable('Table_2', status, [
        [at, 4, 'Info', 0, DONE_TEXT, 1, activityId, activityId, activityId, clientRequestId],
      ]),
      kustoTable('Table_3', contents, [
        [0, 'QueryResult', 'PrimaryResult', activityId, ''],
        [1, 'QueryProperties', '@ExtendedProperties', activityId, ''],
        [2, 'QueryStatus', 'QueryStatus', '00000000-0000-0000-0000-000000000000', ''],
      ]),
    ],
  };
}

/** Frames of version 2, not progressive. Source: https://learn.microsoft.com/kusto/api/rest/response-v2-http */
export function printKustoV2(
  result: QueryResult,
  { at, clientRequestId, activityId }: KustoMoment,
): KustoV2 {
  const frame = (
    id: number,
    kind: string,
    name: string,
    columns: readonly ColumnRow[],
    rows: readonly (readonly unknown[])[],
  ) => ({
    FrameType: 'DataTable',
    TableId: id,
    TableKind: kind,
    TableName: name,
    Columns: columns.map(([ColumnName, ColumnType]) => ({ ColumnName, ColumnType })),
    Rows: rows,
  });
  const completion: readonly ColumnRow[] = [
    ['Timestamp', 'datetime'],
    ['ClientRequestId', 'string'],
    ['ActivityId', 'guid'],
    ['SubActivityId', 'guid'],
    ['ParentActivityId', 'guid'],
    ['Level', 'int'],
    ['LevelName', 'string'],
    ['StatusCode', 'int'],
    ['StatusCodeName', 'string'],
    ['EventType', 'int'],
    ['EventTypeName', 'string'],
    ['Payload', 'string'],
  ];
  const event = (type: number, name: string, payload: unknown) => [
    at,
    clientRequestId,
    activityId,
    activityId,
    activityId,
    4,
    'Info',
    0,
    'S_OK (0)',
    type,
    name,
    JSON.stringify(payload),
  ];
  const { stats, rows } = result;
  return [
    { FrameType: 'DataSetHeader', IsProgressive: false, Version: 'v2.0' },
    frame(
      0,
      'QueryProperties',
      '@ExtendedProperties',
      [
        ['TableId', 'int'],
        ['Key', 'string'],
        ['Value', 'dynamic'],
      ],
      [[1, 'Visualization', visualization(result)]],
    ),
    frame(1, 'PrimaryResult', 'PrimaryResult', resultColumns(result), rows),
    frame(2, 'QueryCompletionInformation', 'QueryCompletionInformation', completion, [
      event(4, 'QueryInfo', { Count: 1, Text: DONE_TEXT }),
      event(5, 'QueryResourceConsumption', {
        ExecutionTime: stats.elapsedMs / 1000,
        input_dataset_statistics: {
          extents: { total: stats.segments, scanned: stats.segments },
          rows: { total: stats.rowsRead, scanned: stats.rowsRead },
        },
        dataset_statistics: [{ table_row_count: rows.length }],
      }),
    ]),
    { FrameType: 'DataSetCompletion', HasErrors: false, Cancelled: false },
  ];
}
