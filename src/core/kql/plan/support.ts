import { AGGREGATES } from '../functions/aggregates.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { PLUGIN_NAMES } from './operators/evaluate.ts';
import { WINDOW_FUNCTIONS } from './place-window.ts';
import { IF_AGGREGATES, RENAMED } from './spellings.ts';

/** Functions that are answered while a query is read or planned, so that no engine computes them; databases: the own one. */
const WHILE_PLANNING: ReadonlySet<string> = new Set([
  'ago',
  'bag_pack_columns',
  'bin_auto',
  'cluster',
  'column_ifexists',
  'column_names_of',
  'database',
  'ingestion_time',
  'iscolumnexists',
  'now',
  'pack_all',
  'table',
]);

/** Functions of the elements of graphs, which `graph-match` and its kin understand. */
const OF_GRAPHS: ReadonlySet<string> = new Set([
  'all',
  'any',
  'current_node_id',
  'inner_nodes',
  'labels',
  'map',
  'node_degree_in',
  'node_degree_out',
  'node_id',
]);

/** Plug-ins that are read as operators. */
const WHILE_READING: ReadonlySet<string> = new Set(['preview']);

export type Kind = 'function' | 'aggregate' | 'plugin';

/** Whether Weir runs what the language calls by this name. */
export function runs(kind: Kind, name: string): boolean {
  if (kind === 'plugin') return PLUGIN_NAMES.includes(name) || WHILE_READING.has(name);
  const own = RENAMED[name] ?? name;
  if (kind === 'aggregate') return AGGREGATES.has(IF_AGGREGATES[own] ?? own);
  if (OF_GRAPHS.has(name)) return true;
  return FUNCTIONS.has(own) || WINDOW_FUNCTIONS.has(own) || WHILE_PLANNING.has(own);
}
