export {
  compact,
  fillRuns,
  findRuns,
  isUniform32,
  isUniform64,
  measure,
  placeCodes,
  placeValues,
} from './columns';
export { findField, forgetFields, learnField } from './fields';
export {
  encodeBits,
  encodeDeltas,
  encodeHybrid,
  encodeIntegers,
  encodeLevels,
} from './pages';
export { readTuples } from './tuples';
