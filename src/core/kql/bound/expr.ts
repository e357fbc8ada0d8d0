import type { KqlType } from '../../schema/index.ts';
import type { Graph, GraphQuery } from './graph.ts';

/** Where a construct stands in the query text: UTF-16 offset and length. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** A column of a relation. */
export interface BoundColumn {
  readonly name: string;
  readonly type: KqlType;
}

/**
 * A literal's value, ready for JSON: long, int, datetime and timespan as decimal text (datetime and timespan in 100 ns,
 * datetime counted from 0001-01-01), real as a number or 'inf', '-inf', 'nan', dynamic as JSON text; null is KQL's null.
 */
export type LiteralValue = string | number | boolean | null;

export interface LiteralExpr {
  readonly kind: 'literal';
  readonly type: KqlType;
  readonly value: LiteralValue;
  readonly at: Span;
}

export interface ColumnExpr {
  readonly kind: 'column';
  readonly name: string;
  readonly type: KqlType;
  /** Which input of a join the column belongs to, where the query says so. */
  readonly side?: 'left' | 'right';
  readonly at: Span;
}

/** A function, an operator (by its KQL spelling), or an aggregate. Variables and user functions are already inlined. */
export interface CallExpr {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expr[];
  /** 'unknown' where the binder cannot say (columns of open tables). */
  readonly type: KqlType | 'unknown';
  /** For functions that give several columns: their names and types. */
  readonly outputs?: readonly BoundColumn[];
  readonly at: Span;
}

/** All columns, as in `count(*)` or `arg_max(x, *)`. */
export interface StarExpr {
  readonly kind: 'star';
  readonly at: Span;
}

/** The first value, or all values, of a query's first column. */
export interface QueryExpr {
  readonly kind: 'query';
  readonly use: 'scalar' | 'list';
  readonly query: Pipe;
  readonly type: KqlType;
  readonly at: Span;
}

export type Expr = LiteralExpr | ColumnExpr | CallExpr | StarExpr | QueryExpr;

/** An expression that becomes one or several columns. */
export interface Item {
  /** Names the query gives; empty when it gives none. */
  readonly names: readonly string[];
  /** The name the language gives when the query gives none; '' when it has no rule for it. */
  readonly autoName: string;
  readonly expr: Expr;
}

export interface SortKey {
  readonly expr: Expr;
  readonly isDescending: boolean;
  readonly nulls: 'first' | 'last';
}

/** A column name or a pattern with `*`. */
export interface NamePattern {
  readonly pattern: string;
  /** project-reorder only. */
  readonly order?: 'asc' | 'desc' | 'granny-asc' | 'granny-desc';
}

/** A source followed by operators. */
export interface Pipe {
  readonly source: Source;
  readonly operators: readonly Operator[];
  readonly at: Span;
}

export type JoinKind =
  | 'inner'
  | 'innerunique'
  | 'leftouter'
  | 'rightouter'
  | 'fullouter'
  | 'leftanti'
  | 'rightanti'
  | 'leftsemi'
  | 'rightsemi';

export type Source =
  | {
      readonly kind: 'table';
      readonly name: string;
      readonly columns: readonly BoundColumn[];
      readonly isOpen: boolean;
      readonly at: Span;
    }
  | { readonly kind: 'let'; readonly id: string; readonly at: Span }
  | {
      readonly kind: 'datatable';
      readonly columns: readonly BoundColumn[];
      readonly values: readonly Expr[];
      readonly at: Span;
    }
  | {
      readonly kind: 'print';
      readonly items: readonly Item[];
      readonly names: readonly string[];
      readonly at: Span;
    }
  | {
      readonly kind: 'range';
      readonly name: string;
      readonly type: KqlType;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: Expr;
      readonly at: Span;
    }
  | {
      readonly kind: 'union';
      readonly inputs: readonly UnionInput[];
      readonly mode: 'inner' | 'outer';
      readonly withSource?: string;
      readonly at: Span;
    }
  | { readonly kind: 'empty'; readonly at: Span }
  | { readonly kind: 'graph'; readonly graph: Graph; readonly find: GraphQuery; readonly at: Span }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly at: Span };

export interface UnionInput {
  /** What `withsource` shows. */
  readonly name: string;
  readonly pipe: Pipe;
}

/** One part of a `parse` pattern. */
export type ParsePart =
  | { readonly kind: 'star' }
  | { readonly kind: 'text'; readonly text: string; readonly at: Span }
  | { readonly kind: 'column'; readonly name: string; readonly type: KqlType };

interface At {
  readonly at: Span;
}

export type Operator = At &
  (
    | { readonly op: 'where'; readonly condition: Expr }
    | { readonly op: 'extend' | 'serialize'; readonly items: readonly Item[] }
    | { readonly op: 'project'; readonly items: readonly Item[]; readonly names: readonly string[] }
    | {
        readonly op: 'project-away' | 'project-keep' | 'project-reorder';
        readonly patterns: readonly NamePattern[];
      }
    | {
        readonly op: 'project-rename';
        readonly pairs: readonly { readonly from: string; readonly to: string }[];
      }
    | {
        readonly op: 'summarize';
        readonly aggregates: readonly Item[];
        readonly by: readonly Item[];
        /** What the binder says comes out, in order. */
        readonly columns: readonly BoundColumn[];
      }
    | {
        readonly op: 'distinct';
        readonly items: readonly Item[];
        readonly isStar: boolean;
        readonly names: readonly string[];
      }
    | { readonly op: 'sort'; readonly keys: readonly SortKey[] }
    | { readonly op: 'top'; readonly count: Expr; readonly keys: readonly SortKey[] }
    | { readonly op: 'take' | 'sample'; readonly count: Expr }
    | { readonly op: 'sample-distinct'; readonly count: Expr; readonly item: Item }
    | { readonly op: 'count'; readonly name: string }
    | {
        readonly op: 'join' | 'lookup';
        readonly kind: JoinKind;
        readonly right: Pipe;
        readonly on: readonly { readonly left: Expr; readonly right: Expr }[];
      }
    | {
        readonly op: 'union';
        readonly inputs: readonly UnionInput[];
        readonly mode: 'inner' | 'outer';
        readonly withSource?: string;
      }
    | {
        readonly op: 'mv-expand';
        readonly kind: 'bag' | 'array';
        readonly items: readonly (Item & { readonly toType?: KqlType })[];
        readonly indexName?: string;
        readonly limit?: Expr;
      }
    | {
        readonly op: 'mv-apply';
        readonly items: readonly (Item & { readonly toType?: KqlType })[];
        readonly indexName?: string;
        readonly limit?: Expr;
        readonly body: readonly Operator[];
      }
    | { readonly op: 'partition'; readonly by: Expr; readonly body: readonly Operator[] }
    | {
        readonly op: 'parse';
        readonly mode: 'simple' | 'relaxed' | 'regex';
        readonly flags: string;
        readonly isFilter: boolean;
        readonly expr: Expr;
        readonly parts: readonly ParsePart[];
      }
    | {
        readonly op: 'parse-kv';
        readonly expr: Expr;
        readonly columns: readonly BoundColumn[];
        readonly options: Readonly<Record<string, LiteralValue>>;
      }
    | {
        readonly op: 'make-series';
        readonly aggregates: readonly (Item & { readonly fallback?: Expr })[];
        readonly on: Item;
        readonly from?: Expr;
        readonly to?: Expr;
        readonly step: Expr;
        /** Without rows, one series of defaults instead of none. */
        readonly isNonEmpty: boolean;
        /** `in range(start, stop, step)`: the stop belongs to the series. */
        readonly isRangeCall: boolean;
        readonly by: readonly Item[];
        readonly columns: readonly BoundColumn[];
      }
    | {
        readonly op: 'render';
        readonly chart: string;
        readonly properties: Readonly<Record<string, string>>;
      }
    /** Columns by computed names and patterns, in that order. */
    | { readonly op: 'project-by-names'; readonly names: readonly Expr[] }
    | { readonly op: 'getschema' }
    | { readonly op: 'search'; readonly condition: Expr; readonly isCased: boolean }
    | { readonly op: 'as'; readonly name: string }
    | {
        readonly op: 'top-nested';
        readonly levels: readonly TopNestedLevel[];
        readonly columns: readonly BoundColumn[];
      }
    | {
        readonly op: 'top-hitters';
        readonly count: Expr;
        readonly of: Item;
        readonly by?: Expr;
        readonly columns: readonly BoundColumn[];
      }
    | {
        readonly op: 'scan';
        readonly matchId?: string;
        readonly partitionBy: readonly Expr[];
        readonly orderBy: readonly SortKey[];
        readonly declared: readonly (BoundColumn & { readonly initial?: Expr })[];
        readonly steps: readonly ScanStep[];
      }
    | {
        readonly op: 'evaluate';
        readonly plugin: string;
        readonly args: readonly (
          | Expr
          | { readonly kind: 'table'; readonly pipe: Pipe; readonly at: Span }
        )[];
        readonly schema?: readonly BoundColumn[];
        readonly columns: readonly BoundColumn[];
      }
  );

export interface TopNestedLevel {
  readonly count?: Expr;
  readonly of: Item;
  readonly others?: Expr;
  readonly by: Item;
  readonly isDescending: boolean;
}

export interface ScanStep {
  readonly name: string;
  readonly output: 'all' | 'last' | 'none';
  readonly isOptional: boolean;
  readonly condition: Expr;
  readonly assignments: readonly { readonly name: string; readonly expr: Expr }[];
}

/** A whole query. `lets` hold tabular variables in the order of their declaration. */
export interface BoundQuery {
  readonly lets: readonly { readonly id: string; readonly name: string; readonly pipe: Pipe }[];
  readonly pipe: Pipe;
  /** What the binder says the result is; a hint where it depends on data. */
  readonly columns: readonly BoundColumn[];
  /** The instant that `set query_now` puts in the place of the clock's: ticks as text. */
  readonly now?: string;
}
