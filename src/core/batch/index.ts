export { BATCH_ROWS, BoolColumn, NumberColumn, TableBuilder, TextColumn } from './table-builder.ts';
export { type Batch, emptyValue, isText, valueAt, type Vector } from './vector.ts';
