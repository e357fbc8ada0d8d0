import type { KustoTable } from '#core/contract/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import type { Body, QueryAnswer } from '../deps.ts';

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
type Rows = readonly (readonly unknown[])[];
/** JSON of which the rows of answers are printed already. */
type Parts = readonly (string | Body)[];

const columnsV1 = (columns: readonly ColumnRow[]) =>
  columns.map(([ColumnName, ColumnType]) => ({
    ColumnName,
    DataType: DATA_TYPES[ColumnType],
    ColumnType,
  }));

/** A table of version 1. */
export function kustoTable(
  name: string,
  columns: readonly ColumnRow[],
  rows: readonly (readonly unknown[])[],
): KustoTable {
  return { TableName: name, Columns: columnsV1(columns), Rows: rows.map((row) => [...row]) };
}

const resultColumns = ({ columns }: QueryAnswer): readonly ColumnRow[] =>
  columns.map((c) => [c.name, c.type] as const);

/** The `Visualization` property: every name is there, null where the query says nothing. */
function visualization({ render }: QueryAnswer): string {
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

/** Of one request: when it was answered, and what it is called. */
export interface KustoMoment {
  readonly at: string;
  readonly clientRequestId: string;
  readonly activityId: string;
}

const DONE_TEXT = 'Query completed successfully';
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Kusto's code for an answer that was cut: E_QUERY_RESULT_SET_TOO_LARGE (0x80DA0003). */
const TOO_LARGE = -2133196797;

/** What to tell of answers that were cut; undefined when none was. */
const cutText = (answers: readonly QueryAnswer[]): string | undefined => {
  const cut = answers.find((a) => a.truncated)?.truncated;
  return cut && `Query execution has exceeded the allowed limits (80DA0003): ${cut.message}`;
};

/** The statistics of a query, as both versions tell them. */
function consumption(answers: readonly QueryAnswer[]): string {
  const sum = (of: (answer: QueryAnswer) => number) => answers.reduce((n, a) => n + of(a), 0);
  const segments = sum((a) => a.stats.segments);
  const rows = sum((a) => a.stats.rowsRead);
  return JSON.stringify({
    ExecutionTime: sum((a) => a.stats.elapsedMs) / 1000,
    resource_usage: { cache: { shards: { hot: { hitbytes: sum((a) => a.stats.bytesRead) } } } },
    input_dataset_statistics: {
      extents: { total: segments, scanned: segments },
      rows: { total: rows, scanned: rows },
    },
    dataset_statistics: answers.map((a) => ({
      table_row_count: a.rows,
      table_size: a.body.sizeBytes,
    })),
  });
}

/**
 * A table for each result, then properties, status, and a table of contents, which clients need to tell them apart.
 * Source: https://learn.microsoft.com/kusto/api/rest/response-http
 */
export function printKustoV1(
  answers: readonly QueryAnswer[],
  { at, clientRequestId, activityId }: KustoMoment,
): Parts {
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
  const cut = cutText(answers);
  const ids = [1, activityId, activityId, activityId, clientRequestId];
  const n = answers.length;
  const tables = [
    kustoTable(
      `Table_${n}`,
      [['Value', 'string']],
      answers.map((a) => [visualization(a)]),
    ),
    kustoTable(`Table_${n + 1}`, status, [
      cut === undefined
        ? [at, 4, 'Info', 0, DONE_TEXT, ...ids]
        : [at, 2, 'Error', TOO_LARGE, cut, ...ids],
      [at, 6, 'Stats', 0, consumption(answers), ...ids],
    ]),
    kustoTable(`Table_${n + 2}`, contents, [
      ...answers.map((_, i) => [i, 'QueryResult', 'PrimaryResult', activityId, '']),
      [n, 'QueryProperties', '@ExtendedProperties', activityId, ''],
      [n + 1, 'QueryStatus', 'QueryStatus', NOBODY, ''],
    ]),
  ];
  const results = answers.flatMap((answer, i) => [
    `${i === 0 ? '' : ','}${opened({ TableName: `Table_${i}`, Columns: columnsV1(resultColumns(answer)) })},"Rows":[`,
    answer.body,
    ']}',
  ]);
  const exceptions = cut === undefined ? '' : `,"Exceptions":${JSON.stringify([cut])}`;
  return ['{"Tables":[', ...results, `,${JSON.stringify(tables).slice(1)}${exceptions}}`];
}

/** An object's JSON without its closing brace. */
const opened = (value: object) => JSON.stringify(value).slice(0, -1);

/** Frames of version 2, not progressive. Source: https://learn.microsoft.com/kusto/api/rest/response-v2-http */
export function printKustoV2(
  answers: readonly QueryAnswer[],
  { at, clientRequestId, activityId }: KustoMoment,
): Parts {
  const head = (id: number, kind: string, name: string, columns: readonly ColumnRow[]) => ({
    FrameType: 'DataTable',
    TableId: id,
    TableKind: kind,
    TableName: name,
    Columns: columns.map(([ColumnName, ColumnType]) => ({ ColumnName, ColumnType })),
  });
  const frame = (
    id: number,
    kind: string,
    name: string,
    columns: readonly ColumnRow[],
    Rows: Rows,
  ) => JSON.stringify({ ...head(id, kind, name, columns), Rows });
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
  const ids = [at, clientRequestId, activityId, activityId, activityId];
  const info = (type: number, name: string, payload: string) => [
    ...ids,
    4,
    'Info',
    0,
    'S_OK (0)',
    type,
    name,
    payload,
  ];
  const cut = cutText(answers);
  const failure = cut === undefined ? undefined : tooLarge(cut, activityId);
  const properties = answers.map((a, i) => [i + 1, 'Visualization', visualization(a)]);
  const status = [
    cut === undefined
      ? info(4, 'QueryInfo', JSON.stringify({ Count: 1, Text: DONE_TEXT }))
      : [
          ...ids,
          2,
          'Error',
          TOO_LARGE,
          'E_QUERY_RESULT_SET_TOO_LARGE (80DA0003)',
          4,
          'QueryInfo',
          JSON.stringify({ Count: 1, Text: cut }),
        ],
    info(5, 'QueryResourceConsumption', consumption(answers)),
  ];
  const last = {
    FrameType: 'DataSetCompletion',
    HasErrors: failure !== undefined,
    Cancelled: false,
    ...(failure ? { OneApiErrors: [failure] } : {}),
  };
  const before = [
    JSON.stringify({ FrameType: 'DataSetHeader', IsProgressive: false, Version: 'v2.0' }),
    frame(
      0,
      'QueryProperties',
      '@ExtendedProperties',
      [
        ['TableId', 'int'],
        ['Key', 'string'],
        ['Value', 'dynamic'],
      ],
      properties,
    ),
  ];
  const results = answers.flatMap((answer, i) => [
    `,\n${opened(head(i + 1, 'PrimaryResult', 'PrimaryResult', resultColumns(answer)))},"Rows":[`,
    answer.body,
    ']}',
  ]);
  const name = 'QueryCompletionInformation';
  const after = [frame(answers.length + 1, name, name, completion, status), JSON.stringify(last)];
  return [`[${before.join(',\n')}`, ...results, `,\n${after.join(',\n')}]`];
}

/** https://learn.microsoft.com/kusto/concepts/partial-query-failures */
function tooLarge(message: string, activityId: string) {
  return {
    error: {
      code: 'LimitsExceeded',
      message: 'Request is invalid and cannot be executed.',
      '@type': 'Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException',
      '@message': message,
      '@context': { activityId },
      '@permanent': false,
    },
  };
}
