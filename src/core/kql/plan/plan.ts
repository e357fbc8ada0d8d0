import type { KqlType } from '../../schema/index.ts';
import type { BoundColumn, BoundQuery, LiteralExpr, Span } from '../bound/expr.ts';

/** A KQL query as work to do: plain data, safe to send between processes. */
export interface Plan {
  /** What all stages read, those planned later included. */
  readonly scans: readonly Scan[];
  readonly stages: readonly Stage[];
  /** What the result shows. Empty when only running tells (the last stage is `rest`). */
  readonly columns: readonly BoundColumn[];
  readonly render?: Render;
  /** True when the rows come in the order the query asked for. */
  readonly ordered?: boolean;
}

export interface Render {
  readonly chart: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** One reading of a stored table. Rows outside the ranges cannot be in the result; rows inside are still filtered. */
export interface Scan {
  readonly name: string;
  readonly table: string;
  /** The columns that are needed; at least one. */
  readonly columns: readonly BoundColumn[];
  /** Bounds in µs since 1970, both included; open where absent. */
  readonly ranges: readonly ScanRange[];
}

export interface ScanRange {
  readonly column: string;
  readonly from?: number;
  readonly to?: number;
}

/**
 * A stage reads scans and temporary relations and leaves one: named `into`, or the result when absent.
 *
 * - `sql`: a relational tree that the dialect prints as one statement.
 * - `host`: code (by `host`'s name) asks the engine about the input, and says what relational tree comes of it.
 * - `rest`: what follows a relation whose columns only running tells; planned then, by the same planner.
 */
export type Stage =
  | {
      readonly kind: 'sql';
      readonly rel: Rel;
      readonly shared: readonly SharedRel[];
      readonly into?: string;
      readonly order?: readonly OrderKey[];
    }
  | {
      readonly kind: 'host';
      readonly host: string;
      readonly input: Extract<Rel, { op: 'temp' }>;
      readonly params: HostParams;
      readonly into: string;
    }
  | {
      readonly kind: 'rest';
      readonly query: BoundQuery;
      readonly done: string;
      readonly from: string;
      readonly known: readonly KnownLet[];
    };

/** What the code of a host stage is told: column names, numbers, texts. */
export type HostParams = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | readonly BoundColumn[]>
>;

/** A temporary relation that an earlier stage left. */
export interface KnownRelation {
  readonly name: string;
  readonly columns: readonly BoundColumn[];
  /** Columns that it lacks are null, for there was nothing to learn them from. */
  readonly isOpen?: boolean;
}

/** A let that is a temporary relation already. */
export interface KnownLet extends KnownRelation {
  readonly id: string;
}

/** A relation that several places of a stage read; printed once. */
export interface SharedRel {
  readonly id: string;
  readonly rel: Rel;
  /** Numbers rows that no order tells apart: all its readers must see the same numbers, so it is made once. */
  readonly isKept?: true;
}

export interface OrderKey {
  readonly column: string;
  readonly isDescending: boolean;
  readonly nulls: 'first' | 'last';
  /** The column may hold NaN, which stands beside the nulls. */
  readonly isReal?: true;
}

export interface SelectItem {
  readonly name: string;
  readonly type: KqlType;
  readonly expr: PlanExpr;
}

/**
 * A state that rows change one after the other. Plain data, so that it can go to an engine as a text and come back in a
 * call of `weir_walk`.
 */
export interface Machine {
  /** What is known of a row. */
  readonly inputs: readonly BoundColumn[];
  /** The state before the first row. */
  readonly initial: readonly SelectItem[];
  /**
   * Computed in turn for every row: an item sees the inputs, the state as it was, and the levels before its own. The
   * last level is the next state.
   */
  readonly levels: readonly (readonly SelectItem[])[];
  /** What a row gets to see of the state after it. */
  readonly outputs: readonly string[];
  /** Rows where none of these is true get nothing. */
  readonly when: readonly string[];
}

export interface JoinColumn extends BoundColumn {
  readonly side: 'left' | 'right' | 'either';
  /** The column's name in its input ('either': the same key on both; `source` in the left, `other` in the right). */
  readonly source: string;
  readonly other?: string;
}

/** Equality, where nulls are equal too, unless `op` says otherwise. */
export interface JoinTest {
  readonly left: PlanExpr;
  readonly right: PlanExpr;
  readonly op?: '>=' | '<=';
}

interface Columns {
  readonly columns: readonly BoundColumn[];
}

export type Rel = Columns &
  (
    | { readonly op: 'scan'; readonly scan: string }
    | { readonly op: 'temp'; readonly name: string }
    | { readonly op: 'shared'; readonly id: string }
    | { readonly op: 'values'; readonly rows: readonly (readonly PlanExpr[])[] }
    | {
        readonly op: 'sequence';
        readonly from: PlanExpr;
        readonly to: PlanExpr;
        readonly step: PlanExpr;
        readonly index?: string;
      }
    | { readonly op: 'where'; readonly input: Rel; readonly condition: PlanExpr }
    | { readonly op: 'select'; readonly input: Rel; readonly items: readonly SelectItem[] }
    | {
        readonly op: 'aggregate';
        readonly input: Rel;
        readonly by: readonly SelectItem[];
        readonly aggregates: readonly SelectItem[];
        readonly order: readonly OrderKey[];
      }
    | {
        readonly op: 'take';
        readonly input: Rel;
        readonly count: PlanExpr;
        readonly order: readonly OrderKey[];
        readonly isRandom?: boolean;
      }
    | {
        readonly op: 'join';
        readonly kind: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
        readonly left: Rel;
        readonly right: Rel;
        readonly on: readonly JoinTest[];
        readonly take: readonly JoinColumn[];
      }
    | {
        /**
         * Rows in the order of `row` (1, 2, … within each partition), each of which changes the state of a machine. The
         * machine takes in `inputs` of a row, and its outputs are columns beside those of the rows.
         */
        readonly op: 'walk';
        readonly input: Rel;
        readonly row: string;
        readonly partition: readonly string[];
        readonly inputs: readonly PlanExpr[];
        readonly machine: Machine;
      }
    | { readonly op: 'union'; readonly inputs: readonly Rel[] }
    | {
        readonly op: 'unnest';
        readonly input: Rel;
        /** Each a JSON array; they are walked together. */
        readonly arrays: readonly { readonly name: string; readonly expr: PlanExpr }[];
        readonly index: string;
        /** Keep rows whose arrays are all null, with null; those of empty arrays go all the same. */
        readonly keepsNull: boolean;
        readonly limit?: PlanExpr;
      }
  );

export type PlanExpr =
  | LiteralExpr
  | { readonly kind: 'column'; readonly name: string; readonly type: KqlType }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly PlanExpr[];
      readonly type: KqlType;
      readonly at: Span;
    }
  | {
      readonly kind: 'aggregate';
      readonly name: string;
      readonly args: readonly PlanExpr[];
      readonly filter?: PlanExpr;
      readonly output?: number;
      readonly type: KqlType;
      readonly at: Span;
    }
  | {
      readonly kind: 'window';
      readonly name: string;
      readonly args: readonly PlanExpr[];
      readonly partition: readonly string[];
      readonly order: readonly OrderKey[];
      readonly type: KqlType;
      readonly at: Span;
    }
  | {
      readonly kind: 'subquery';
      readonly use: 'scalar' | 'list';
      readonly rel: Rel;
      readonly column: string;
      readonly type: KqlType;
    }
  | {
      readonly kind: 'in-query';
      readonly value: PlanExpr;
      readonly rel: Rel;
      readonly column: string;
      readonly isFolded: boolean;
      readonly type: 'bool';
    };
