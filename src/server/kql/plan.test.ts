import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, NOW, openBench } from './fixture.ts';

const HOUR = 3_600_000_000;
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const ranges = (query: string) => bench.plan(query).scans.map((s) => s.ranges);
const columns = (query: string) => bench.plan(query).scans.map((s) => s.columns.map((c) => c.name));

describe('time ranges pushed down to scans', () => {
  it.each([
    ['Events | where TimeGenerated > ago(1h)', [{ column: 'TimeGenerated', from: NOW - HOUR }]],
    [
      'Events | where TimeGenerated between (ago(2h) .. 1h)',
      [{ column: 'TimeGenerated', from: NOW - 2 * HOUR, to: NOW - HOUR }],
    ],
    [
      'Events | where TimeGenerated >= ago(3h) and Bytes > 1 | where now() > TimeGenerated',
      [{ column: 'TimeGenerated', from: NOW - 3 * HOUR, to: NOW }],
    ],
    [
      'Events | extend At = TimeGenerated | where At > ago(1h)',
      [{ column: 'TimeGenerated', from: NOW - HOUR }],
    ],
    [
      'Events | where TimeGenerated > ago(5h) or TimeGenerated > ago(1h)',
      [{ column: 'TimeGenerated', from: NOW - 5 * HOUR }],
    ],
    ['RecentEvents(ago(1h))', [{ column: 'TimeGenerated', from: NOW - HOUR }]],
    ['RecentEvents(least=5)', []],
    ['Events | where TimeGenerated > ago(1h) or Bytes > 1', []],
    ['Events | where not(TimeGenerated > ago(1h))', []],
    ['Events | take 5 | where TimeGenerated > ago(1h)', []],
    ['Events | extend TimeGenerated = TimeGenerated + 1d | where TimeGenerated > ago(1h)', []],
  ])('%s', (query, expected) => {
    expect(ranges(query)).toEqual([expected]);
  });

  it('does not narrow the optional side of an outer join', () => {
    const found = ranges(
      'Events | join kind=leftouter (Events | project Host, At = TimeGenerated) on Host | where At > ago(1h) and TimeGenerated > ago(2h)',
    );
    expect(found).toEqual([[{ column: 'TimeGenerated', from: NOW - 2 * HOUR }], []]);
  });

  it('still evaluates the exact condition', async () => {
    expect(
      await bench.rows('Events | where TimeGenerated > datetime(2026-03-04 11:00) | count'),
    ).toEqual([[1]]);
  });
});

describe('columns pushed down to scans', () => {
  it.each([
    ['Events | project Host', [['Host']]],
    ['Events | where Bytes > 1 | summarize count() by Host', [['Host', 'Bytes']]],
    ['Events | extend x = Extra.a | project-away TimeGenerated, Extra, Bytes, x', [['Host']]],
    ['Events | count', [['TimeGenerated']]],
    ['Open_CL | where Zone_s == "a" | project Zone_s', [['Zone_s']]],
  ])('%s', (query, expected) => {
    expect(columns(query)).toEqual(expected);
  });
});

describe('plans are plain data', () => {
  it.each([
    'let t = Events | where Bytes > 1; t | join kind=inner t on Host | sort by Bytes | render timechart',
    'Events | evaluate bag_unpack(Extra) | where a > 1',
  ])('%s', (query) => {
    const plan = bench.plan(query);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('carries what to draw', () => {
    const { render } = bench.plan(
      'Events | summarize count() by bin(TimeGenerated, 1h) | render columnchart with (title="x")',
    );
    expect(render).toEqual({ chart: 'columnchart', properties: { title: 'x' } });
    expect(bench.plan('Events | render areachart kind=stacked title="x"').render).toEqual({
      chart: 'areachart',
      properties: { kind: 'stacked', title: 'x' },
    });
  });

  it('runs what comes before late columns first, and the rest when they are known', () => {
    const kinds = bench
      .plan('Events | evaluate bag_unpack(Extra) | where a > 1')
      .stages.map((s) => s.kind);
    expect(kinds).toEqual(['sql', 'host', 'rest']);
  });

  it('numbers rows once where two places go by the numbers', async () => {
    const [sql] = await bench.sql('Events | mv-apply e = Extra on (summarize n = count())');
    expect(sql?.match(/MATERIALIZED/g)).toHaveLength(1);
    expect(sql?.match(/VALUES/g)).toHaveLength(1);
  });

  it('reads a shared let once', async () => {
    const [sql] = await bench.sql('let t = Events | summarize n = count() by Host; union t, t');
    expect(sql?.match(/VALUES/g)).toHaveLength(1);
  });
});
