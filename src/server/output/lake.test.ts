import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { AzureWriter } from '#server/source/testing/azure-writer.ts';
import { openStore, type Store } from '#server/store/index.ts';
import { type Azurite, installAzurite, startAzurite } from '../../../test/azurite/start.ts';
import type { ParquetSettings } from './settings.ts';
import { azureRefusal, openAzure } from './testing/azure.ts';
import { common, deliver, flow, flows, secrets, until, untilIdle } from './testing/deliver.ts';

const missing = await installAzurite();
if (missing !== null) process.stderr.write(`skipped: ${missing}\n`);

let azurite: Azurite;
let containers = 0;
let store: Store;
let queries: QueryService;
const home = mkdtempSync(join(tmpdir(), 'weir-lake-'));
const clock = () => Date.now() * 1000;
beforeAll(async () => {
  if (missing === null) azurite = await startAzurite();
  store = await openStore({ folder: home, clock });
  queries = createQueryService({ store, clock, limits: { threads: 1 } });
}, 60_000);
afterAll(async () => {
  await azurite?.stop();
  await queries.stop();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const TWO_DAYS = [...flows(3), flow(4, { TimeGenerated: '2026-03-05T00:00:00Z' })];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lake-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function withSecret(name: string, value: string): string {
  secrets[`env:${name}`] = value;
  onTestFinished(() => {
    delete secrets[`env:${name}`];
  });
  return `env:${name}`;
}

describe.skipIf(missing !== null)('a container of Azurite', () => {
  const create = () => AzureWriter.create(azurite, `lake-${++containers}`);
  const sasOf = (writer: AzureWriter, rights: string) => writer.sas(rights, Date.now() + 3_600_000);

  async function ask(writer: AzureWriter, path: string, query: string): Promise<Uint8Array> {
    const answer = await fetch(`${writer.url}${path}?${query}${sasOf(writer, 'rl')}`);
    if (!answer.ok) throw new Error(`${answer.status} ${path}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Names with their ETags. */
  async function list(writer: AzureWriter): Promise<Map<string, string>> {
    const text = Buffer.from(await ask(writer, '', 'restype=container&comp=list&')).toString();
    const found = text.matchAll(/<Name>([^<]*)<\/Name>.*?<Etag>([^<]*)<\/Etag>/gs);
    return new Map([...found].map(([, name = '', etag = '']) => [name, etag]));
  }

  const send = async (settings: Partial<ParquetSettings>) => {
    const sent = deliver({ ...common, kind: 'parquet', ...settings }, TWO_DAYS, {
      queries,
      timeoutMs: 20_000,
    });
    await untilIdle(sent.delivery);
    expect(sent.failures).toEqual([]);
    expect(sent.counts()).toMatchObject({ sent: 4 });
  };

  it('gets the files that a folder gets, and their rows can be read back', async () => {
    const writer = await create();
    const folder = temporaryFolder();
    await send({ folder });
    const key = withSecret('CONNECTION', azurite.connectionString);
    await send({ container: writer.name, prefix: 'weir/', connectionString: key });

    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.parquet'))
      .sort();
    expect(files).toHaveLength(2);
    const names = [...(await list(writer)).keys()].sort();
    expect(names).toEqual(files.map((name) => `weir/${name}`));
    expect(names[0]).toMatch(/^weir\/Flows\/day=2026-03-04\/[0-9a-f]{32}\.parquet$/);

    const copies = temporaryFolder();
    for (const [i, name] of names.entries())
      writeFileSync(join(copies, `${i}.parquet`), await ask(writer, `/${name}`, ''));
    const db = await openDuckdb({ threads: 1 });
    onTestFinished(() => db.close());
    const { rows } = await db.run(
      `SELECT SrcPort::INTEGER, SrcIp FROM read_parquet('${copies}/*.parquet') ORDER BY SrcPort`,
    );
    expect(rows).toEqual([1, 2, 3, 4].map((port) => [port, '10.0.0.1']));
  });

  it('has nothing twice, and nothing replaced, when all is sent again by another login', async () => {
    const writer = await create();
    const container = writer.url;
    await send({ container, sas: withSecret('SAS', `${writer.url}?${sasOf(writer, 'cw')}`) });
    const before = await list(writer);
    expect(before.size).toBe(2);
    await send({ container, accountKey: withSecret('KEY', azurite.key) });
    expect(await list(writer)).toEqual(before);
  });

  it('that is not there, or a login without the right, is a setting to change; then it goes on', async () => {
    const writer = await create();
    const sas = withSecret('SAS', sasOf(writer, 'r'));
    const settings: ParquetSettings = {
      ...common,
      kind: 'parquet',
      container: `${azurite.url}/none`,
      sas,
    };
    const more = { queries, timeoutMs: 20_000 };
    const refused = deliver({ ...settings, container: writer.url }, TWO_DAYS, more);
    await until(() => refused.failures.length > 0);
    expect(refused.failures[0]).toMatch(/^setting: .*lacks a right.*Create and Write/);
    expect(refused.delivery.health().failure?.advice).toMatch(/Create and Write/);
    secrets[sas] = sasOf(writer, 'cw');
    const absent = deliver(settings, TWO_DAYS, more);
    await until(() => absent.failures.length > 0);
    expect(absent.failures[0]).toMatch(/^setting: There is no container none .*page “Containers”/);
    refused.delivery.retry();
    await untilIdle(refused.delivery);
    expect((await list(writer)).size).toBe(2);
  });
});

describe('a container that makes trouble', () => {
  const SIGNATURE = 'c2VjcmV0LXNpZ25hdHVyZQ';

  async function start(more: Parameters<typeof deliver>[2] = {}) {
    const azure = await openAzure(SIGNATURE);
    const sas = withSecret('SAS', `sv=2026-01-01&se=2999-01-01&sp=cw&sig=${SIGNATURE}`);
    const settings: ParquetSettings = {
      ...common,
      kind: 'parquet',
      container: azure.container,
      sas,
    };
    const go = (of = settings) =>
      deliver(of, flows(5), {
        queries,
        timeoutMs: 5000,
        // What waits for a wake is not to spin.
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms >= 60_000 ? 20 : 0)),
        ...more,
      });
    return { azure, sas, settings, go };
  }

  it('and loses its answer has the file once, and is asked for the same name again', async () => {
    const { azure, go } = await start();
    azure.troubles.push('late');
    const { delivery, failures, counts } = go();
    await untilIdle(delivery);
    expect(failures).toEqual([expect.stringMatching(/^later: localhost:\d+ was not reached/)]);
    expect([...azure.blobs.values()]).toEqual([1]);
    expect(counts()).toMatchObject({ sent: 5, repeated: 5 });
  });

  it('for long gets one file all the same: no part of it is sent for a try', async () => {
    const { azure, go } = await start();
    azure.troubles.push('late');
    for (let i = 0; i < 7; i++) azure.troubles.push(azureRefusal(500, 'InternalError'));
    const { delivery, failures } = go();
    await untilIdle(delivery);
    expect(failures).toHaveLength(8);
    expect([...azure.blobs.values()]).toEqual([1]);
  });

  it('is left alone for as long as it asks', async () => {
    const waited: number[] = [];
    const { azure, go } = await start({
      sleep: async (ms) => {
        waited.push(ms);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    azure.troubles.push(
      azureRefusal(503, 'ServerBusy', { 'retry-after': '45' }),
      azureRefusal(429, 'TooManyRequests', { 'retry-after': '50' }),
    );
    const { delivery, failures } = go();
    await untilIdle(delivery);
    expect(failures).toEqual([
      expect.stringMatching(/^later: .*ServerBusy/),
      expect.stringMatching(/^later: .*TooManyRequests/),
    ]);
    expect(waited.slice(0, 2)).toEqual([45_000, 50_000]);
  });

  it('and hangs is given up after a time, and tried again', async () => {
    const { azure, go } = await start({ timeoutMs: 300 });
    azure.troubles.push('hang');
    const { delivery, failures } = go();
    await untilIdle(delivery);
    expect(failures[0]).toMatch(/^later: localhost:\d+ does not answer in time/);
    expect([...azure.blobs.values()]).toEqual([1]);
  });

  it.each([
    [azureRefusal(401, 'NoAuthenticationInformation'), /^setting: /],
    [azureRefusal(403, 'AuthorizationFailure'), /^setting: .*page “Networking”/],
    [azureRefusal(403, 'InsufficientAccountPermissions'), /^setting: /],
    [azureRefusal(404, 'ContainerNotFound'), /^setting: There is no container lake/],
    [azureRefusal(409, 'ContainerBeingDeleted'), /^later: /],
    [azureRefusal(409, 'InvalidBlobType'), /^setting: /],
    [azureRefusal(400, 'InvalidResourceName'), /^setting: /],
  ])('and answers %o drops nothing', async (reply, says) => {
    const { azure, go } = await start();
    azure.troubles.push(reply);
    const { delivery, failures, counts } = go();
    await untilIdle(delivery);
    expect(failures).toEqual([expect.stringMatching(says)]);
    expect(failures.join()).not.toContain(SIGNATURE);
    expect(counts()).toMatchObject({ sent: 5 });
  });

  it('for what is too large gets what is not', async () => {
    const { azure, go } = await start();
    azure.troubles.push(azureRefusal(413, 'RequestBodyTooLarge'));
    const { delivery, counts } = go();
    await untilIdle(delivery);
    expect([...azure.blobs.values()]).toEqual([1, 1]);
    expect(counts()).toMatchObject({ sent: 5, rejected: 0 });
  });

  it.each([
    ['a wrong signature', { sas: 'sv=1&sig=bm90LXRoZS1yaWdodC1vbmU' }, /does not accept the SAS/],
    ['one that expired', { sas: 'se=2020-01-01&sig=bm90' }, /The SAS expired.*Create and Write/],
    ['no secret', { sas: undefined }, /env:SAS is not set/],
    ['a link', { container: 'https://169.254.169.254/account/lake' }, /no output may reach/],
    ['no name', { container: 'https://localhost/' }, /is no name of a container/],
    ['nobody there', { container: 'https://localhost:1/account/lake' }, /nobody listens there/],
  ])('by %s is refused without a secret in the message', async (_, wrong, says) => {
    const { go, settings, sas } = await start();
    if ('sas' in wrong) {
      if (wrong.sas === undefined) delete secrets[sas];
      else secrets[sas] = wrong.sas;
    }
    const container = 'container' in wrong ? wrong.container : undefined;
    const { delivery, failures } = go(
      container === undefined ? settings : { ...settings, container },
    );
    await until(() => failures.length > 0);
    expect(failures[0]).toMatch(says);
    expect(JSON.stringify([failures, delivery.health()])).not.toMatch(/sig=|bm90|c2Vjc/);
  });
});
