import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DAY, findingOf } from '#core/alert/testing/finding.ts';
import { type AlertsOptions, createAlerts } from '#server/alert/index.ts';
import { openStore } from '#server/store/index.ts';
import { alertsReadByAll, OutputState } from '../state.ts';
import { createAlertFeed } from './alert-feed.ts';

const never = new AbortController().signal;

it('what an output has not read is kept for months; what is gone then is counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-alert-feed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let now = DAY;
  const clock = () => now;
  const store = await openStore({ folder, clock });
  onTestFinished(() => store.close());
  const options: AlertsOptions = { store, clock, unread: () => alertsReadByAll(store.state) };
  const first = createAlerts(options);
  const state = new OutputState(store.state);
  const deps = {
    name: 'siem',
    kind: 'alert',
    minSeverity: 'informational',
    takesCanaries: true,
    links: { alert: () => undefined, incident: () => undefined },
    state,
  } as const;
  expect(options.unread?.()).toBeUndefined();
  state.open('siem', JSON.stringify('alerts'));
  createAlertFeed({ ...deps, log: first });
  expect(options.unread?.()).toBe(0);
  for (const by of ['10.0.0.1', '10.0.0.2', '10.0.0.3'])
    await first.take([findingOf({ by, to: '203.0.113.9', severity: 'high' })]);
  await first.settle();
  const all = first.log(0, 100).length;
  expect(all).toBeGreaterThan(2);
  await first.stop();

  now += 40 * 24 * 3_600_000_000;
  const second = createAlerts(options);
  onTestFinished(() => second.stop());
  expect(second.log(0, 100)).toHaveLength(all);
  expect(await createAlertFeed({ ...deps, log: second }).read(100, never)).toMatchObject({
    lost: 0,
    messages: { length: 3 },
  });

  now += 60 * 24 * 3_600_000_000;
  const third = createAlerts(options);
  onTestFinished(() => third.stop());
  const batch = await createAlertFeed({ ...deps, log: third }).read(100, never);
  expect(batch?.lost).toBe(all - 1);
  batch?.settle();
  expect(options.unread?.()).toBe(all);
});
