export { Chart } from './chart.tsx';
export { ChartTable } from './chart-table.tsx';
export { type Drawn, drawResult } from './from-result.ts';
export type { Mark } from './options.ts';
export { readRender } from './render-properties.ts';
export { type ChartSpec, type Series, type Shape, toneOf, toTable } from './spec.ts';
