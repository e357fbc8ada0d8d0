import type { Printer, PrinterGroup } from '../value.ts';
import { convertPrinters } from './convert.ts';
import { dynamicPrinters } from './dynamic.ts';
import { matchPrinters } from './match.ts';
import { mathPrinters } from './math.ts';
import { networkPrinters } from './network.ts';
import { operatorPrinters } from './operators.ts';
import { patternPrinters } from './patterns.ts';
import { textPrinters } from './text.ts';
import { timePrinters } from './time.ts';

const GROUPS: readonly PrinterGroup[] = [
  operatorPrinters,
  matchPrinters,
  convertPrinters,
  textPrinters,
  timePrinters,
  mathPrinters,
  dynamicPrinters,
  patternPrinters,
  networkPrinters,
];

/** What ClickHouse computes itself; every other function in JavaScript goes through a host stage. */
export const PRINTERS: ReadonlyMap<string, Printer> = new Map(
  GROUPS.flatMap((group) => Object.entries(group)),
);
