import type { Render, ResultColumn } from '#core/contract/index.ts';
import type { Plan } from '#core/kql/index.ts';
import type { CatalogFunction, CatalogTable, ExtraTables } from '#server/kql/index.ts';
import type { EngineName } from './engine-name.ts';
import type { Bound } from './limits.ts';
import type { Form } from './print/index.ts';
import type { QueryWarning } from './query.ts';
import type { Filled, RowLimits } from './row-sink.ts';
import type { ScanSource } from './scan.ts';
import type { Spooled } from './spool.ts';

/** What a query became: everything that a worker and the scan resolver need. */
export interface Compiled {
  readonly plan: Plan;
  /** The instant that now() stands for, µs. */
  readonly now: number;
  readonly render: Render | undefined;
  readonly warnings: readonly QueryWarning[];
  /** What the query's own `set` statements ask for. */
  readonly limits: Partial<Bound>;
  /** How many results the query has. */
  readonly results: number;
}

/** What queries can name beside the declared tables. */
export interface CatalogParts {
  readonly functions?: readonly CatalogFunction[];
  readonly extra?: ExtraTables;
  readonly watchlists?: readonly CatalogTable[];
  readonly externalHosts?: readonly string[];
}

/** What the parser's process is asked. */
export type ParserRequest =
  | { readonly kind: 'warm'; readonly catalog: CatalogParts }
  | {
      readonly kind: 'compile';
      readonly text: string;
      readonly parameters: Readonly<Record<string, string | number | boolean>>;
      /** The engine that will run it. */
      readonly engine: EngineName;
      /** The one instant of now() and ago() of this query, µs. */
      readonly now: number;
      readonly result: number | undefined;
    }
  | { readonly kind: 'check' | 'format'; readonly text: string }
  /** The text names what the catalog has to be fresh for. */
  | { readonly kind: 'functions'; readonly text: string }
  | {
      readonly kind: 'complete' | 'hover' | 'signature';
      readonly text: string;
      readonly position: number;
    };

/** What a worker is asked. */
export type WorkerRequest =
  | {
      readonly kind: 'execute';
      readonly plan: Plan;
      readonly now: number;
      readonly scans: readonly ScanSource[];
      readonly limits: RowLimits;
      readonly form: Form;
      /** Where the rows go when they are many; nobody else's. */
      readonly spool: string;
    }
  | { readonly kind: 'inspect'; readonly files: readonly string[] }
  | {
      readonly kind: 'parquet';
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly unknown[])[];
      readonly file: string;
    }
  | { readonly kind: 'interrupt' };

/** What a worker computed. */
export interface Executed extends Filled {
  readonly columns: readonly ResultColumn[];
  readonly spooled: Spooled;
  readonly warnings: readonly QueryWarning[];
}

/** How a worker is set up; its first argument, as JSON. */
export interface WorkerSettings {
  readonly spillFolder: string;
  /** '' when there is none. */
  readonly dataFolder: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly spillBytes: number;
}
