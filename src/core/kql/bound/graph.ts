import type { BoundColumn, Expr, Item, Pipe, Span } from './expr.ts';

/** What `make-graph` makes of rows, with what the operators behind it make of that. Positions are of the operators. */
export interface Graph {
  /** Tells the graphs of a query apart. */
  readonly id: string;
  readonly edges: Pipe;
  readonly source: Expr;
  readonly target: Expr;
  readonly nodes: readonly { readonly pipe: Pipe; readonly key: Expr; readonly at: Span }[];
  /** The property of nodes that holds their id, where no table tells of them. */
  readonly nodeId?: string;
  /** A graph for each value of this column, of the edges and of every table of nodes. */
  readonly partition?: Expr;
  readonly steps: readonly GraphStep[];
  readonly at: Span;
}

export type GraphStep = { readonly at: Span } & (
  | { readonly kind: 'where-nodes' | 'where-edges'; readonly condition: Expr }
  | { readonly kind: 'mark-components'; readonly isStrong: boolean; readonly name: string }
);

/** What is asked of a graph: a table comes of it. */
export type GraphQuery =
  | { readonly kind: 'nodes'; readonly idName?: string }
  | { readonly kind: 'edges'; readonly sourceName?: string; readonly targetName?: string }
  | GraphMatch;

/**
 * `graph-match` and `graph-shortest-paths`. A property of an element is a column named `$element.property`, the element
 * itself `$element`; inside all(), any() and map(), properties are plain columns.
 */
export interface GraphMatch {
  readonly kind: 'match';
  /** What a match may not do twice: pass an edge, pass a node, or nothing. */
  readonly cycles: 'unique_edges' | 'none' | 'all';
  /** Of the paths between two nodes, only the shortest: one, or all of that length. */
  readonly shortest?: 'any' | 'all';
  readonly sequences: readonly GraphSequence[];
  readonly condition?: Expr;
  readonly items: readonly Item[];
  readonly columns: readonly BoundColumn[];
}

/** Nodes with an edge between each two; `nodes` has one more than `edges`. */
export interface GraphSequence {
  /** Names of elements; those without one get a name that no query can write. */
  readonly nodes: readonly string[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphEdge {
  readonly name: string;
  readonly direction: 'forward' | 'backward' | 'any';
  /** How many edges it stands for, where that is not one. */
  readonly range?: { readonly least: number; readonly most: number };
  readonly at: Span;
}
