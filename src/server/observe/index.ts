export { selectList, wholeList } from './columns.ts';
export { countHours, type HourCounts } from './count.ts';
export { createRelation, type RelationColumns } from './json-relation.ts';
export { withEnoughMemory } from './memory.ts';
export {
  CHECK_HASHES,
  MICROS_PER_HOUR,
  type Observation,
  observeStatements,
  orient,
  orientNothing,
} from './observe.ts';
export { CHOOSE, SIGHT } from './primary.ts';
export { fileList, hourOf, inHours, literal, segments } from './text.ts';
export { type WrittenTable, writeTable } from './write-table.ts';
