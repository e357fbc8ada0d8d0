import type { Column, KqlType } from '../column.ts';

type Row = readonly [name: string, type: KqlType, meaning: string, more?: Partial<Column>];

/** The columns that every Log Analytics table has beside TimeGenerated. */
export const STANDARD_COLUMNS: readonly Row[] = [
  ['TenantId', 'string', 'Workspace; not filled by Weir.'],
  ['SourceSystem', 'string', 'The format that the records were read from.'],
  ['Type', 'string', 'Name of the table.'],
  ['_IsBillable', 'string', 'false: Weir bills nothing.'],
  ['_BilledSize', 'real', 'Bytes billed: 0.', { unit: 'bytes' }],
];

/** A Src and a Dest column of one meaning; {end} becomes initiator and responder. */
export function pair(name: string, meaning: string, type: KqlType = 'string'): readonly Row[] {
  return [
    [`Src${name}`, type, meaning.replace('{end}', 'initiator')],
    [`Dest${name}`, type, meaning.replace('{end}', 'responder')],
  ];
}
