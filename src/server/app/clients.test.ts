// The clients that Microsoft publishes, unchanged, over TLS, against a whole server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { LogsQueryClient, LogsQueryResultStatus } from '@azure/monitor-query-logs';
import { Client, ClientRequestProperties, KustoConnectionStringBuilder } from 'azure-kusto-data';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '#server/http/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import { readConfig } from './config/index.ts';
import { type Running, serve } from './serve.ts';

/** One value of each type that clients treat in their own way, then its nulls. */
const TYPES = `datatable(l:long, i:int, r:real, b:bool, s:string, d:datetime, t:timespan, g:guid, y:dynamic)[
  9007199254740993, 7, 1.5, true, "a", datetime(2026-03-01 05:06:07.1234567), timespan(1.02:03:04.5), guid(74be27de-1e4e-49d9-b579-fe0b331d3642), dynamic({"a":[1,"b"]}),
  long(null), int(null), real(null), bool(null), "", datetime(null), timespan(null), guid(null), dynamic(null)]`;

const trusted = getCACertificates('default');
const folder = mkdtempSync(join(tmpdir(), 'weir-clients-'));
let running: Running;
let token: string;

beforeAll(async () => {
  const { cert, key } = makeCertificate();
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.certificate, cert);
  writeFileSync(files.key, key);
  setDefaultCACertificates([...trusted, cert]);
  const { config } = readConfig(
    `listen: 127.0.0.1:0\ntls: ${JSON.stringify(files)}\nquery: { maxRows: 1000, threads: 1, memory: 256 MiB }\n`,
  );
  if (!config) throw new Error('the configuration of this test is wrong');
  const log = createLog({ level: 'error', form: 'text', now: Date.now, write: () => {} });
  running = await serve({ folder: join(folder, 'data'), config, log, env: {} });
  token = await makeToken(running);
}, 60_000);

afterAll(async () => {
  setDefaultCACertificates([...trusted]);
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

/** Logs in as a person does, and makes an API token. */
async function makeToken({ localUrl, loginLink = '' }: Running): Promise<string> {
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(`${localUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, origin: localUrl },
      body: JSON.stringify(body),
    });
  const login = await post('/api/v1/login', { token: loginLink.split('token=')[1] });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const made = await post('/api/v1/tokens', { name: 'test', role: 'viewer' }, cookie);
  const { secret } = (await made.json()) as { secret: string };
  return secret;
}

describe('@azure/monitor-query-logs', { timeout: 30_000 }, () => {
  const open = (secret = token) =>
    new LogsQueryClient(
      { getToken: async () => ({ token: secret, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      { endpoint: `${running.url}/v1`, retryOptions: { maxRetries: 0 } },
    );
  const span = { duration: 'P1D' };

  test('gets typed rows', async () => {
    const result = await open().queryWorkspace('any', TYPES, span);
    if (result.status !== LogsQueryResultStatus.Success) throw new Error('partial');
    const [table] = result.tables;
    expect(table?.columnDescriptors.map((c) => c.type)).toEqual([
      'long',
      'int',
      'real',
      'bool',
      'string',
      'datetime',
      'timespan',
      'guid',
      'dynamic',
    ]);
    expect(table?.rows).toEqual([
      [
        // As from Azure: the client reads numbers as JavaScript does.
        9007199254740992,
        7,
        1.5,
        true,
        'a',
        new Date('2026-03-01T05:06:07.123Z'),
        '1.02:03:04.5000000',
        '74be27de-1e4e-49d9-b579-fe0b331d3642',
        { a: [1, 'b'] },
      ],
      [null, null, null, null, '', null, null, null, null],
    ]);
  });

  test('asks a workspace by the id of its resource', async () => {
    const id =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w';
    const result = await open().queryResource(id, 'print x = 5', span);
    if (result.status !== LogsQueryResultStatus.Success) throw new Error('partial');
    expect(result.tables[0]?.rows).toEqual([[5]]);
  });

  test('gets statistics and what render says', async () => {
    const result = await open().queryWorkspace(
      'any',
      'range x from 1 to 3 step 1 | render columnchart with (title="Three")',
      span,
      { includeQueryStatistics: true, includeVisualization: true, serverTimeoutInSeconds: 20 },
    );
    expect(result.visualization).toMatchObject({ visualization: 'columnchart', title: 'Three' });
    expect(result.statistics).toMatchObject({ query: { executionTime: expect.any(Number) } });
  });

  test('learns where a query is wrong', async () => {
    const asked = open().queryWorkspace('any', 'print 1\n| where nothing == 2', span);
    await expect(asked).rejects.toMatchObject({
      statusCode: 400,
      details: {
        error: {
          code: 'BadArgumentError',
          innererror: {
            innererror: { code: 'semantic', message: expect.stringContaining('nothing') },
          },
        },
      },
    });
    await expect(open('weir_wrong').queryWorkspace('any', 'print 1', span)).rejects.toMatchObject({
      statusCode: 401,
    });
  });

  test('learns that a query took too long', async () => {
    const endless = 'range x from 1 to 1000000000000 step 1 | summarize sum(x % 7)';
    const asked = open().queryWorkspace('any', endless, span, { serverTimeoutInSeconds: 1 });
    await expect(asked).rejects.toMatchObject({ statusCode: 504 });
  });

  test('learns that there is more', async () => {
    const result = await open().queryWorkspace('any', 'range x from 1 to 5000 step 1', span);
    if (result.status !== LogsQueryResultStatus.PartialFailure) throw new Error('whole');
    expect(result.partialTables[0]?.rows).toHaveLength(1000);
    expect(result.partialError).toMatchObject({ code: 'PartialError' });
  });

  test('gets the tables of several results', async () => {
    const result = await open().queryWorkspace('any', 'print a = 1; print b = 2', span);
    if (result.status !== LogsQueryResultStatus.Success) throw new Error('partial');
    expect(result.tables.map((t) => [t.columnDescriptors[0]?.name, t.rows])).toEqual([
      ['a', [[1]]],
      ['b', [[2]]],
    ]);
  });

  test('gets a batch', async () => {
    const timespan = span;
    const results = await open().queryBatch([
      { workspaceId: 'a', query: 'print 1', timespan },
      { workspaceId: 'b', query: 'print nothing', timespan },
      { workspaceId: 'c', query: 'print 3', timespan, includeQueryStatistics: true },
    ]);
    expect(results[0]).toMatchObject({ status: 'Success', tables: [{ rows: [[1]] }] });
    expect(results[1]).toMatchObject({ status: 'PartialFailure' });
    expect(results[2]).toMatchObject({ tables: [{ rows: [[3]] }], statistics: {} });
  });
});

describe('azure-kusto-data', { timeout: 30_000 }, () => {
  const open = () => new Client(KustoConnectionStringBuilder.withAccessToken(running.url, token));

  test.each(['executeQuery', 'executeQueryV1'] as const)('%s gets typed rows', async (method) => {
    const client = open();
    const [table] = (await client[method]('Weir', TYPES)).primaryResults;
    expect(table?.columns.map((c) => [c.name, c.type])).toEqual([
      ['l', 'long'],
      ['i', 'int'],
      ['r', 'real'],
      ['b', 'bool'],
      ['s', 'string'],
      ['d', 'datetime'],
      ['t', 'timespan'],
      ['g', 'guid'],
      ['y', 'dynamic'],
    ]);
    const rows = [...(table?.rows() ?? [])].map((row) => row.toJSON());
    expect(rows).toEqual([
      {
        l: 9007199254740992,
        i: 7,
        r: 1.5,
        b: true,
        s: 'a',
        d: new Date('2026-03-01T05:06:07.123Z'),
        t: 93_784_500,
        g: '74be27de-1e4e-49d9-b579-fe0b331d3642',
        y: { a: [1, 'b'] },
      },
      { l: null, i: null, r: null, b: null, s: '', d: null, t: null, g: null, y: null },
    ]);
    client.close();
  });

  test('learns the tables and their columns', async () => {
    const client = open();
    const show = async (command: string) => {
      const [table] = (await client.execute('Weir', command)).primaryResults;
      return [...(table?.rows() ?? [])].map((row) => row.toJSON<Record<string, unknown>>());
    };
    expect(await show('.show tables')).toContainEqual(
      expect.objectContaining({ TableName: 'Flows', DatabaseName: 'Weir' }),
    );
    expect(await show('.show tables | where TableName == "Flows" | project TableName')).toEqual([
      { TableName: 'Flows' },
    ]);
    expect((await show('.show databases'))[0]).toMatchObject({ DatabaseName: 'Weir' });
    expect((await show('.show version'))[0]).toMatchObject({ ServiceType: 'Engine' });
    const [json] = await show('.show database Weir schema as json');
    const schema = JSON.parse(String(Object.values(json ?? {})[0]));
    expect(schema.Databases.Weir.Tables.Flows.OrderedColumns[0].Name).toBe('TimeGenerated');
    await expect(show('.drop table Flows')).rejects.toMatchObject({ response: { status: 400 } });
    client.close();
  });

  test('gives parameters and a time-out', async () => {
    const client = open();
    const properties = new ClientRequestProperties();
    properties.setParameter('n', 5);
    properties.setParameter('who', 'Ann');
    properties.setTimeout(20_000);
    properties.application = 'a test';
    properties.clientRequestId = 'test;1';
    const text = 'declare query_parameters(n:long, who:string); print n = n + 1, who = who';
    const [table] = (await client.executeQuery('Weir', text, properties)).primaryResults;
    expect([...(table?.rows() ?? [])].map((row) => row.toJSON())).toEqual([{ n: 6, who: 'Ann' }]);
    properties.setTimeout(500);
    const endless = 'range x from 1 to 1000000000000 step 1 | summarize sum(x % 7)';
    await expect(client.executeQuery('Weir', endless, properties)).rejects.toMatchObject({
      response: { status: 504, headers: { 'x-ms-client-request-id': 'test;1' } },
    });
    client.close();
  });

  test('learns what is wrong, and that there is more', async () => {
    const client = open();
    await expect(client.executeQuery('Weir', 'print 1 | where')).rejects.toMatchObject({
      response: { status: 400, data: { error: { '@message': expect.stringContaining('line 1') } } },
    });
    const long = 'range x from 1 to 5000 step 1';
    await expect(client.executeQuery('Weir', long)).rejects.toThrow('80DA0003');
    // The client looks at version 1's status only when it is told to hand everything over.
    const properties = new ClientRequestProperties();
    Object.assign(properties, { raw: true });
    expect(await client.executeQueryV1('Weir', long, properties)).toMatchObject({
      Exceptions: [expect.stringContaining('80DA0003')],
    });
    client.close();
  });

  test('gets the tables of several results', async () => {
    const client = open();
    for (const method of ['executeQuery', 'executeQueryV1'] as const) {
      const { primaryResults } = await client[method]('Weir', 'print a = 1; print b = 2');
      expect(primaryResults.map((t) => t.columns.map((c) => c.name))).toEqual([['a'], ['b']]);
    }
    client.close();
  });
});

test('those who read every digit get them', async () => {
  for (const path of ['/v1/rest/query', '/v2/rest/query']) {
    const response = await fetch(`${running.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ db: '', csl: TYPES, querySource: 'schema' }),
    });
    expect(await response.text()).toContain('[9007199254740993,');
  }
});
