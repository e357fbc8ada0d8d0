import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createExternalReader } from '#server/external/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import { createQueryService } from './index.ts';

/** A service, and a server elsewhere whose host is allowed. */
async function open(body: string) {
  const { cert, key } = makeCertificate();
  let requests = 0;
  const server = createServer({ cert, key }, (_, response) => {
    requests++;
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `localhost:${port}`;
  const service = createQueryService({
    store: undefined,
    external: createExternalReader(
      { hosts: [host] },
      {
        resolve: async () => [{ address: '127.0.0.1', family: 4 }],
        isPublic: () => true,
        ca: cert,
      },
    ),
    clock: () => 0,
    limits: { threads: 1, memoryBytes: 2 ** 28 },
  });
  onTestFinished(async () => {
    await service.stop();
    server.closeAllConnections();
    server.close();
  });
  const ask = (text: string) => service.query({ text });
  return { url: `https://${host}`, ask, service, requests: () => requests };
}

test('rows of an allowed host have the types that the query declares', async () => {
  const { url, ask, requests } = await open(
    'when,n,share,is,gone,bag,id\n' +
      '2026-03-01T05:06:07Z,9223372036854775807,0.5,true,01:30:00,"{""a"":[1]}",74be27de-1e4e-49d9-b579-fe0b331d3642\n' +
      'no,x,,,,,\n',
  );
  const text = `externaldata(When:datetime, N:long, Share:real, Is:bool, Gone:timespan, Bag:dynamic, Id:guid)
    ["${url}/list.csv"] with (ignoreFirstRecord=true)`;
  const { columns, rows, stats } = await ask(text);
  expect(columns.map((c) => [c.name, c.type])).toEqual([
    ['When', 'datetime'],
    ['N', 'long'],
    ['Share', 'real'],
    ['Is', 'bool'],
    ['Gone', 'timespan'],
    ['Bag', 'dynamic'],
    ['Id', 'guid'],
  ]);
  expect(rows).toEqual([
    [
      '2026-03-01T05:06:07Z',
      '9223372036854775807',
      0.5,
      true,
      '01:30:00',
      { a: [1] },
      '74be27de-1e4e-49d9-b579-fe0b331d3642',
    ],
    [null, null, null, null, null, null, null],
  ]);
  expect(stats).toMatchObject({ rowsRead: 2, isCached: false });
  expect((await ask(`${text} | count`)).rows).toEqual([[2]]);
  expect(requests()).toBe(1);
});

test('lists can be joined, counted and read as JSON or lines', async () => {
  const { url, ask } = await open('{"ip":"192.0.2.1","score":7}\n{"ip":"192.0.2.2"}\n');
  const bad = `externaldata(ip:string, score:int)[h@"${url}/bad.json"]`;
  const joined = `datatable(a:string)["192.0.2.1", "192.0.2.9"] | join kind=inner (${bad}) on $left.a == $right.ip | project a, score`;
  expect((await ask(joined)).rows).toEqual([['192.0.2.1', 7]]);
  const lines = `externaldata(line:string)["${url}/x"] with (format="txt") | count`;
  expect((await ask(lines)).rows).toEqual([[2]]);
});

test('other hosts are refused before anything is asked, with the place', async () => {
  const { url, ask, service, requests } = await open('x');
  for (const other of ['https://example.org/x', url.replace('https', 'http'), `${url}.evil/x`])
    await expect(ask(`print 1 | union (externaldata(a:string)["${other}"])`)).rejects.toMatchObject(
      { code: 'external-refused', line: 1, column: 18 },
    );
  await expect(ask('cluster("x").database("y").T')).rejects.toMatchObject({
    code: 'external-refused',
  });
  expect(await service.check('externaldata(a:string)["https://example.org/x"]')).toMatchObject([
    { code: 'external-refused', severity: 'error' },
  ]);
  expect(requests()).toBe(0);
});

test('what cannot be read is an error of the query; the explanation reads nothing', async () => {
  const { url, ask, service, requests } = await open('a,"b');
  await service.explain({ text: `externaldata(a:string)["${url}/x.csv"]` });
  expect(requests()).toBe(0);
  await expect(ask(`externaldata(a:string)["${url}/x.csv"]`)).rejects.toMatchObject({
    code: 'external-failed',
    message: expect.stringContaining('a quote is not closed'),
    advice: expect.stringContaining('watchlist'),
  });
});

test('a service without a reader refuses all', async () => {
  const service = createQueryService({ store: undefined, clock: () => 0 });
  onTestFinished(() => service.stop());
  await expect(
    service.query({ text: 'externaldata(a:string)["https://example.org/x"]' }),
  ).rejects.toMatchObject({ code: 'external-refused' });
});
