import { defineColumns, defineTable } from '../column.ts';

/** What `weir canary` sends through its own pipeline: apart from all traffic, so that no statistics count it. */
export const canaryEvents = defineTable({
  name: 'CanaryEvents',
  kind: 'stored',
  row: 'One marked event that Weir sent itself to see whether it arrives.',
  origin: 'Weir',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'When it was sent.'],
    ['Marker', 'string', 'What tells this run from others.'],
    ['Number', 'int', 'Its place in the run, from 1.'],
    ['Source', 'string', 'The format that the record was read from.'],
    ['SourceObject', 'string', 'The object that the record was read from.'],
    ['SourceOffset', 'long', 'Byte offset, in the uncompressed object, of the line that holds it.'],
    ['IngestionTime', 'datetime', 'When Weir stored it; what ingestion_time() returns.'],
  ]),
});
