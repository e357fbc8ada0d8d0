import { expect, it, onTestFinished } from 'vitest';
import type { Finding } from '#core/alert/index.ts';
import { readRules, type Window } from '#core/rules/index.ts';
import { createQueryService, type QueryRequest } from '#server/query/index.ts';
import {
  DAY_0,
  type FlowRow,
  flowSegment,
  HOUR,
  openFlowStore,
} from '#server/query/testdata/flow-store.ts';
import { runHistory } from './index.ts';
import { runRule } from './run.ts';
import { timingOf, windowsBetween } from './windows.ts';

const ruleOf = (query: string, more = '') => {
  const { rules } = readRules([
    {
      file: 'r.yaml',
      text: `id: r\nname: r\nqueryFrequency: 15m\nqueryPeriod: 1h\n${more}query: |\n  ${query.replaceAll('\n', '\n  ')}\n`,
    },
  ]);
  return rules[0]!;
};

/** Hours apart, as hourly tables have them, and one between. */
const ROWS: readonly FlowRow[] = [2, 3, 3.6, 6].map((hour, i) => ({
  TimeGenerated: DAY_0 + hour * HOUR,
  SrcIp: `10.0.0.${i}`,
  DestPort: i === 1 ? 22 : 23,
  Source: 'azure-vnet',
}));

const STRETCH = { from: DAY_0, to: DAY_0 + 7 * HOUR };

/** What depends on what, the query, and how often it may be asked at most; there are 28 windows. */
const CASES: readonly (readonly [says: string, query: string, most: number, more?: string])[] = [
  ['groups', 'Flows | where DestPort == 23 | summarize n = count() by SrcIp', 12],
  [
    'the moment',
    'Flows | where TimeGenerated > ago(20m) and DestPort == 23 | summarize n = count() by SrcIp',
    16,
  ],
  [
    'other rows',
    'Flows | join kind=inner (Flows | where DestPort == 22 | distinct SrcIp) on SrcIp',
    20,
  ],
  ['none', 'Flows | summarize n = count() | where n == 0', 28],
  ['absence', 'Flows | where DestPort == 22', 28, 'triggerOperator: lt\ntriggerThreshold: 1\n'],
];

it('finds over history what each run would, and asks less', async () => {
  const store = await openFlowStore();
  await store.commit({ segments: [flowSegment(ROWS)] });
  const service = createQueryService({
    store,
    clock: () => DAY_0 + 30 * HOUR,
    limits: { workers: 2, threads: 1, memoryBytes: 2 ** 28 },
  });
  onTestFinished(() => service.stop());
  for (const [says, query, most, more] of CASES) {
    const rule = ruleOf(query, more);
    const expected: [Window, readonly Finding[]][] = [];
    for (const window of windowsBetween(timingOf(rule)!, STRETCH.from, STRETCH.to))
      expected.push([window, (await runRule(service, rule, { window })).findings]);
    let asked = 0;
    const counting = {
      query(request: QueryRequest) {
        asked++;
        return service.query(request);
      },
      explain: service.explain,
    };
    const told: [Window, readonly Finding[]][] = [];
    for await (const { window, findings } of runHistory(counting, rule, STRETCH))
      told.push([window, findings]);
    expect(told, says).toEqual(expected);
    expect(expected.filter(([, findings]) => findings.length > 0).length, says).toBeGreaterThan(0);
    expect(asked, says).toBeLessThanOrEqual(most);
  }
}, 60_000);
