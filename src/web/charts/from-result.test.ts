import { expect, test } from 'vitest';
import type { ResultColumn } from '#core/contract/index.ts';
import { drawResult } from './from-result.ts';
import { toTable } from './spec.ts';

const column = (
  name: string,
  type: ResultColumn['type'],
  unit: ResultColumn['unit'] = 'none',
): ResultColumn => ({ name, type, unit });
const TIME = column('TimeGenerated', 'datetime');
const STATUS = column('FlowStatus', 'string');
const FLOWS = column('Flows', 'long', 'flows');

test('a time chart has one series per group, in order of size, with the colours that mean something', () => {
  const drawn = drawResult(
    {
      columns: [STATUS, TIME, FLOWS],
      rows: [
        ['Denied', '2026-03-03T11:00:00Z', 2],
        ['Allowed', '2026-03-03T10:00:00Z', 7],
        ['Allowed', '2026-03-03T11:00:00Z', 8],
      ],
    },
    'timechart',
  );
  const at = (hour: number) => Date.UTC(2026, 2, 3, hour);
  expect(drawn).toEqual({
    spec: {
      kind: 'time',
      x: [at(10), at(11)],
      series: [
        { name: 'Allowed', tone: 'allow', values: [7, 8] },
        { name: 'Denied', tone: 'deny', values: [null, 2] },
      ],
      shape: 'line',
      isStacked: false,
      unit: 'flows',
      frame: {},
    },
  });
  expect('spec' in drawn && toTable(drawn.spec).rows).toEqual([
    [at(10), 7, null],
    [at(11), 8, 2],
  ]);
});

test('columns keep the order of the rows, bars lie on their side', () => {
  const result = {
    columns: [STATUS, FLOWS],
    rows: [
      ['b', 1],
      ['a', '9007199254740993'],
      ['', 3],
    ],
  };
  const columns = drawResult(result, 'columnchart');
  expect(columns).toMatchObject({
    spec: { kind: 'category', x: ['b', 'a', '(empty)'], isSideways: false, shape: 'bar' },
  });
  expect(columns).toMatchObject({
    spec: { series: [{ name: 'Flows', values: [1, 9007199254740992, 3] }] },
  });
  expect(drawResult(result, 'barchart')).toMatchObject({ spec: { isSideways: true } });
});

test('a pie keeps its largest slices and adds up the rest', () => {
  const rows = Array.from({ length: 20 }, (_, i) => [`s${i}`, i + 1]);
  const drawn = drawResult({ columns: [STATUS, FLOWS], rows }, 'piechart');
  const slices = 'spec' in drawn && drawn.spec.kind === 'pie' ? drawn.spec.slices : [];
  expect(slices).toHaveLength(12);
  expect(slices[0]).toEqual({ name: 's19', value: 20 });
  expect(slices.at(-1)?.name).toBe('all others');
  expect(slices.reduce((sum, slice) => sum + slice.value, 0)).toBe(210);
});

test('numbers against numbers are points', () => {
  const drawn = drawResult(
    {
      columns: [column('Packets', 'long', 'packets'), column('Bytes', 'long', 'bytes'), STATUS],
      rows: [
        [1, 60, 'x'],
        [2, null, 'x'],
        [3, 90, 'y'],
      ],
    },
    'scatterchart',
  );
  expect(drawn).toMatchObject({
    spec: {
      kind: 'numbers',
      xName: 'Packets',
      yName: 'Bytes',
      unit: 'bytes',
      points: [
        { name: 'x', at: [[1, 60]] },
        { name: 'y', at: [[3, 90]] },
      ],
    },
  });
});

test('timespans are drawn in milliseconds', () => {
  const drawn = drawResult(
    {
      columns: [STATUS, column('Took', 'timespan')],
      rows: [
        ['a', '1.00:00:00.5'],
        ['b', '-00:00:01'],
      ],
    },
    'columnchart',
  );
  expect(drawn).toMatchObject({
    spec: { unit: 'milliseconds', series: [{ values: [86_400_500, -1000] }] },
  });
});

test.each([
  ['no rows', { columns: [TIME, FLOWS], rows: [] }, 'timechart', /no rows/],
  [
    'no numbers',
    { columns: [TIME, STATUS], rows: [['2026-03-03T10:00:00Z', 'a']] },
    'timechart',
    /column of numbers/,
  ],
  ['no time', { columns: [STATUS, FLOWS], rows: [['a', 1]] }, 'timechart', /datetime/],
  [
    'a chart that is not drawn',
    { columns: [STATUS, FLOWS], rows: [['a', 1]] },
    'treemap',
    /treemap/,
  ],
])('%s is said in a sentence', (_, result, kind, reason) => {
  expect(drawResult(result, kind)).toEqual({ reason: expect.stringMatching(reason) });
});

const at = (minute: number) => new Date(Date.UTC(2026, 2, 3, 10, minute)).toISOString();
const shares = {
  columns: [TIME, STATUS, FLOWS, column('Bytes', 'long', 'bytes')],
  rows: [
    [at(0), 'Allowed', 3, 10],
    [at(0), 'Denied', 1, 20],
    [at(1), 'Allowed', 4, 30],
  ],
};

test('render chooses the columns, adds up and stacks', () => {
  expect(
    drawResult(shares, 'timechart', {
      ycolumns: 'Flows',
      series: 'FlowStatus',
      accumulate: 'true',
    }),
  ).toMatchObject({
    spec: {
      series: [
        { name: 'Allowed', values: [3, 7] },
        { name: 'Denied', values: [1, 1] },
      ],
    },
  });
  expect(
    drawResult(shares, 'columnchart', { ycolumns: 'Flows', kind: 'stacked100', ymax: '1' }),
  ).toMatchObject({
    spec: {
      kind: 'time',
      isStacked: true,
      unit: 'ratio',
      frame: { yMax: 1 },
      series: [
        { name: 'Allowed', values: [0.75, 1] },
        { name: 'Denied', values: [0.25, null] },
      ],
    },
  });
});

test.each([
  ['areachart', {}, false],
  ['areachart', { kind: 'stacked' }, true],
  ['stackedareachart', {}, true],
  ['columnchart', {}, false],
  ['barchart', { kind: 'stacked' }, true],
])('%s with %j is stacked: %j', (kind, properties, isStacked) => {
  expect(drawResult(shares, kind, properties)).toMatchObject({ spec: { isStacked } });
});

test('a column that the query does not return is named', () => {
  expect(drawResult(shares, 'timechart', { ycolumns: 'Flow' })).toEqual({
    reason: expect.stringContaining('the column Flow,'),
  });
});

test('lines over numbers keep their distances', () => {
  const result = {
    columns: [column('Port', 'long'), FLOWS],
    rows: [
      [443, 2],
      [22, 1],
    ],
  };
  expect(drawResult(result, 'linechart', { xtitle: 'port' })).toMatchObject({
    spec: {
      kind: 'numbers',
      isLine: true,
      points: [
        {
          name: 'Flows',
          at: [
            [22, 1],
            [443, 2],
          ],
        },
      ],
      frame: { xTitle: 'port' },
    },
  });
  expect(drawResult(result, 'columnchart')).toMatchObject({
    spec: { kind: 'category', x: ['443', '22'] },
  });
});
