import { afterAll, describe, expect, test } from 'vitest';
import type { KustoV1 } from '#core/contract/index.ts';
import { openFixture, programOf, readJson } from './testdata/fixture.ts';

const fixture = await openFixture();
afterAll(() => fixture.close());
const token = await fixture.token('viewer');

const ask = programOf(fixture, token);

describe('Kusto', () => {
  test('version 1: four tables, of which the last says what the others are', async () => {
    const response = await ask(
      '/v1/rest/query',
      { db: 'Weir', csl: 'Flows' },
      { 'x-ms-client-request-id': 'KPC.execute;1' },
    );
    expect(response.headers.get('x-ms-client-request-id')).toBe('KPC.execute;1');
    expect(response.headers.get('x-ms-activity-id')).toMatch(/^[0-9a-f-]{36}$/);
    const text = await response.text();
    expect(text).toContain(',9223372036854775807,');
    const { Tables }: KustoV1 = JSON.parse(
      text.replace('9223372036854775807', '"9223372036854775807"'),
    );
    expect(Tables[0]).toEqual({
      TableName: 'Table_0',
      Columns: [
        { ColumnName: 'TimeGenerated', DataType: 'DateTime', ColumnType: 'datetime' },
        { ColumnName: 'SrcIp', DataType: 'String', ColumnType: 'string' },
        { ColumnName: 'Bytes', DataType: 'Int64', ColumnType: 'long' },
        { ColumnName: 'IsFlowStart', DataType: 'SByte', ColumnType: 'bool' },
        { ColumnName: 'Lasted', DataType: 'TimeSpan', ColumnType: 'timespan' },
        { ColumnName: 'AdditionalFields', DataType: 'Object', ColumnType: 'dynamic' },
      ],
      Rows: [
        [
          '2026-03-01T00:00:00.1234567Z',
          '10.0.0.4',
          1200,
          true,
          '00:00:01.5000000',
          { zone: ['a', 1] },
        ],
        [null, '', '9223372036854775807', false, null, null],
      ],
    });
    expect(JSON.parse(String(Tables[1]?.Rows[0]?.[0]))).toMatchObject({
      Visualization: 'timechart',
      Title: 'Bytes',
      YColumns: ['Bytes'],
      XColumn: null,
    });
    expect(Tables[3]?.Rows.map((row) => row.slice(0, 3))).toEqual([
      [0, 'QueryResult', 'PrimaryResult'],
      [1, 'QueryProperties', '@ExtendedProperties'],
      [2, 'QueryStatus', 'QueryStatus'],
    ]);
  });

  test('version 2: frames', async () => {
    const frames = await readJson<Record<string, unknown>[]>(
      await ask('/v2/rest/query', { csl: 'Flows' }),
    );
    expect(frames.map((f) => [f['FrameType'], f['TableKind']])).toEqual([
      ['DataSetHeader', undefined],
      ['DataTable', 'QueryProperties'],
      ['DataTable', 'PrimaryResult'],
      ['DataTable', 'QueryCompletionInformation'],
      ['DataSetCompletion', undefined],
    ]);
    expect(frames[0]).toEqual({
      FrameType: 'DataSetHeader',
      IsProgressive: false,
      Version: 'v2.0',
    });
    expect(frames[2]).toMatchObject({
      TableId: 1,
      TableName: 'PrimaryResult',
      Rows: [
        [
          '2026-03-01T00:00:00.1234567Z',
          '10.0.0.4',
          1200,
          true,
          '00:00:01.5000000',
          { zone: ['a', 1] },
        ],
        [null, '', 2 ** 63, false, null, null],
      ],
    });
    expect(frames[4]).toEqual({
      FrameType: 'DataSetCompletion',
      HasErrors: false,
      Cancelled: false,
    });
  });

  test('errors have a code, a type and whether trying again helps', async () => {
    for (const path of ['/v1/rest/query', '/v2/rest/query']) {
      const failed = await ask(path, { csl: 'bad' });
      expect(failed.status).toBe(400);
      expect(await failed.json()).toMatchObject({
        error: {
          code: 'General_BadRequest',
          '@type': 'Kusto.Data.Exceptions.KustoBadRequestException',
          '@message': expect.stringContaining('There is no column SrcIpp. (line 2, column 9)'),
          '@permanent': true,
        },
      });
    }
    const busy = await ask('/v2/rest/query', { csl: 'busy' });
    expect(busy.status).toBe(429);
    expect(await busy.json()).toMatchObject({
      error: { code: 'General_Throttled', '@permanent': false },
    });
  });

  test('several results are several tables in both versions', async () => {
    const csl = 'Flows; Flows';
    const one = await readJson<KustoV1>(await ask('/v1/rest/query', { csl }));
    expect(one.Tables.map((t) => t.TableName)).toEqual([0, 1, 2, 3, 4].map((i) => `Table_${i}`));
    expect(one.Tables[4]?.Rows.map((row) => row.slice(0, 2))).toEqual([
      [0, 'QueryResult'],
      [1, 'QueryResult'],
      [2, 'QueryProperties'],
      [3, 'QueryStatus'],
    ]);
    const two = await readJson<Record<string, unknown>[]>(await ask('/v2/rest/query', { csl }));
    expect(two.filter((f) => f['TableKind'] === 'PrimaryResult').map((f) => f['TableId'])).toEqual([
      1, 2,
    ]);
  });

  test('an answer that was cut is a partial failure in both versions', async () => {
    const one = await readJson<KustoV1>(await ask('/v1/rest/query', { csl: 'cut' }));
    expect(one.Exceptions).toEqual([expect.stringContaining('80DA0003')]);
    expect(one.Tables[2]?.Rows[0]?.slice(1, 3)).toEqual([2, 'Error']);
    const two = await readJson<Record<string, unknown>[]>(
      await ask('/v2/rest/query', { csl: 'cut' }),
    );
    expect(two.at(-1)).toMatchObject({
      HasErrors: true,
      OneApiErrors: [{ error: { code: 'LimitsExceeded' } }],
    });
  });

  test.each([
    [
      { Options: { servertimeout: '00:01:30' }, Parameters: { n: 'long(5)' } },
      { limits: { timeMs: 90_000 }, parameters: { n: 'long(5)' } },
    ],
    [
      JSON.stringify({ options: { servertimeout: '1.00:00:00', truncationmaxrecords: 7 } }),
      { limits: { timeMs: 600_000, rows: 7 } },
    ],
    [
      { Options: { query_take_max_records: 5, truncationmaxrecords: 9, notruncation: true } },
      { limits: { rows: 5 } },
    ],
    [
      { Options: { truncationmaxsize: 5, queryconsistency: 'strong' } },
      { limits: { bytes: 1024 } },
    ],
    [null, {}],
  ])('the properties %j', async (properties, expected) => {
    expect((await ask('/v2/rest/query', { csl: 'Flows', properties })).status).toBe(200);
    const { user: _, query: __, ...seen } = fixture.queries.at(-1) ?? { user: '', query: '' };
    expect(seen).toEqual(expected);
  });

  test.each(['not JSON', { Options: 5 }, { Parameters: { a: {} } }])(
    'the properties %j are refused',
    async (properties) => {
      expect((await ask('/v2/rest/query', { csl: 'Flows', properties })).status).toBe(400);
    },
  );

  test('failures carry the names of the request too', async () => {
    const failed = await ask(
      '/v2/rest/query',
      { csl: 'late' },
      { 'x-ms-client-request-id': 'KGC.x;1', 'x-ms-app': 'Grafana-ADX' },
    );
    expect(failed.status).toBe(504);
    expect(failed.headers.get('x-ms-client-request-id')).toBe('KGC.x;1');
    expect(failed.headers.get('x-ms-activity-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await failed.json()).toMatchObject({
      error: { '@type': 'Kusto.Data.Exceptions.KustoServiceTimeoutException', '@permanent': false },
    });
  });

  test('strangers learn that there is a login, and no more', async () => {
    const answer = await fixture.ask('GET', '/v1/rest/auth/metadata');
    expect(await answer.json()).toMatchObject({
      AzureAD: { KustoServiceResourceId: expect.stringContaining('https://') },
    });
  });

  const table = async (csl: string) => {
    const { Tables } = await readJson<KustoV1>(await ask('/v1/rest/mgmt', { db: 'Weir', csl }));
    const [first] = Tables;
    if (!first) throw new Error('there is no table');
    return { columns: first.Columns.map((c) => c.ColumnName), rows: first.Rows };
  };

  test('.show tables, databases and version', async () => {
    const tables = await table('.show tables');
    expect(tables.columns).toEqual(['TableName', 'DatabaseName', 'Folder', 'DocString']);
    expect(tables.rows.map((row) => row[0])).toContain('Flows');
    expect((await table('.show databases')).rows[0]?.slice(0, 1)).toEqual(['Weir']);
    expect((await table(' .show  version ;')).rows[0]?.[0]).toBe('0.1.0');
  });

  test.each([
    '.show database Weir schema as json',
    ".show databases (['Weir']) schema as json",
    '.show database schema as json',
    '.show schema as json',
  ])('%s', async (csl) => {
    const { rows } = await table(csl);
    const schema = JSON.parse(String(rows[0]?.[0]));
    expect(schema.Databases.Weir.Name).toBe('Weir');
    expect(schema.Databases.Weir.Tables.Flows.OrderedColumns[0]).toMatchObject({
      Name: 'TimeGenerated',
      Type: 'System.DateTime',
      CslType: 'datetime',
    });
  });

  test('.show functions, one function, and functions in the schema as JSON', async () => {
    const { columns, rows } = await table('.show functions');
    expect(columns).toEqual(['Name', 'Parameters', 'Body', 'Folder', 'DocString']);
    expect(rows[0]?.[2]).toBe('{\nFlows | where TimeGenerated > ago(span)\n}');
    expect((await table('.show function Recent')).rows).toEqual(rows);
    expect((await ask('/v1/rest/mgmt', { csl: '.show function Nothing' })).status).toBe(400);
    const schema = JSON.parse(String((await table('.show databases schema as json')).rows[0]?.[0]));
    expect(schema.Databases.Weir.Functions.Recent).toMatchObject({
      Name: 'Recent',
      DocString: 'Flows of late.',
      InputParameters: [
        { Name: 'span', CslType: 'timespan', Type: 'System.TimeSpan', CslDefaultValue: '1h' },
        { Name: 'hosts', CslType: 'dynamic', CslDefaultValue: 'dynamic(["a","b"])' },
        {
          Name: 'T',
          Columns: [
            { Name: 'x', CslType: 'long' },
            { Name: 'y', CslType: 'string' },
          ],
        },
      ],
      OutputColumns: [],
    });
  });

  test('.show tables details says how much there is', async () => {
    const { columns, rows } = await table('.show tables details');
    expect(columns.slice(4)).toEqual([
      'TotalExtents',
      'TotalExtentSize',
      'TotalOriginalSize',
      'TotalRowCount',
    ]);
    expect(rows.find((row) => row[0] === 'Flows')?.slice(4)).toEqual([1, 2, 2, 1]);
    expect((await table(".show table ['Flows'] details")).rows).toHaveLength(1);
  });

  test('Grafana tries its connection by a command on the address of queries', async () => {
    const answer = await ask(
      '/v1/rest/query',
      {
        csl: '.show databases schema',
        db: 'Weir',
        properties: {
          Options: { queryconsistency: 'strongconsistency', servertimeout: '00:00:30' },
        },
        querySource: '',
      },
      { 'x-ms-app': 'Grafana-ADX', 'x-ms-client-request-id': 'KGC.schema;1f2e' },
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ Tables: [{ TableName: 'Table_0' }] });
  });

  test('.show schema lists tables and columns', async () => {
    const { columns, rows } = await table('.show schema');
    expect(columns.slice(0, 4)).toEqual(['DatabaseName', 'TableName', 'ColumnName', 'ColumnType']);
    expect(rows).toContainEqual(
      expect.arrayContaining(['Weir', 'Flows', 'SrcIp', 'System.String']),
    );
  });

  test('.show table: its columns as text and as JSON', async () => {
    expect(String((await table('.show table Flows cslschema')).rows[0]?.[1])).toMatch(
      /^TimeGenerated:datetime,/,
    );
    const json = JSON.parse(
      String((await table(".show table ['Flows'] schema as json")).rows[0]?.[1]),
    );
    expect(json.Name).toBe('Flows');
    expect((await ask('/v1/rest/mgmt', { csl: '.show table Nothing cslschema' })).status).toBe(400);
  });

  test('what follows a pipe is a query over the table of the command', async () => {
    await ask('/v1/rest/mgmt', { csl: '.show version | project BuildVersion' });
    expect(fixture.queries.at(-1)?.query).toBe(
      "datatable(['BuildVersion']:string, ['ServiceType']:string, ['ProductVersion']:string)" +
        '["0.1.0", "Engine", "Weir 0.1.0"]\n| project BuildVersion',
    );
  });

  test.each([
    '.show cluster',
    '.show databases entities',
    '.show database Weir identity',
    '.show external tables',
    '.show materialized-views',
    '.show tables details',
    '.show functions',
    '.show database',
    '.show databases schema',
    '.show databases schema as json with (IncludeFunctions=true)',
  ])('%s', async (csl) => {
    expect((await table(csl)).columns.length).toBeGreaterThan(0);
  });

  test('other commands are refused with those that there are', async () => {
    const response = await ask('/v1/rest/mgmt', { csl: '.drop table Flows' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('.show tables');
  });

  test('a command sent to the query address is answered there', async () => {
    expect((await ask('/v1/rest/query', { csl: '.show version' })).status).toBe(200);
  });
});
