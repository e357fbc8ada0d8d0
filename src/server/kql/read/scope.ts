import {
  type BoundColumn,
  type Expr,
  type Graph,
  type Operator,
  type Pipe,
  refuse,
  type Source,
  type Span,
} from '#core/kql/index.ts';
import { KQL_TYPES, type KqlType } from '#core/schema/index.ts';
import type { Catalog, CatalogColumn, SyntaxNode } from '../kusto.ts';

/** What a name of the query stands for. */
export type Binding =
  | { readonly kind: 'expr'; readonly expr: Expr }
  | { readonly kind: 'table'; readonly source: Source }
  | { readonly kind: 'function'; readonly scope: Scope }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  | { readonly kind: 'graph'; readonly graph: Graph }
  /** A node or an edge of the pattern of a match. */
  | { readonly kind: 'element' }
  /** Another name of the database that is asked. */
  | { readonly kind: 'database' };

/** A declared pattern: its cases, and the names they see. */
export interface Pattern {
  readonly matches: readonly SyntaxNode[];
  readonly scope: Scope;
}

/** What a client gives for a name of `declare query_parameters`: the value, or the text of a KQL literal. */
export type ParameterValue = string | number | boolean;

/** Names in sight, innermost first. Scopes are never changed once a child refers to them, only extended. */
export interface Scope {
  readonly parent: Scope | null;
  readonly names: Map<string, Binding>;
  /** What names may be used from here on, where a statement says so. */
  restriction?: Restriction;
}

/** See `restrict.ts`. */
export interface Restriction {
  /** What the query had declared by then, and what of that may be used. */
  readonly earlier: ReadonlySet<string>;
  readonly declared: ReadonlySet<string>;
  /** Whether a name of the catalog may be used. */
  readonly stored: (name: string) => boolean;
}

export function childOf(parent: Scope | null): Scope {
  return { parent, names: new Map() };
}

export function lookUp(scope: Scope | null, name: string): Binding | undefined {
  for (let at = scope; at; at = at.parent) {
    const found = at.names.get(name);
    if (found) return found;
  }
  return undefined;
}

/** The readers that call each other, handed down so that no module imports in a circle. */
export interface Readers {
  readonly expr: (node: SyntaxNode, scope: Scope, reading: Reading) => Expr;
  readonly pipe: (node: SyntaxNode, scope: Scope, reading: Reading) => Pipe;
  readonly operator: (node: SyntaxNode, scope: Scope, reading: Reading) => readonly Operator[];
  readonly statements: (statements: readonly SyntaxNode[], scope: Scope, reading: Reading) => void;
  /** The graph that a pipeline gives; null where it gives a table. */
  readonly graph: (node: SyntaxNode, scope: Scope, reading: Reading) => Graph | null;
  /** The value of a call of a user function; null when it is a built-in one. */
  readonly calledExpression: (node: SyntaxNode, scope: Scope, reading: Reading) => Expr | null;
}

/** The expression that a setting is given; undefined where it is not set, or stands alone. */
export function settingValue(name: string, { settings }: Reading): SyntaxNode | undefined {
  return settings.get(name)?.get('ValueClause')?.get('Expression') ?? undefined;
}

/** One of the tables of an operator that gives several, counted from 0. */
export interface Chosen {
  readonly operator: SyntaxNode;
  readonly index: number;
}

/** What one reading of one query accumulates. */
export interface Reading {
  readonly readers: Readers;
  readonly catalog: Catalog;
  readonly lets: { id: string; name: string; pipe: Pipe }[];
  /** Views that the query declares: `union *` and `search` go over them too. */
  readonly views: { name: string; pipe: Pipe }[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The `set` statements, by name in lower case; the last of a name counts. */
  readonly settings: Map<string, SyntaxNode>;
  /** The table to read of the operator that gives several. */
  readonly chosen: Chosen | null;
  /** How many expressions were read, for `spend`. */
  size: number;
  /** How many user functions deep the reader is. */
  depth: number;
  /** Set while reading an inlined body: positions there are of the call, since the body's text is another one. */
  callSite: Span | null;
}

/** Which of an operator's tables is asked for. Refuses where the operator is not the last of a result. */
export function chosenOf(operator: SyntaxNode, name: string, reading: Reading): number {
  if (reading.chosen?.operator !== operator)
    refuse(
      name,
      spanOf(operator, reading),
      'gives several tables: it may only stand last in a query',
    );
  return reading.chosen.index;
}

export const MAX_CALL_DEPTH = 32;

export function spanOf(node: SyntaxNode, reading: Reading): Span {
  return reading.callSite ?? { start: node.start, length: node.length };
}

/** The service walks all earlier siblings to say where a node stands, so long lists share the position of the whole. */
const LONG_LIST = 64;

/** Reads the elements of a list. */
export function readEach<T>(
  nodes: readonly SyntaxNode[],
  reading: Reading,
  read: (node: SyntaxNode) => T,
): T[] {
  const [first, last, outer] = [nodes[0], nodes.at(-1), reading.callSite];
  if (nodes.length <= LONG_LIST || !first || !last || outer) return nodes.map(read);
  const start = first.start;
  reading.callSite = { start, length: last.start + last.length - start };
  try {
    return nodes.map(read);
  } finally {
    reading.callSite = outer;
  }
}

const ALIASES: Readonly<Record<string, KqlType>> = {
  double: 'real',
  float: 'real',
  boolean: 'bool',
  date: 'datetime',
  time: 'timespan',
  uniqueid: 'guid',
  uuid: 'guid',
  uint: 'int',
  ulong: 'long',
};

function isKqlType(name: string): name is KqlType {
  return (KQL_TYPES as readonly string[]).includes(name);
}

/** Kusto's name of a type as ours; what it does not know (`unknown`, `any`) is null. */
export function knownType(name: string): KqlType | null {
  return isKqlType(name) ? name : (ALIASES[name] ?? null);
}

/** The same, where a column needs a type: unknown ones are dynamic. */
export function columnType(name: string): KqlType {
  return knownType(name) ?? 'dynamic';
}

export function boundColumns(columns: readonly CatalogColumn[]): BoundColumn[] {
  return columns.map((c) => ({ name: c.name, type: columnType(c.type) }));
}

/** The columns that an operator gives. */
export function resultColumns(node: SyntaxNode): BoundColumn[] {
  return boundColumns(node.type?.columns ?? []);
}

/** Turns one operator into ours: some become several, some none. */
export type Reader = (node: SyntaxNode, scope: Scope, reading: Reading) => readonly Operator[];
