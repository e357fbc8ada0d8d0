import { describe, expect, it } from 'vitest';
import { canaryMessage } from './canary-message.ts';
import type { OutputSettings } from './settings.ts';
import { common, deliver, flow, flows, until, untilIdle } from './testing/deliver.ts';
import { openElastic } from './testing/elastic.ts';
import { HEC_BUSY, openHec } from './testing/hec.ts';
import { openSentinel } from './testing/sentinel.ts';

describe('the same alert', () => {
  const alert = canaryMessage(
    '019524f0-1111-7abc-8def-0123456789ab',
    'M1',
    Date.UTC(2026, 2, 4) * 1000,
  );

  it('arrives everywhere, and can be read back', async () => {
    const stream = 'Custom-WeirAlerts_CL';
    const login = { tenant: 't', client: 'c' };
    const hec = await openHec({ token: 'good-secret' });
    const elastic = await openElastic({ apiKey: 'good-secret', stream: 'logs-weir-default' });
    const sentinel = await openSentinel({ rule: 'dcr-1', stream, ...login, secret: 'good-secret' });
    const all: readonly OutputSettings[] = [
      { ...common, kind: 'hec', url: hec.url, token: 'env:GOOD', acknowledge: false },
      {
        ...common,
        kind: 'elastic',
        url: elastic.url,
        stream: 'logs-weir-default',
        apiKey: 'env:GOOD',
      },
      {
        ...common,
        ...login,
        kind: 'sentinel',
        url: sentinel.url,
        loginUrl: sentinel.url,
        scope: 'https://monitor.azure.com/.default',
        rule: 'dcr-1',
        stream,
        secret: 'env:GOOD',
      },
    ];
    for (const settings of all) await untilIdle(deliver(settings, [alert]).delivery);
    expect(hec.events).toMatchObject([
      { sourcetype: 'weir:alert', event: { id: alert.id, signature: alert.title } },
    ]);
    expect(elastic.documents.get(`${alert.id}-1`)).toMatchObject({
      '@timestamp': '2026-03-04T00:00:00.000Z',
      message: alert.title,
      event: { kind: 'alert', id: alert.id },
    });
    expect(sentinel.rows).toMatchObject([
      { SystemAlertId: alert.id, AlertName: alert.title, Version: 1 },
    ]);
  });
});

describe('Splunk HEC', () => {
  const settings = (url: string, more: object = {}): OutputSettings => ({
    ...common,
    kind: 'hec',
    url,
    token: 'env:GOOD',
    acknowledge: false,
    ...more,
  });

  it('takes what is sent, across a busy, a hanging and a broken server', async () => {
    const server = await openHec({ token: 'good-secret' });
    server.troubles.push(HEC_BUSY, 'hang', 'cut', { status: 502, body: '<html>' }, 'late');
    const { delivery, counts, failures, recoveries } = deliver(settings(server.url), flows(700));
    await untilIdle(delivery);
    const ports = server.events.map(({ event }) => Reflect.get(event as object, 'src_port'));
    expect(new Set(ports)).toEqual(new Set(Array.from({ length: 700 }, (_, n) => n + 1)));
    expect(counts()).toMatchObject({ sent: 700, rejected: 0 });
    // What came twice was counted.
    expect(ports.length - 700).toBeLessThanOrEqual(counts().repeated);
    expect(failures).toHaveLength(5);
    expect(failures[0]).toContain('Server is busy');
    expect(failures[1]).toContain('does not answer in time');
    expect(recoveries()).toBe(1);
    expect(server.events[0]).toMatchObject({
      time: '1772600767.000',
      host: 'weir.example',
      sourcetype: 'weir:flows',
      event: { src_ip: '10.0.0.1', transport: 'tcp', _id: 'seg-1' },
    });
  });

  it('waits for the indexers', async () => {
    const server = await openHec({ token: 'good-secret', acknowledges: true });
    server.isIndexerDown = true;
    const { delivery, counts } = deliver(settings(server.url, { acknowledge: true }), flows(3));
    await until(() => server.troubles.length === 0);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(counts().sent).toBe(0);
    server.isIndexerDown = false;
    await untilIdle(delivery);
    expect(server.events).toHaveLength(3);
    expect(counts().sent).toBe(3);
  });

  it('sets aside the one event that is refused', async () => {
    const server = await openHec({ token: 'good-secret' });
    const wrong = flow(7, { TimeGenerated: '1960-01-01T00:00:00Z' });
    const { delivery, counts, state } = deliver(settings(server.url), [
      ...flows(5),
      wrong,
      flow(6),
    ]);
    await untilIdle(delivery);
    expect(counts()).toMatchObject({ sent: 6, rejected: 1 });
    expect(state.rejected('siem', 9)).toMatchObject([
      { message: 'seg-7', reason: expect.stringContaining('Invalid data format') },
    ]);
  });

  it.each([
    ['a token that is wrong', { token: 'env:BAD' }, 'Invalid token'],
    ['a secret that is not there', { token: 'env:NONE' }, 'env:NONE is not set'],
    ['an index that it may not write', { index: 'secret' }, 'Incorrect index'],
    ['acknowledgement that is off', { acknowledge: true }, 'does not acknowledge'],
  ])('holds everything back for %s', async (_, more, says) => {
    const server = await openHec({ token: 'good-secret' });
    const { delivery, counts } = deliver(settings(server.url, more), flows(3));
    await until(() => delivery.health().state === 'refused');
    expect(delivery.health().failure?.message).toContain(says);
    expect(JSON.stringify(delivery.health())).not.toContain('secret-');
    expect(JSON.stringify(delivery.health())).not.toContain('bad-secret');
    expect(counts()).toMatchObject({ sent: 0, rejected: 0 });
  });
});

describe('Elastic', () => {
  const settings = (url: string, more: object = {}): OutputSettings => ({
    ...common,
    kind: 'elastic',
    url,
    stream: 'logs-weir-default',
    apiKey: 'env:GOOD',
    ...more,
  });
  const open = () =>
    openElastic({
      apiKey: 'good-secret',
      stream: 'logs-weir-default',
      mappings: { 'source.port': 'long', 'source.ip': 'ip', 'weir.Region': 'long' },
    });

  it('has each document once, whatever was sent twice', async () => {
    const server = await open();
    server.troubles.push(
      'late',
      { status: 429, headers: { 'retry-after': '0' }, body: {} },
      'hang',
    );
    server.busyOnce.add('seg-3');
    const { delivery, counts } = deliver(settings(server.url), flows(1200));
    await untilIdle(delivery);
    expect(server.documents.size).toBe(1200);
    expect(counts()).toMatchObject({ sent: 1200, rejected: 0 });
    expect(server.documents.get('seg-3')).toMatchObject({
      source: { ip: '10.0.0.1', port: 3 },
      network: { community_id: expect.stringMatching(/^1:/) },
    });
  });

  it('sets aside what does not fit the mapping, and only that', async () => {
    const server = await open();
    const { delivery, counts, state } = deliver(settings(server.url), [
      flow(1),
      flow(2, { Region: 'somewhere' }),
      flow(3),
    ]);
    await untilIdle(delivery);
    expect([...server.documents.keys()]).toEqual(['seg-1', 'seg-3']);
    expect(counts()).toMatchObject({ sent: 2, rejected: 1 });
    expect(state.rejected('siem', 9)[0]?.reason).toContain('[weir.Region]');
  });

  it.each([
    [{ apiKey: 'env:BAD' }, '401'],
    [{ stream: 'logs-other-default' }, '403'],
  ])('holds everything back for %j', async (more, says) => {
    const server = await open();
    const { delivery } = deliver(settings(server.url, more), flows(1));
    await until(() => delivery.health().state === 'refused');
    expect(delivery.health().failure?.message).toContain(says);
  });
});

describe('Sentinel', () => {
  const rule = 'dcr-0123456789abcdef';
  const stream = 'Custom-WeirFlows_CL';
  const settings = (url: string, more: object = {}): OutputSettings => ({
    ...common,
    kind: 'sentinel',
    url,
    rule,
    stream,
    tenant: 'tenant-1',
    client: 'client-1',
    secret: 'env:GOOD',
    loginUrl: url,
    scope: 'https://monitor.azure.com/.default',
    ...more,
  });
  const open = () =>
    openSentinel({ rule, stream, tenant: 'tenant-1', client: 'client-1', secret: 'good-secret' });

  it('takes rows in calls of at most 1 MB, with one token', async () => {
    const server = await open();
    const wide = Array.from({ length: 600 }, (_, n) => flow(n, { AclRule: 'x'.repeat(5000) }));
    const { delivery, counts } = deliver(settings(server.url), wide);
    await untilIdle(delivery);
    expect(server.rows).toHaveLength(600);
    expect(server.tokens.given).toBe(1);
    expect(counts()).toMatchObject({ sent: 600, rejected: 0 });
    expect(server.rows[599]).toMatchObject({ SrcPort: 599, TimeGenerated: '2026-03-04T05:06:07Z' });
  });

  it('goes on after throttling, a hang and a token that has run out', async () => {
    const server = await open();
    server.troubles.push('hang');
    const first = deliver(settings(server.url), flows(3));
    await untilIdle(first.delivery);
    server.expire();
    server.troubles.push({ status: 429, headers: { 'retry-after': '1' }, body: {} });
    const startedAt = Date.now();
    const second = deliver(settings(server.url), flows(4));
    await untilIdle(second.delivery);
    expect(Date.now() - startedAt).toBeGreaterThan(900);
    expect(server.rows).toHaveLength(7);
  });

  it('asks for a new token when the old one is refused', async () => {
    const server = await open();
    const messages = flows(1);
    const { delivery, failures } = deliver(settings(server.url), messages);
    await untilIdle(delivery);
    server.expire();
    messages.push(flow(2));
    delivery.wake();
    await until(() => server.rows.length === 2);
    expect(server.tokens.given).toBe(2);
    expect(failures).toEqual([]);
  });

  it('sets aside a row with a field of more than 64 KB', async () => {
    const server = await open();
    const { delivery, state } = deliver(settings(server.url), [
      flow(1),
      flow(2, { AclRule: 'é'.repeat(40_000) }),
    ]);
    await untilIdle(delivery);
    expect(server.rows).toHaveLength(1);
    expect(state.rejected('siem', 9)[0]?.reason).toContain('AclRule is longer than 64 KB');
  });

  it.each([
    [{ secret: 'env:BAD' }, 'refused', 'invalid_client'],
    [{ rule: 'dcr-other' }, 'refused', 'not found'],
  ])('holds everything back for %j', async (more, kind, says) => {
    const server = await open();
    const { delivery } = deliver(settings(server.url, more), flows(1));
    await until(() => delivery.health().state === kind);
    expect(delivery.health().failure?.message).toContain(says);
  });
});
