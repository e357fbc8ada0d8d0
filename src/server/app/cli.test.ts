import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';

const home = fileURLToPath(new URL('../../../', import.meta.url));

interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `weir` as a shell does: through the launcher, piped. */
function weir(
  args: readonly string[],
  more: { input?: string; env?: Record<string, string>; lines?: number } = {},
): Promise<Done> {
  const { WEIR_DATA: _, ...env } = process.env;
  const child = spawn(join(home, 'weir'), args, {
    cwd: temporaryFolder(),
    env: { ...env, ...more.env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
    // As `| head` does: close the pipe when enough has come.
    if (more.lines !== undefined && out.split('\n').length > more.lines) child.stdout.destroy();
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(more.input ?? '');
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const ndjson = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));

/** 2026-03-04T05:06:07Z, and the tuples of one minute of a VNet flow log. */
const START = Date.UTC(2026, 2, 4, 5, 6, 7);
const TUPLES = [
  `${START},10.0.0.4,203.0.113.9,50000,443,6,O,B,NX,0,0,0,0`,
  `${START + 1000},10.0.0.4,203.0.113.9,50000,443,6,O,E,NX,3,300,2,900`,
  `${START + 2000},198.51.100.7,10.0.0.4,40000,22,6,I,D,NX,0,0,0,0`,
];

function vnetLog(tuples: readonly string[] = TUPLES): string {
  const record = {
    time: new Date(START).toISOString(),
    flowLogVersion: 4,
    flowLogGUID: '00000000-0000-0000-0000-000000000001',
    macAddress: '00224871C205',
    category: 'FlowLogFlowEvent',
    flowLogResourceID:
      '/SUBSCRIPTIONS/S1/RESOURCEGROUPS/NW/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/N/FLOWLOGS/F',
    targetResourceID:
      '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet1',
    operationName: 'FlowLogFlowEvent',
    flowRecords: { flows: [{ aclID: 'a', flowGroups: [{ rule: 'Rule1', flowTuples: tuples }] }] },
  };
  return JSON.stringify({ records: [record] });
}

/** Starts a server on a free port; it is stopped by the test, at the latest when the test ends. */
async function startServer(
  data: string,
  ...more: readonly string[]
): Promise<{ url: string; stop(): Promise<number | null> }> {
  const args = ['serve', '--data', data, '--listen', '127.0.0.1:0', ...more];
  const child = spawn(join(home, 'weir'), args, { cwd: data, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let out = '';
  for await (const chunk of child.stdout) {
    out += chunk;
    const url = /Weir is at (\S+)/.exec(out)?.[1];
    if (url !== undefined && out.includes('Data is in'))
      return {
        url,
        async stop() {
          child.kill('SIGTERM');
          return ended;
        },
      };
  }
  throw new Error(`the server ended: ${out}`);
}

describe('weir', { timeout: 60_000 }, () => {
  it('says its version within a moment, and what is wrong with a command', async () => {
    const startedAt = performance.now();
    expect(await weir(['--version'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^weir \d+\.\d+\.\d+\n$/),
      err: '',
    });
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect(await weir(['ingst'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('`weir ingest`'),
    });
    expect(await weir(['query'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--batch'),
    });
  });

  it('answers a batch line by line, in order, with declared and open tables', async () => {
    const folder = temporaryFolder();
    const tables = join(folder, 'tables.json');
    writeFileSync(
      tables,
      JSON.stringify({
        tables: { Custom_CL: [{ name: 'Host_s', type: 'string' }] },
        open: ['Custom_CL', 'Other_CL'],
      }),
    );
    const questions = [
      {
        id: 'a',
        query:
          'print x = 1, s = "", d = datetime(2026-03-04 05:06:07.5), t = 90m, n = int(null), j = dynamic({"a":[1]})',
      },
      { id: 'b', query: 'Custom_CL | where Host_s == "x" and Unknown_s == "y" | count' },
      { id: 'c', query: 'print 1 |\n where nope' },
      { id: 'd', query: 'Other_CL | where Anything == 1 | project Anything' },
      { id: 'e', query: 'externaldata(x:string)["https://example.com/a.csv"]' },
      { id: 6, query: 'range x from 1 to 3 step 1' },
    ];
    const input = `${questions.map((q) => JSON.stringify(q)).join('\n')}\nnot json\n`;
    const { code, out, err } = await weir(
      ['query', '--batch', '-', '--engine', 'duckdb', '--tables', tables],
      { input },
    );
    expect([code, err]).toEqual([0, '']);
    const answers = ndjson(out);
    expect(answers).toMatchObject([
      {
        id: 'a',
        columns: [
          { name: 'x', type: 'long' },
          { name: 's', type: 'string' },
          { name: 'd', type: 'datetime' },
          { name: 't', type: 'timespan' },
          { name: 'n', type: 'int' },
          { name: 'j', type: 'dynamic' },
        ],
        rows: [[1, '', '2026-03-04T05:06:07.5Z', '01:30:00', null, { a: [1] }]],
        ms: expect.any(Number),
      },
      { id: 'b', rows: [[0]] },
      { id: 'c', error: { code: 'semantic', message: expect.any(String), line: 2, column: 8 } },
      { id: 'd', columns: [{ name: 'Anything' }], rows: [] },
      { id: 'e', error: { code: 'external-refused' } },
      { id: 6, columns: [{ name: 'x', type: 'long' }], rows: [[1], [2], [3]] },
      { id: null, error: { code: 'bad-request' } },
    ]);
    expect(Object.keys(answers[5] as object)).toEqual(['id', 'columns', 'rows', 'ms']);
  });

  it('prints an answer in the form asked for', async () => {
    const text = 'print Name = "=1+1", Count = 2';
    const [piped, csv, json, table, parquet] = await Promise.all([
      weir(['query', text]),
      weir(['query', text, '--output', 'csv']),
      weir(['query', text, '--output', 'json']),
      weir(['query', text, '--output', 'table']),
      weir(['query', text, '--output', 'parquet']),
    ]);
    expect(piped.out).toBe('{"Name":"=1+1","Count":2}\n');
    expect(csv.out).toBe("Name,Count\r\n'=1+1,2\r\n");
    expect(JSON.parse(json.out)).toEqual([{ Name: '=1+1', Count: 2 }]);
    expect(table.out).toBe('Name  Count\n────  ─────\n=1+1      2\n1 row\n');
    expect(parquet.out.slice(0, 4)).toBe('PAR1');
  });

  it('explains errors of a query with the place', async () => {
    const { code, out, err } = await weir(['query', 'print 1 | wher x']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/line 1, column \d+\]\n {4}print 1 \| wher x\n +\^\n/);
    expect(await weir(['query', 'print 1', '--data', '/nowhere/at/all'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('weir ingest'),
    });
  });

  it('ends quietly when the reader has seen enough', async () => {
    const { code, err } = await weir(['query', 'range x from 1 to 400000 step 1'], { lines: 3 });
    expect([code, err]).toEqual([0, '']);
  });

  it('loads a log, knows it the second time, answers from it, and tells what became of it', async () => {
    const folder = temporaryFolder();
    const data = join(folder, 'data');
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs', 'PT1H.json'), vnetLog([...TUPLES, 'damaged']));
    const first = await weir(['ingest', join(folder, 'logs'), '--data', data]);
    expect(ndjson(first.out)).toMatchObject([
      { objects: 1, records: 4, stored: 3, known: 0, quarantined: 1, seconds: expect.any(Number) },
    ]);
    expect([first.code, first.err]).toEqual([0, '']);
    const second = await weir(['ingest', join(folder, 'logs', 'PT1H.json')], {
      env: { WEIR_DATA: data },
    });
    expect(ndjson(second.out)).toMatchObject([{ objects: 1, stored: 0, known: 4 }]);
    writeFileSync(join(data, 'networks.yaml'), 'networks: [{ name: shop, cidrs: [10.0.0.0/24] }]');
    writeFileSync(join(data, 'weir.yaml'), 'topology: [networks.yaml]');
    const networks = await weir(['query', 'NTATopologyDetails | project Name', '--data', data]);
    expect(ndjson(networks.out)).toContainEqual({ Name: 'shop' });
    const answer = await weir([
      'query',
      'Flows | summarize Flows = countif(IsFlowStart), Bytes = sum(BytesSrcToDest) by FlowStatus | order by FlowStatus asc',
      '--data',
      data,
    ]);
    expect(ndjson(answer.out)).toEqual([
      { FlowStatus: 'Allowed', Flows: 1, Bytes: 300 },
      { FlowStatus: 'Denied', Flows: 1, Bytes: 0 },
    ]);
    const status = await weir(['status', '--data', data]);
    expect(ndjson(status.out)).toMatchObject([
      {
        server: null,
        tables: expect.arrayContaining([
          expect.objectContaining({
            name: 'Flows',
            rows: 3,
            segments: 1,
            oldest: '2026-03-04T05:06:07Z',
          }),
        ]),
        quarantine: [{ records: 1, meaning: expect.any(String) }],
        // What reduction notes of its own progress is no source.
        sources: ['logs', 'PT1H.json'].map((name) => ({
          name: expect.stringMatching(`${name}$`),
          state: 'stopped',
        })),
      },
    ]);
    const doctor = await weir(['doctor', '--data', data]);
    const findings = ndjson(doctor.out);
    expect(findings.filter((f) => (f as { state: string }).state === 'fail')).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'segments', state: 'ok' }));
    expect(doctor.code).toBe(0);
  });

  it('serves: loads what the command line hands over, answers it, and stops when told', async () => {
    const data = temporaryFolder();
    const file = join(temporaryFolder(), 'PT1H.json');
    writeFileSync(file, vnetLog());
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'critical.csv'), 'Host\nsql-eu-1\n');
    mkdirSync(join(elsewhere, 'logs'));
    writeFileSync(
      join(elsewhere, 'edge.yaml'),
      'sources: [{ kind: folder, name: edge, path: logs }]\nwatchlists: [{ alias: critical, file: critical.csv }]',
    );
    const server = await startServer(data, '--config', join(elsewhere, 'edge.yaml'));
    // The launcher has built the page where there was none.
    expect((await fetch(server.url)).headers.get('content-type')).toContain('text/html');
    const loaded = await weir(['ingest', file, '--data', data]);
    expect(ndjson(loaded.out)).toMatchObject([{ objects: 1, stored: 3, known: 0 }]);
    const wrong = await weir(['ingest', join(home, 'LICENSE'), '--data', data]);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('looks like') });
    const { token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'));
    const asked = ['query', 'Flows | count', '--server', server.url];
    expect((await weir(asked)).err).toContain('wants a login');
    const answer = await weir(asked, { env: { WEIR_TOKEN: token } });
    expect(ndjson(answer.out)).toEqual([{ Count: 3 }]);
    const beside = await weir(['query', 'Flows | count', '--data', data]);
    expect(ndjson(beside.out)).toEqual([{ Count: 3 }]);
    // What runs beside a server reads the server's configuration.
    const listed = `_GetWatchlist('critical') | project Host`;
    expect(ndjson((await weir(['query', listed, '--data', data])).out)).toEqual([
      { Host: 'sql-eu-1' },
    ]);
    expect(ndjson((await weir(['status', '--data', data])).out)).toMatchObject([
      {
        server: server.url,
        // In the order of their names, which begin with where the files happen to be.
        sources: expect.arrayContaining([
          expect.objectContaining({ name: 'edge', state: 'waiting' }),
          expect.objectContaining({ name: `folder:${file}`, state: 'stopped' }),
          expect.objectContaining({ name: `folder:${join(home, 'LICENSE')}`, state: 'stopped' }),
        ]),
      },
    ]);
    const link = (await weir(['login-link', '--data', data])).out.trim();
    expect(link).toMatch(new RegExp(`^${server.url}/login#token=[\\w-]{43}$`));
    const login = () =>
      fetch(`${server.url}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: link.split('=')[1] }),
      });
    expect(await (await login()).json()).toMatchObject({ name: 'admin', role: 'admin' });
    expect((await login()).status).toBe(401);
    const second = await weir(['serve', '--data', data, '--listen', '127.0.0.1:0']);
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('being written to') });
    expect(await server.stop()).toBe(0);
    expect(await weir(['login-link', '--data', data])).toMatchObject({
      code: 0,
      out: expect.stringContaining('http://127.0.0.1:8787/login#token='),
    });
    expect(await weir(['login-link', 'nobody', '--data', data])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no account nobody'),
    });
    const after = await weir(['ingest', file, '--data', data]);
    expect(ndjson(after.out)).toMatchObject([{ stored: 0, known: 3 }]);
  });

  it('refuses to load what is no log, or not there', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.json'), '{"name":"x"}');
    const wrong = await weir(['ingest', join(folder, 'a.json'), '--data', join(folder, 'data')]);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('looks like JSON') });
    const missing = await weir(['ingest', join(folder, 'b.json'), '--data', join(folder, 'data')]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('does not exist') });
  });

  it('decodes a file without storing anything', async () => {
    const file = join(temporaryFolder(), 'log.json');
    writeFileSync(file, vnetLog([...TUPLES, 'damaged']));
    const { code, out, err } = await weir(['decode', file]);
    expect(code).toBe(0);
    expect(ndjson(out)).toHaveLength(3);
    expect(ndjson(out)[1]).toMatchObject({
      _table: 'Flows',
      SrcIp: '10.0.0.4',
      DestPort: 443,
      BytesSrcToDest: 300,
      TimeGenerated: '2026-03-04T05:06:08Z',
    });
    expect(err).toMatch(/^weir: 1 record not decoded: /);
    writeFileSync(file, gzipSync(vnetLog()).subarray(0, 30));
    expect((await weir(['decode', file])).err).toContain('could not be read to its end');
  });

  it('validates a configuration', async () => {
    const file = join(temporaryFolder(), 'weir.yaml');
    writeFileSync(file, 'listn: 1\nquery: { timeout: soon }\n');
    const { code, err } = await weir(['validate', '--config', file]);
    expect(code).toBe(1);
    expect(err).toContain(`${file}:1: listn: Did you mean listen?`);
    expect(err).toContain(`${file}:2: query.timeout`);
    writeFileSync(file, 'listen: 8080\n');
    expect(await weir(['validate', '--config', file])).toMatchObject({
      code: 0,
      out: `${file} is valid\n`,
    });
  });
});
