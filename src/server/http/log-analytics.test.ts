import { afterAll, describe, expect, test } from 'vitest';
import { ROUTES } from '#core/contract/index.ts';
import { openFixture, programOf, readJson } from './testdata/fixture.ts';

const fixture = await openFixture();
afterAll(() => fixture.close());
const token = await fixture.token('viewer');

const ask = programOf(fixture, token);

describe('Log Analytics', () => {
  const path = '/v1/workspaces/00000000-0000-0000-0000-000000000000/query';

  test('answers in its shape', async () => {
    const text = await (await ask(path, { query: 'Flows', timespan: 'PT1H' })).text();
    // Every digit is there for those who read them all.
    expect(text).toContain(',9223372036854775807,');
    const answer = JSON.parse(text.replace('9223372036854775807', '"9223372036854775807"'));
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

  test('waits as long as is preferred, and takes the query from the address too', async () => {
    await ask(path, { query: 'Flows' }, { prefer: 'wait=30' });
    expect(fixture.queries.at(-1)).toMatchObject({ limits: { timeMs: 30_000 } });
    const answer = await fixture.ask('GET', `${path}?query=Flows&timespan=PT1H`, { token });
    expect(await answer.json()).toMatchObject({ tables: [{ name: 'PrimaryResult' }] });
    expect(fixture.queries.at(-1)).toMatchObject({ timespan: expect.anything() });
  });

  const workspace =
    '/v1/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w/query';

  test.each([
    workspace,
    workspace.replace('/v1/', '/v1//'),
    workspace.toLowerCase().replace('resourcegroups', 'resourceGroups'),
  ])('answers for a workspace by its resource: %s', async (address) => {
    const answer = await ask(address, { query: 'Flows' });
    expect(await answer.json()).toMatchObject({ tables: [{ name: 'PrimaryResult' }] });
  });

  test('refuses to answer for another resource, whose rows it does not tell apart', async () => {
    const other = workspace.replace('OperationalInsights/workspaces', 'Compute/virtualMachines');
    const answer = await ask(other, { query: 'Flows' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'BadArgumentError' } });
  });

  test('tells of tables and functions', async () => {
    const metadata = '/v1/workspaces/ws/metadata';
    const answer = await fixture.ask('GET', metadata, { token });
    const found = await readJson<{ tables: { name: string; columns: unknown[] }[] }>(answer);
    expect(ROUTES.logAnalyticsMetadata.output.safeParse(found).success).toBe(true);
    expect(found).toMatchObject({
      functions: [{ name: 'Recent', body: 'Flows | where TimeGenerated > ago(span)' }],
      workspaces: [{ id: 'ws', related: { functions: ['f/Recent'] } }],
    });
    const flows = found.tables.find((t) => t.name === 'Flows');
    expect(flows).toMatchObject({ id: 't/Flows', timespanColumn: 'TimeGenerated' });
    expect(flows?.columns[0]).toMatchObject({ name: 'TimeGenerated', type: 'datetime' });
    expect(await (await ask(metadata, {})).json()).toEqual(found);
  });

  test('a query with several results has several tables', async () => {
    const answer = await ask(path, { query: 'Flows; Flows' });
    expect(await answer.json()).toMatchObject({
      tables: [{ name: 'PrimaryResult' }, { name: 'PrimaryResult_1' }],
    });
  });

  test('an answer that was cut is a partial failure', async () => {
    expect(await (await ask(path, { query: 'cut' })).json()).toMatchObject({
      tables: [{ rows: { length: 2 } }],
      error: {
        code: 'PartialError',
        details: [{ message: 'Only the first 2 rows are here.' }],
      },
    });
  });

  test('a batch is answered one by one', async () => {
    const requests = [
      { id: 'a', body: { query: 'Flows', timespan: 'PT1H' }, workspace: 'ws' },
      { id: 'b', body: { query: 'bad' } },
      { id: 'c', headers: { Prefer: 'include-statistics=true' }, body: { query: 'Flows' } },
      { id: 'd', body: { query: 'late' } },
      { id: 'e', body: { query: 'Flows' } },
    ];
    const answer = await (await ask('/v1/$batch', { requests })).json();
    expect(ROUTES.logAnalyticsBatch.output.safeParse(answer).success).toBe(true);
    expect(answer).toMatchObject({
      responses: [
        { id: 'a', status: 200, body: { tables: [{ rows: { length: 2 } }] } },
        { id: 'b', status: 400, body: { error: { code: 'BadArgumentError' } } },
        { id: 'c', status: 200, body: { statistics: { query: { executionTime: 0.0125 } } } },
        { id: 'd', status: 504, body: { error: { code: 'GatewayTimeout' } } },
        { id: 'e', status: 200 },
      ],
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
