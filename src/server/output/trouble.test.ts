import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sentinelTemplate } from '#core/output/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import type { OutputSettings, SyslogSettings, TlsSettings } from './settings.ts';
import { common, deliver, flow, flows, until, untilIdle } from './testing/deliver.ts';
import { openElastic } from './testing/elastic.ts';
import { certificate, openFake } from './testing/fake.ts';
import { HEC_BUSY, openHec } from './testing/hec.ts';
import { openRsyslog } from './testing/rsyslog.ts';
import { openSentinel } from './testing/sentinel.ts';

/** A clock that pauses move, so that minutes pass at once. */
function fastTime() {
  let at = Date.now();
  const waited: number[] = [];
  return {
    waited,
    now: () => at,
    async sleep(ms: number, signal: AbortSignal) {
      // What waits for a wake is not to spin.
      await new Promise((resolve) => setTimeout(resolve, ms >= 60_000 ? 20 : 0));
      if (signal.aborted) return;
      waited.push(ms);
      at += ms;
    },
  };
}

const hecAt = (url: string, more: object = {}): OutputSettings => ({
  ...common,
  kind: 'hec',
  url,
  token: 'env:GOOD',
  acknowledge: false,
  ...more,
});

describe('Splunk HEC', () => {
  it('is sent again what it took and never acknowledged', async () => {
    const server = await openHec({ token: 'good-secret', acknowledges: true });
    server.isIndexerDown = true;
    const time = fastTime();
    const { delivery, counts, failures } = deliver(
      hecAt(server.url, { acknowledge: true }),
      flows(3),
      time,
    );
    await until(() => time.waited.length > 3);
    // The indexer dies with what it had, and another takes its place.
    server.lose();
    server.isIndexerDown = false;
    await untilIdle(delivery);
    expect(failures).toEqual([expect.stringContaining('did not index them in time')]);
    expect(server.events.map(({ event }) => Reflect.get(event as object, 'src_port'))).toEqual([
      1, 2, 3,
    ]);
    expect(counts()).toMatchObject({ sent: 3, repeated: 3 });
  });
});

describe('the breaker', () => {
  it('tries with one message after five failures, and goes on with all once that arrives', async () => {
    const sizes: number[] = [];
    const server = await openFake(({ body }) => {
      sizes.push(body.split('\n').length);
      return sizes.length <= 7 ? HEC_BUSY : { status: 200, body: { text: 'Success', code: 0 } };
    });
    const { delivery, counts, failures, recoveries } = deliver(hecAt(server.url), flows(40));
    await untilIdle(delivery);
    expect(sizes).toEqual([40, 40, 40, 40, 40, 1, 1, 1, 39]);
    expect(counts()).toMatchObject({ sent: 40, repeated: 5 * 40 + 2 });
    expect(failures).toHaveLength(7);
    expect(recoveries()).toBe(1);
  });
});

describe('what was never sent', () => {
  it('is not counted as sent again', async () => {
    const { delivery, counts, failures } = deliver(hecAt('https://localhost:1'), flows(3));
    await until(() => failures.length > 1);
    expect(delivery.health().failure?.message).toContain('nobody listens there');
    expect(counts()).toMatchObject({ sent: 0, repeated: 0 });
  });
});

describe('pace', () => {
  it('waits as long as the receiver asks, by seconds and by date', async () => {
    const server = await openHec({ token: 'good-secret' });
    const time = fastTime();
    const at = new Date(Math.ceil(time.now() / 1000) * 1000 + 90_000).toUTCString();
    server.troubles.push(
      { status: 429, headers: { 'retry-after': '45' } },
      { status: 503, headers: { 'retry-after': at } },
      { status: 429, headers: { 'retry-after': 'soon' } },
    );
    const { delivery, counts } = deliver(hecAt(server.url), flows(2), time);
    await untilIdle(delivery);
    expect(time.waited[0]).toBe(45_000);
    expect(time.waited[1]).toBeGreaterThan(40_000);
    expect(time.waited[2]).toBe(0);
    expect(counts()).toMatchObject({ sent: 2 });
  });

  it('keeps to the messages a second that are allowed', async () => {
    const server = await openHec({ token: 'good-secret' });
    const time = fastTime();
    const { delivery } = deliver(hecAt(server.url), flows(1200), { ...time, rate: 100 });
    await untilIdle(delivery);
    // 1,200 messages at 100 a second, in batches of 500.
    expect(time.waited.slice(0, 3).map((ms) => Math.round(ms / 1000))).toEqual([5, 5, 2]);
  });
});

describe('Elastic', () => {
  it('tells apart, in one answer, what is there, what is busy and what it will never take', async () => {
    const server = await openElastic({
      apiKey: 'good-secret',
      stream: 'logs-weir-default',
      mappings: { 'weir.Region': 'long' },
    });
    server.busyOnce.add('seg-3').add('seg-9');
    const messages = flows(10).with(4, flow(5, { Region: 'somewhere' }));
    const { delivery, counts, state, failures } = deliver(
      {
        ...common,
        kind: 'elastic',
        url: server.url,
        stream: 'logs-weir-default',
        apiKey: 'env:GOOD',
      },
      messages,
    );
    await untilIdle(delivery);
    expect([...server.documents.keys()].sort()).toEqual(
      [1, 2, 3, 4, 6, 7, 8, 9, 10].map((n) => `seg-${n}`).sort(),
    );
    expect(counts()).toMatchObject({ sent: 9, rejected: 1 });
    expect(state.rejected('siem', 9)).toMatchObject([{ message: 'seg-5' }]);
    expect(failures).toEqual([expect.stringContaining('es_rejected_execution_exception')]);
  });
});

describe('Sentinel', () => {
  const settings = (url: string): OutputSettings => ({
    ...common,
    kind: 'sentinel',
    url,
    rule: 'dcr-1',
    stream: 'Custom-WeirFlows_CL',
    tenant: 't',
    client: 'c',
    secret: 'env:GOOD',
    loginUrl: url,
    scope: 'https://monitor.azure.com/.default',
  });
  const login = { rule: 'dcr-1', stream: 'Custom-WeirFlows_CL', tenant: 't', client: 'c' };

  it('is sent less at once when it says that it was too much', async () => {
    const server = await openSentinel({ ...login, secret: 'good-secret', mostBytes: 4000 });
    const { delivery, counts } = deliver(settings(server.url), flows(100));
    await untilIdle(delivery);
    expect(server.rows).toHaveLength(100);
    expect(counts()).toMatchObject({ sent: 100, rejected: 0 });
  });

  it('keeps every column where the rule was made from our template', async () => {
    const { resources } = JSON.parse(JSON.stringify(sentinelTemplate('Flows')));
    const declared: readonly { name: string; type: string }[] =
      resources[1].properties.streamDeclarations['Custom-WeirFlows_CL'].columns;
    const columns = new Map(declared.map(({ name, type }) => [name, type]));
    const server = await openSentinel({ ...login, secret: 'good-secret', columns });
    const message = flow(7, { BytesSrcToDest: '9007199254740993', AclRule: 'web' });
    await untilIdle(deliver(settings(server.url), [message]).delivery);
    expect(server.rows).toEqual([message.kind === 'row' ? message.values : undefined]);
  });
});

describe('client certificates', () => {
  const own = makeCertificate();
  function filesOf({ cert, key }: { readonly cert: string; readonly key: string }): TlsSettings {
    const folder = mkdtempSync(join(tmpdir(), 'weir-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    return {
      ca: file('ca.pem', certificate.cert),
      certificate: file('own.pem', cert),
      key: file('own-key.pem', key),
    };
  }

  it('let an output in over HTTPS, and keep others out', async () => {
    let taken = 0;
    const server = await openFake(() => {
      taken++;
      return { status: 204 };
    }, own.cert);
    const settings = (tls?: TlsSettings): OutputSettings => ({
      ...common,
      kind: 'webhook',
      url: server.url,
      tls,
    });
    const stranger = deliver(settings(filesOf(makeCertificate())), flows(1));
    const nobody = deliver(settings(), flows(1));
    await untilIdle(deliver(settings(filesOf(own)), flows(2)).delivery);
    await until(() => stranger.failures.length > 0 && nobody.failures.length > 0);
    expect(taken).toBe(2);
    expect(nobody.counts().sent + stranger.counts().sent).toBe(0);
  });

  it('let an output in at rsyslog, and keep others out', { timeout: 60_000 }, async () => {
    const server = await openRsyslog(certificate, own.cert);
    const settings = (tls: TlsSettings): SyslogSettings => ({
      ...common,
      kind: 'syslog',
      host: 'localhost',
      port: server.port,
      transport: 'tls',
      framing: 'octet-counting',
      rfc: 5424,
      facility: 13,
      app: 'weir',
      tls,
    });
    const stranger = deliver(settings(filesOf(makeCertificate())), flows(1));
    await untilIdle(deliver(settings(filesOf(own)), flows(50)).delivery);
    await until(() => stranger.failures.length > 0);
    await until(() => server.lines().length === 50);
    expect(stranger.counts().sent).toBe(0);
  });
});
