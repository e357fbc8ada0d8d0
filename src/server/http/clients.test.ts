import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KustoV1, ROUTES } from '#core/contract/index.ts';
import { parseDuration, parseTimespan } from './clients/iso-timespan.ts';
import { type Fixture, openFixture, readJson } from './testdata/fixture.ts';

let fixture: Fixture;
let token: string;
beforeAll(async () => {
  fixture = await openFixture();
  token = await fixture.token('viewer');
});
afterAll(() => fixture.close());

const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fixture.ask('POST', path, { token, body, headers: { origin: undefined, ...headers } });

describe('Log Analytics', () => {
  const path = '/v1/workspaces/00000000-0000-0000-0000-000000000000/query';

  test('answers in its shape', async () => {
    const answer = await (await ask(path, { query: 'Flows', timespan: 'PT1H' })).json();
    expect(answer).toEqual({
      tables: [
        {
          name: 'PrimaryResult',
          columns: [
            { name: 'TimeGenerated', type: 'datetime' },
            { name: 'SrcIp', type: 'string' },
            { name: 'Bytes', type: 'long' },
            { name: 'IsFlowStart', type: 'bool' },
            { name: 'Lasted', type: 'timespan' },
            { name: 'AdditionalFields', type: 'dynamic' },
          ],
          rows: [
            [
              '2026-03-01T00:00:00.1234567Z',
              '10.0.0.4',
              1200,
              true,
              '00:00:01.5000000',
              '{"zone":["a",1]}',
            ],
            [null, '', '9223372036854775807', false, null, null],
          ],
        },
      ],
    });
    expect(ROUTES.logAnalyticsQuery.output.safeParse(answer).success).toBe(true);
    expect(fixture.queries.at(-1)).toEqual({
      user: 'viewer-person',
      query: 'Flows',
      timespan: { from: '2026-02-28T23:00:00.000Z', to: '2026-03-01T00:00:00.000Z' },
    });
  });

  test('adds what is preferred', async () => {
    const answer = await ask(
      path,
      { query: 'Flows' },
      { prefer: 'wait=30,include-render=true, include-statistics=true' },
    );
    expect(await answer.json()).toMatchObject({
      render: { visualization: 'timechart', title: 'Bytes' },
      statistics: { query: { executionTime: 0.0125 } },
    });
  });

  test('says what is wrong in its shape', async () => {
    const failed = await ask(path, { query: 'bad' });
    expect(failed.status).toBe(400);
    expect(await failed.json()).toMatchObject({
      error: {
        code: 'BadArgumentError',
        message: 'The request had some invalid properties',
        innererror: { code: 'unknown-column', innererror: { line: 2, pos: 9 } },
      },
    });
    expect((await ask(path, { query: 'Flows', timespan: 'yesterday' })).status).toBe(400);
  });
});

test.each([
  ['PT1H', 3_600_000],
  ['P1D', 86_400_000],
  ['P1DT2H30M1.5S', 95_401_500],
  ['P2W', 1_209_600_000],
  ['P1M', 2_592_000_000],
  ['PT0S', 0],
  ['P', undefined],
  ['PT', undefined],
  ['1h', undefined],
  ['P1H', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

const NOON = Date.UTC(2026, 2, 1, 12);
test.each([
  ['PT1H', '2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z'],
  ['2026-02-01/2026-02-02', '2026-02-01T00:00:00.000Z', '2026-02-02T00:00:00.000Z'],
  ['2026-02-01T06:00:00/PT1H', '2026-02-01T06:00:00.000Z', '2026-02-01T07:00:00.000Z'],
  ['P1D/2026-02-02T00:00:00+02:00', '2026-01-31T22:00:00.000Z', '2026-02-01T22:00:00.000Z'],
])('the timespan %s', (text, from, to) => {
  expect(parseTimespan(text, NOON)).toEqual({ from, to });
});
test.each(['', 'x', 'PT1H/PT2H', '2026-02-01', '2026-02-01/', 'a/b', '2026-02-01/2026-02-02/PT1H'])(
  'the timespan %j is refused',
  (text) => {
    expect(() => parseTimespan(text, NOON)).toThrow('ISO 8601');
  },
);

describe('Kusto', () => {
  test('version 1: four tables, of which the last says what the others are', async () => {
    const response = await ask(
      '/v1/rest/query',
      { db: 'Weir', csl: 'Flows' },
      { 'x-ms-client-request-id': 'KPC.execute;1' },
    );
    expect(response.headers.get('x-ms-client-request-id')).toBe('KPC.execute;1');
    expect(response.headers.get('x-ms-activity-id')).toMatch(/^[0-9a-f-]{36}$/);
    const { Tables } = await readJson<KustoV1>(response);
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
          1,
          '00:00:01.5000000',
          '{"zone":["a",1]}',
        ],
        [null, '', '9223372036854775807', 0, null, null],
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
        [null, '', '9223372036854775807', false, null, null],
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

  test('other commands are refused with those that there are', async () => {
    const response = await ask('/v1/rest/mgmt', { csl: '.drop table Flows' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('.show tables');
  });

  test('a command sent to the query address is answered there', async () => {
    expect((await ask('/v1/rest/query', { csl: '.show version' })).status).toBe(200);
  });
});
