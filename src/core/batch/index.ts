export { type DayBatch, splitByDay } from './split.ts';
export {
  BATCH_ROWS,
  BoolColumn,
  type BuilderOptions,
  NumberColumn,
  TableBuilder,
  TextColumn,
} from './table-builder.ts';
export { type Batch, emptyValue, isText, type Vector, valueAt } from './vector.ts';
