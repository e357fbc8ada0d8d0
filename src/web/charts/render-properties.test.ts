import { expect, test } from 'vitest';
import { readRender } from './render-properties.ts';

test('properties come as texts, in any case', () => {
  expect(
    readRender({
      kind: 'Stacked100',
      xcolumn: 'At',
      yColumns: 'a, ["b c"]',
      series: "SrcIp,['DestIp']",
      title: ' Bytes ',
      xtitle: 'when',
      ytitle: 'how much',
      ymin: '0',
      ymax: 'real(1.5)',
      yaxis: 'log',
      legend: 'hidden',
      accumulate: 'True',
    }),
  ).toEqual({
    kind: 'stacked100',
    x: 'At',
    y: ['a', 'b c'],
    series: ['SrcIp', 'DestIp'],
    title: 'Bytes',
    isAccumulated: true,
    frame: {
      xTitle: 'when',
      yTitle: 'how much',
      yMin: 0,
      yMax: 1.5,
      isLog: true,
      hasLegend: false,
    },
  });
});

test('nothing asked for, or nonsense, asks for nothing', () => {
  const nothing = {
    kind: 'default',
    x: undefined,
    y: [],
    series: [],
    title: undefined,
    isAccumulated: false,
    frame: {},
  };
  expect(readRender({})).toEqual(nothing);
  expect(readRender({ ymin: 'low', ymax: '', kind: 'odd', legend: 'visible' })).toEqual(nothing);
});
