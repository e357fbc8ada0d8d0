export {
  type Cumulated,
  cumulate,
  type Divergence,
  divergence,
  driftStart,
  ofOneLevel,
} from './drift.ts';
export { type Expectation, expectAt, LEARNING, type Point, type Season } from './expect.ts';
export { type Judgement, judge, judgeSeries, type Metric, type Unusual } from './judge.ts';
export { keyOf, MEASURES, type Measure } from './measures.ts';
export { type Robust, robust } from './robust.ts';
