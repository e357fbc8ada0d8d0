import type { Printer } from './answer.ts';
import { csv } from './csv.ts';
import { json, ndjson } from './json.ts';

export type { Answer, Printer } from './answer.ts';
export { printTable } from './table.ts';

/** Every text form of an answer. */
export const PRINTERS: readonly Printer[] = [csv, json, ndjson];

export const printersByName: ReadonlyMap<string, Printer> = new Map(
  PRINTERS.map((p) => [p.name, p]),
);
