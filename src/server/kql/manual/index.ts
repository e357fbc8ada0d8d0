import { AGGREGATES } from './aggregates.ts';
import { FUNCTIONS } from './functions.ts';
import { GRAPH } from './graph.ts';
import { OPERATORS } from './operators.ts';
import { PLACES } from './places.ts';

/** What the words of KQL do, in a sentence or two each, for hover and completion. */
export const MANUAL: ReadonlyMap<string, string> = new Map(
  [OPERATORS, GRAPH, FUNCTIONS, AGGREGATES, PLACES].flatMap((part) => Object.entries(part)),
);
