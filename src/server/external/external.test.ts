import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ExternalData } from '#core/kql/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import { FORMATS } from './formats.ts';
import type { Network } from './guarded-request.ts';
import { createExternalReader } from './index.ts';
import { isHostAddress, isPublicAddress } from './public-address.ts';

const { cert, key } = makeCertificate();

/** A server on this machine that `localhost` leads to, and what counts as public in the test. */
async function open(answer: RequestListener, network: Partial<Network> = {}) {
  const server = createServer({ cert, key }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const folder = mkdtempSync(join(tmpdir(), 'weir-external-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { port } = server.address() as AddressInfo;
  const host = `localhost:${port}`;
  const file = join(folder, 'rows.parquet');
  const reader = createExternalReader(
    { hosts: [host, `127.0.0.1:${port}`] },
    {
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      isPublic: () => true,
      ca: cert,
      ...network,
    },
  );
  const write = (more: Partial<ExternalData> = {}, signal = new AbortController().signal) =>
    reader.write({ ...data(`https://${host}/a.csv`), ...more }, file, signal);
  return { host, port, file, write };
}

const data = (...urls: string[]): ExternalData => ({
  urls,
  format: 'csv',
  isHeaderSkipped: false,
  columns: ['a', 'b'],
});

async function rowsOf(file: string) {
  const db = await openDuckdb({ threads: 1 });
  const { rows } = await db.run('SELECT * FROM read_parquet($1)', [file]);
  db.close();
  return rows;
}

const text =
  (body: string | Buffer): RequestListener =>
  (_, response) =>
    response.end(body);

test('files are read one after the other, as text', async () => {
  const { host, file, write } = await open((request, response) =>
    response.end(request.url === '/a.csv' ? 'x,1\ny\n' : gzipSync('"z, z",3,more\n')),
  );
  const urls = [`https://${host}/a.csv`, `https://${host}/b.csv.gz`];
  expect(await write({ urls })).toMatchObject({ rows: 3, version: expect.any(String) });
  expect(await rowsOf(file)).toEqual([
    ['x', '1'],
    ['y', ''],
    ['z, z', '3'],
  ]);
});

test('only allowed hosts, over https, without a user', async () => {
  const { write, port } = await open(text('x'));
  for (const url of [
    'https://example.org/a.csv',
    `http://localhost:${port}/a.csv`,
    `https://user@localhost:${port}/a.csv`,
    'https://localhost/a.csv',
  ])
    await expect(write({ urls: [url] })).rejects.toMatchObject({ code: 'external-refused' });
});

test('a redirect is checked like a first request', async () => {
  const { write, file } = await open((request, response) => {
    if (request.url === '/a.csv') response.writeHead(302, { location: '/b.csv' }).end();
    else response.end('redirected,1');
  });
  await write();
  expect(await rowsOf(file)).toEqual([['redirected', '1']]);
  const { host, write: other } = await open((request, response) =>
    response.writeHead(302, { location: request.url === '/out' ? 'https://[::1]/x' : '/a' }).end(),
  );
  await expect(other({ urls: [`https://${host}/out`] })).rejects.toMatchObject({
    code: 'external-refused',
  });
  await expect(other()).rejects.toMatchObject({
    code: 'external-failed',
    message: expect.stringContaining('more than 5 times'),
  });
});

test('a name that leads inside is refused, also when only one of its addresses does', async () => {
  let asked = 0;
  const answer: RequestListener = (_, response) => {
    asked++;
    response.end('x');
  };
  for (const address of [
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    'fd00::1',
    '::ffff:10.0.0.1',
  ]) {
    const { write } = await open(answer, {
      isPublic: isPublicAddress,
      resolve: async () => [
        { address: '93.184.215.14', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ],
    });
    await expect(write()).rejects.toMatchObject({
      code: 'external-refused',
      message: expect.stringContaining('not on the public internet'),
    });
  }
  const { write, port } = await open(answer, { isPublic: isPublicAddress });
  await expect(write({ urls: [`https://127.0.0.1:${port}/a`] })).rejects.toMatchObject({
    code: 'external-refused',
  });
  expect(asked).toBe(0);
});

test('the name is looked up once: the connection goes to the address that was checked', async () => {
  let lookups = 0;
  const { write } = await open(text('x'), {
    resolve: async () => [{ address: lookups++ === 0 ? '127.0.0.1' : '127.0.0.9', family: 4 }],
    isPublic: (address) => address === '127.0.0.1',
  });
  await write();
  expect(lookups).toBe(1);
});

test('size, status, damage and time are bounded and said', async () => {
  const large = await open(text(Buffer.alloc(33 * 2 ** 20)));
  await expect(large.write()).rejects.toThrow('larger than 32 MiB');
  const bomb = await open(text(gzipSync(Buffer.alloc(200 * 2 ** 20))));
  await expect(bomb.write()).rejects.toThrow('larger than 128 MiB unpacked');
  const missing = await open((_, response) => response.writeHead(404).end());
  await expect(missing.write()).rejects.toThrow('status 404');
  const open1 = await open(text('a,"b'));
  await expect(open1.write()).rejects.toThrow('a quote is not closed');
  expect(existsSync(open1.file)).toBe(false);
  const cancel = new AbortController();
  const silent = await open(() => cancel.abort(new Error('given up')));
  await expect(silent.write({}, cancel.signal)).rejects.toThrow('given up');
});

test('a server with another certificate is not believed', async () => {
  const { write } = await open(text('x'), { ca: makeCertificate().cert });
  await expect(write()).rejects.toMatchObject({ code: 'external-failed' });
});

describe('formats', () => {
  const read = (format: keyof typeof FORMATS, body: string, more: Partial<ExternalData> = {}) =>
    FORMATS[format](body, { ...data(), format, ...more });

  test.each([
    [
      'csv',
      'h,i\n1,"2"\n',
      [
        ['h', 'i'],
        ['1', '2'],
      ],
    ],
    [
      'tsv',
      '1\t2\n3',
      [
        ['1', '2'],
        ['3', ''],
      ],
    ],
    ['psv', '1|2', [['1', '2']]],
    ['scsv', '1;2', [['1', '2']]],
    [
      'txt',
      'one, line\r\n\nthree\n',
      [
        ['one, line', ''],
        ['', ''],
        ['three', ''],
      ],
    ],
    ['raw', 'all\nof it', [['all\nof it', '']]],
    [
      'json',
      '{"a":1,"b":{"c":[2]}}\n{"b":null,"x":3}\n',
      [
        ['1', '{"c":[2]}'],
        ['', ''],
      ],
    ],
    ['json', '{"__proto__":{"a":1}}', [['', '']]],
    [
      'multijson',
      '[{"a":true},\n{"a":"x","b":"y"}]',
      [
        ['true', ''],
        ['x', 'y'],
      ],
    ],
    ['multijson', '{\n"a": 5\n}', [['5', '']]],
  ] as const)('%s %j', (format, body, rows) => {
    expect(read(format, body)).toEqual(rows);
  });

  test('the first record can be left out', () => {
    expect(read('csv', 'a,b\n1,2', { isHeaderSkipped: true })).toEqual([['1', '2']]);
    expect(read('txt', 'a\nb', { isHeaderSkipped: true })).toEqual([['b', '']]);
  });

  test('what is no JSON is said with its line', () => {
    expect(() => read('json', '{"a":1}\nnot')).toThrow('line 2');
  });
});

test.each([
  ['93.184.215.14', true],
  ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
  ['0.0.0.0', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:93.184.215.14', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['fc00::1', false],
  ['fd12:3456::1', false],
  ['fe80::1', false],
  ['fec0::1', false],
  ['ff02::1', false],
  ['not an address', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

test.each([
  ['10.0.0.1', true],
  ['127.0.0.1', true],
  ['fd12:3456::1', true],
  ['::1', true],
  ['93.184.215.14', true],
  ['169.254.169.254', false],
  ['::ffff:169.254.169.254', false],
  ['fe80::1', false],
  ['0.0.0.0', false],
  ['239.1.1.1', false],
  ['not an address', false],
])('%s is a host: %s', (address, isHost) => {
  expect(isHostAddress(address)).toBe(isHost);
});
